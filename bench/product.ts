import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PACKAGE_FOLDER } from '../scripts/build-package.ts';
import type { Runtime } from '../src/cli/runtime.ts';
import { createKeyFile } from '../src/config/create-key-file.ts';
import { settingsSchema } from '../src/config/settings.ts';
import { applyConfiguration } from '../src/core/configuration/apply-configuration.ts';
import type { ConfigurationDocument } from '../src/core/configuration/document.ts';
import { addFactor } from '../src/core/enrolment/add-factor.ts';
import { currentTotp } from '../src/core/factors/totp-factor.ts';
import { openRuntime } from '../src/main.ts';
import { claimFreePort } from '../test/servers/free-address.ts';
import { startReadyProcess } from '../test/servers/processes.ts';
import { ALLOCATOR, NODE_OPTIONS } from './node-options.ts';

/** What is installed, as the service unit runs it: the figures are those of an installation. */
export const PROGRAM = join(PACKAGE_FOLDER, 'bin', 'keyturn.js');

export interface ProductOptions {
  readonly directory: ConfigurationDocument['directories'][number];
  /** `postgres://...`; an SQLite file of its own when absent. */
  readonly databaseUrl?: string;
  /** Left out: as the product ships. */
  readonly recovery?: Partial<NonNullable<ConfigurationDocument['recovery']>>;
  /** What Node.js is told beside what the service unit tells it. */
  readonly nodeOptions?: readonly string[];
}

/** An account that the product knows and can prove. */
export interface Person {
  readonly login: string;
  readonly mail: string;
  /** Identifier in the directory. */
  readonly id: string;
  /** What the authenticator shows now. */
  totp(): string;
}

/** `keyturn serve` in a process of its own, and a view of its database from here. */
export interface Product {
  readonly url: string;
  /** Finds an account in the directory and enrols it with e-mail and authenticator. */
  enrol(login: string): Promise<Person>;
  /** Resolves when the outbox is empty: nothing of what was asked before is still going on. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** No limit of the guard may end a measurement; the counting itself stays. */
const patient = { count: 1_000_000, windowSeconds: 600 };
const patientWithWork = { ...patient, countWithWork: 1_000_000 };
const guard: ConfigurationDocument['guard'] = {
  startsPerAddress: patient,
  startsPerNetwork: patient,
  startsOverall: patient,
  startsPerAccount: patient,
  startsPerAccountOverall: patient,
  messagesPerAccount: patientWithWork,
  messagesPerAccountOverall: patientWithWork,
  answersPerJourney: patient,
};

/** Configuration and database of an installation on which nothing runs yet. */
export interface Installed {
  readonly url: string;
  readonly folder: string;
  readonly settingsFile: string;
  readonly runtime: Runtime;
  /** Finds an account in the directory and enrols it with e-mail and authenticator. */
  enrol(login: string): Promise<Person>;
  close(): Promise<void>;
}

/** Makes configuration and database as an operator would. Mail is captured, not sent. */
export async function installProduct(options: ProductOptions): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bench-'));
  const claim = await claimFreePort();
  const url = `http://127.0.0.1:${claim.port}`;
  const settings = settingsSchema.parse({
    demo: true,
    listen: { port: claim.port },
    dataDirectory: folder,
    keys: [{ id: 'bench', secret: `file:${join(folder, 'key')}` }],
    ...(options.databaseUrl === undefined ? {} : { database: { url: options.databaseUrl } }),
  });
  createKeyFile(join(folder, 'key'));
  const clear = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true });
    claim.release();
  };
  try {
    await configure(await openRuntime({ ...settings, logLevel: 'error' }, { only: 'store' }), url, options);
    const runtime = await openRuntime({ ...settings, logLevel: 'error' });
    const settingsFile = join(folder, 'keyturn.json');
    await writeFile(settingsFile, JSON.stringify(settings));
    return {
      ...{ url, folder, settingsFile, runtime },
      enrol: (login) => enrol(runtime, login),
      async close() {
        await runtime.close();
        await clear();
      },
    };
  } catch (error) {
    await clear();
    throw error;
  }
}

/** Installs the program and starts it. */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const installed = await installProduct(options);
  const { url, folder, settingsFile, runtime, enrol: enrolled } = installed;
  try {
    const server = await startReadyProcess(
      'keyturn',
      {
        command: process.execPath,
        args: [...NODE_OPTIONS, ...(options.nodeOptions ?? []), PROGRAM, 'serve', '--config', settingsFile],
        env: ALLOCATOR,
        logFile: join(folder, 'log'),
        folder,
      },
      async () => {
        if (!(await fetch(`${url}/readyz`)).ok) throw new Error('not ready');
      },
    );
    return {
      url,
      enrol: enrolled,
      settle: () => settle(runtime),
      async close() {
        await server.stop(20_000);
        await installed.close();
      },
    };
  } catch (error) {
    await installed.close();
    throw error;
  }
}

async function configure(runtime: Runtime, publicUrl: string, options: ProductOptions): Promise<void> {
  const document: ConfigurationDocument = {
    version: 1,
    organisation: { name: 'Bench', publicUrl },
    directories: [options.directory],
    mail: { kind: 'capture' },
    guard,
    ...(options.recovery === undefined ? {} : { recovery: options.recovery }),
  };
  try {
    await applyConfiguration(
      {
        store: runtime.store,
        clock: runtime.clock,
        checkContext: { demo: true, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] },
      },
      { document, expectedVersion: 0, actor: { kind: 'system' }, author: 'bench', comment: 'bench' },
    );
  } finally {
    await runtime.close();
  }
}

async function enrol(runtime: Runtime, login: string): Promise<Person> {
  const [directory] = runtime.directories;
  const [found] = (await directory?.findAccounts(login)) ?? [];
  if (found === undefined) throw new Error(`the directory does not know ${login}`);
  const account = { directory: found.directory, id: found.id };
  const mail = `${login}@example.test`;
  const seed = Array.from(randomBytes(32), (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('');
  await addFactor(runtime, runtime.store, { account, kind: 'email', label: mail, secret: mail, source: 'bench' });
  await addFactor(runtime, runtime.store, { account, kind: 'totp', label: 'app', secret: seed, source: 'bench' });
  return { login, mail, id: found.id, totp: () => currentTotp(seed, Date.now()).code };
}

async function settle(runtime: Runtime): Promise<void> {
  for (;;) {
    const backlog = await runtime.store.outbox.backlog(Date.now());
    if (backlog.every((lane) => lane.waiting === 0)) return;
    await delay(20);
  }
}
