import { randomBytes } from 'node:crypto';
import type { DemoMessage } from '../../shared/api/demo.ts';
import { settingsSchema } from '../../src/config/settings.ts';
import { applyConfiguration } from '../../src/core/configuration/apply-configuration.ts';
import type { ConfigurationDocument } from '../../src/core/configuration/document.ts';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { currentTotp } from '../../src/core/factors/totp-factor.ts';
import type { AccountRef } from '../../src/core/ports/directory.ts';
import type { Clock } from '../../src/core/ports/platform.ts';
import { type Base, type RunningNode, startNode } from '../../src/main.ts';
import { createKeys } from '../../src/platform/derived-keys.ts';
import { createHeadNote } from '../../src/platform/head-note.ts';
import { createLog } from '../../src/platform/pino-log.ts';
import { createMetrics } from '../../src/platform/prometheus.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandom } from '../../src/platform/system-random.ts';
import { createStore } from '../../src/store/create-store.ts';
import type { SealingKey } from '../../src/store/secrets.ts';
import { createTexts } from '../../src/texts/create-texts.ts';
import { newestFirst } from './by-time.ts';

/** The machine's clock, moved ahead by tests: what waits for a time span is waited for in no time. */
export interface MovableClock extends Clock {
  move(milliseconds: number): void;
}

export function createMovableClock(): MovableClock {
  let ahead = 0;
  return {
    now: () => systemClock.now() + ahead,
    monotonic: () => systemClock.monotonic() + ahead,
    sleep: systemClock.sleep,
    move(milliseconds) {
      ahead += milliseconds;
    },
  };
}

export interface KeyturnOptions {
  directories: ConfigurationDocument['directories'];
  /** Laid over the test configuration, which holds nothing back: tests that are about time say so. */
  configuration?: Partial<Omit<ConfigurationDocument, 'directories' | 'version'>>;
  /** An SQLite database in memory unless told. */
  database?: string;
  /** The same key for several nodes on one database. */
  key?: Uint8Array;
  /** The whole ring, instead of `key`. */
  keys?: readonly SealingKey[];
  clock?: MovableClock;
  port?: number;
  /** Whose X-Forwarded-For is believed; nobody's unless told. */
  trustedProxies?: string[];
  /** Folder in which the end of the audit log is noted; nowhere unless told. */
  noteHeadIn?: string;
  /** Settings of the metrics; none unless told. */
  metrics?: { port: number; token?: string };
}

/** A whole Keyturn in this process: real store, real HTTP, captured mail, every line of its log kept. */
export interface Keyturn extends Pick<RunningNode, 'deps' | 'url' | 'metricsUrl' | 'takeUpConfiguration' | 'close'> {
  readonly clock: MovableClock;
  readonly logLines: string[];
  readonly key: Uint8Array;
  /** What was mailed by the nodes that run on its database, whichever of them delivered it. */
  messages(to?: string): DemoMessage[];
  /** The newest message to an address, once there is one after `after` others. */
  waitForMessage(to: string, after?: number): Promise<DemoMessage>;
  /** Enrols an account by name with e-mail and an authenticator; returns what proves it. */
  enrol(name: string, address?: string): Promise<Enrolled>;
}

export interface Enrolled {
  account: AccountRef;
  address: string;
  /** The code that the authenticator shows now. */
  totp(): string;
}

export const TEST_URL = 'http://127.0.0.1';

/** As they are read from the files they change nothing: one for all nodes. */
const texts = createTexts({ folder: 'locales' });

/** Nodes by database: any of them may deliver what another one has written down. */
const nodesOf = new Map<string, Set<RunningNode>>();

/** Starts one. Close it when done. */
export async function startKeyturn(options: KeyturnOptions): Promise<Keyturn> {
  const clock = options.clock ?? createMovableClock();
  const key = options.key ?? new Uint8Array(randomBytes(32));
  const logLines: string[] = [];
  const plainLog = createLog('debug', { write: (line: string) => void logLines.push(line) });
  const metrics = options.metrics === undefined ? undefined : createMetrics('test');
  const log = metrics?.log(plainLog) ?? plainLog;
  const store = await createStore({
    url: options.database ?? 'sqlite::memory:',
    sealingKeys: options.keys ?? [{ id: 'test', key }],
    log,
    ...(metrics === undefined ? {} : { observer: metrics }),
  });
  const base: Base = {
    store,
    log,
    clock,
    random: systemRandom,
    keys: createKeys(store.digestKey),
    texts,
    metrics,
    connections: store.connections,
    requireKnownSchema: store.requireKnownSchema,
    databaseTime: store.databaseTime,
    ...(options.noteHeadIn === undefined ? {} : { headNote: createHeadNote(options.noteHeadIn) }),
  };
  await configure(base, options);
  const settings = settingsSchema.parse({
    demo: true,
    listen: { port: options.port ?? 0 },
    trustedProxies: options.trustedProxies ?? [],
    ...(options.metrics === undefined ? {} : { metrics: options.metrics }),
  });
  const node = await startNode(base, settings);
  const nodes = options.database === undefined ? new Set<RunningNode>() : (nodesOf.get(options.database) ?? new Set());
  if (options.database !== undefined) nodesOf.set(options.database, nodes);
  nodes.add(node);
  const messages = (to?: string) => {
    const all = [...new Set([node, ...nodes])].flatMap((each) => (each.mailer() as unknown as { messages(): DemoMessage[] }).messages());
    return to === undefined ? all : all.filter((message) => message.to === to);
  };
  return {
    deps: node.deps,
    url: node.url,
    metricsUrl: node.metricsUrl,
    takeUpConfiguration: node.takeUpConfiguration,
    close: () => {
      nodes.delete(node);
      return node.close();
    },
    clock,
    key,
    logLines,
    messages,
    async waitForMessage(to, after = 0) {
      await until(() => messages(to).length > after, `a message to ${to}`);
      const [newest] = newestFirst(messages(to));
      if (newest === undefined) throw new Error('no message');
      return newest;
    },
    enrol: (name, address) => enrol(node, name, address ?? `${name.toLowerCase()}@example.test`),
  };
}

async function configure(base: Base, options: KeyturnOptions): Promise<void> {
  if ((await base.store.configurations.current()) !== null) return;
  const document: ConfigurationDocument = {
    version: 1,
    organisation: { name: 'Test', publicUrl: TEST_URL },
    directories: options.directories,
    mail: { kind: 'capture' },
    ...options.configuration,
    // The smallest work: what it is worth is not what tests are about.
    guard: { work: { iterations: 10, tries: 20 }, ...options.configuration?.guard },
    recovery: { holdMilliseconds: 0, settleMilliseconds: 0, ...options.configuration?.recovery },
  };
  await applyConfiguration(
    {
      store: base.store,
      clock: base.clock,
      checkContext: { demo: true, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] },
    },
    { document, expectedVersion: 0, actor: { kind: 'system' }, author: 'test', comment: 'test' },
  );
}

async function enrol({ deps }: RunningNode, name: string, address: string): Promise<Enrolled> {
  for (const directory of deps.directories.all()) {
    const normalised = directory.normaliseIdentifier(name);
    const [found] = normalised === null ? [] : await directory.findAccounts(normalised);
    if (found === undefined) continue;
    const account = { directory: found.directory, id: found.id };
    const seed = Array.from(randomBytes(32), (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('');
    await addFactor(deps, deps.store, { account, kind: 'email', label: address, secret: address, source: 'test' });
    await addFactor(deps, deps.store, { account, kind: 'totp', label: 'app', secret: seed, source: 'test' });
    return { account, address, totp: () => currentTotp(seed, deps.clock.now()).code };
  }
  throw new Error(`no account ${name}`);
}

/** Waits until something is so; fails with its name when it never is: what is only slow on a busy machine is waited for. */
export async function until(condition: () => boolean | Promise<boolean>, what: string, milliseconds = 120_000): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await systemClock.sleep(10);
  }
}

const MAILED_CODE = /^\d{6,10}$/m;

/** Whether a message is a code mail. */
export const holdsCode = (message: Pick<DemoMessage, 'text'>): boolean => MAILED_CODE.test(message.text);

/** The digits of a mailed code. */
export function codeIn(message: Pick<DemoMessage, 'text'>): string {
  const code = MAILED_CODE.exec(message.text)?.[0];
  if (code === undefined) throw new Error('no code in the message');
  return code;
}
