import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import packageFile from '../package.json' with { type: 'json' };
import { AppError, isAppError } from '../shared/errors.ts';
import { createBreachedPasswords } from './breached/create-breached-passwords.ts';
import { importList } from './breached/import-list.ts';
import { type Capture, createCapture } from './channels/capture.ts';
import { createSmsGateways } from './channels/sms-gateways.ts';
import { createSmtpMailer, longestSend } from './channels/smtp.ts';
import type { BreachedImportOptions, RunningServer, Runtime, RuntimeOptions, ServerOptions } from './cli/runtime.ts';
import type { DemoDirectoryKind } from './config/demo-directories.ts';
import { resolveDatabaseUrl } from './config/resolve-database-url.ts';
import { resolveKeys } from './config/resolve-keys.ts';
import { createSecretResolver } from './config/resolve-secret.ts';
import type { Settings } from './config/settings.ts';
import type { DirectorySettings } from './core/configuration/directory-section.ts';
import type { Configuration } from './core/configuration/document.ts';
import { type CurrentConfiguration, createConfigurationReader } from './core/configuration/read-configuration.ts';
import type { Directories } from './core/core-deps.ts';
import { createFactorRegistry } from './core/factors/registry.ts';
import { createGuard } from './core/guard/guard.ts';
import { createRefusedSecrets } from './core/guard/refused-secrets.ts';
import { expireJourneys } from './core/journey/expire-journeys.ts';
import { mailUserNames, USER_NAMES_JOB } from './core/journey/find-user-name.ts';
import type { JourneyDeps } from './core/journey/journey-deps.ts';
import { sweepWrites } from './core/journey/sweep-writes.ts';
import { createMailDelivery } from './core/notify/deliver-mail.ts';
import { deliverNotice, type QueuedNotice } from './core/notify/deliver-notice.ts';
import { deliverSms } from './core/notify/deliver-sms.ts';
import { DISCARD_JOB, MAIL_JOB } from './core/notify/queue-mail.ts';
import { NOTICE_JOB } from './core/notify/queue-notice.ts';
import { SMS_JOB } from './core/notify/queue-sms.ts';
import type { BreachedPasswords } from './core/ports/breached-passwords.ts';
import type { Directory } from './core/ports/directory.ts';
import type { Log, Mailer, SmsSender } from './core/ports/platform.ts';
import type { OutboxLane } from './core/ports/store.ts';
import type { WordDictionary } from './core/ports/word-dictionary.ts';
import { createDemoDoor } from './demo/demo-door.ts';
import { type PreparedDemo, prepareDemo as prepareDemoWith } from './demo/prepare-demo.ts';
import { createWordDictionary } from './dictionary/create-word-dictionary.ts';
import { createDirectory } from './directory/create-directory.ts';
import { createUnopenedDirectory } from './directory/unopened-directory.ts';
import { createApp } from './http/app.ts';
import { type MetricsDoor, openMetricsDoor } from './http/metrics-door.ts';
import { createBackground } from './jobs/background.ts';
import { createOutboxWorker, type OutboxWorker } from './jobs/outbox-worker.ts';
import { createSchedule } from './jobs/schedule.ts';
import { createAltchaWork } from './platform/altcha-work.ts';
import { createKeys } from './platform/derived-keys.ts';
import { createLog } from './platform/pino-log.ts';
import { createMetrics } from './platform/prometheus.ts';
import { createStrengthThread } from './platform/strength-thread.ts';
import { systemClock } from './platform/system-clock.ts';
import { systemRandom } from './platform/system-random.ts';
import { backupSqlite } from './store/backup-sqlite.ts';
import { createStore } from './store/create-store.ts';
import { type MovedTable, moveToPostgres } from './store/move-database.ts';
import { createTexts } from './texts/create-texts.ts';

export { openFilter as openBreached } from './breached/open-filter.ts';
export { sectionProblems } from './directory/section-problems.ts';

/** Both stand beside the folder of this file, in a source tree and in what is installed. */
const PAGES = fileURLToPath(new URL('../dist/web', import.meta.url));
const LOCALES = fileURLToPath(new URL('../locales', import.meta.url));
const SWEEP_EVERY = 15_000;
const TIDY_EVERY = 10 * 60_000;
const LOOK_FOR_CONFIGURATION_EVERY = 5000;
/** A replaced configuration's connections stay this long for what still uses them. */
const GRACE = 30_000;
const NOTICE_DELAY = 50;

/** The adapters that one version of the configuration asks for. */
interface Adapters {
  version: number;
  configuration: Configuration;
  directories: readonly Directory[];
  mailer: Mailer;
  sms: SmsSender | null;
  breached: BreachedPasswords | null;
  dictionary: WordDictionary | null;
  close(): Promise<void>;
}

/**
 * Opens the database (and migrates it), then the adapters of the configuration in force.
 * @throws AppError `settings.invalid`, `store.*`, `configuration.*`
 */
export async function openRuntime(settings: Settings, options: RuntimeOptions = {}): Promise<Runtime> {
  const base = await openBase(settings, options);
  const current = options.only === 'store' ? null : await currentOf(base, options);
  const adapters = current === null ? null : openAdapters(base, settings, current);
  return {
    ...base,
    directories: adapters?.directories ?? [],
    mailer: adapters?.mailer ?? null,
    sms: adapters?.sms ?? null,
    breached: adapters?.breached ?? null,
    dictionary: adapters?.dictionary ?? null,
    configuration: adapters?.configuration ?? null,
    async close() {
      await adapters?.close();
      await base.store.close();
    },
  };
}

/**
 * Starts a node on the machine's own clock, log and random.
 * @throws AppError `configuration.missing` when no configuration has been accepted yet, and as `openRuntime`
 */
export async function startServer(settings: Settings, options: ServerOptions = {}): Promise<RunningServer> {
  return startNode(await openBase(settings), settings, options);
}

/** A running node, open to those who look inside: tests and the bench. */
export interface RunningNode extends RunningServer {
  readonly deps: JourneyDeps;
  readonly mailer: () => Mailer;
  /** Address of the metrics, when there are any. */
  readonly metricsUrl: string | null;
}

/**
 * Starts a node over a given base: HTTP, outbox worker, sweeper, tidying, and a look for newer configuration every few
 * seconds. The node owns the base's store and closes it.
 */
export async function startNode(base: Base, settings: Settings, options: ServerOptions = {}): Promise<RunningNode> {
  const { store, log, clock, random, keys, texts } = base;
  const reader = createConfigurationReader(store);
  let adapters = openAdapters(base, settings, await reader.read());
  warnAboutRisks(adapters.configuration, settings, options);
  const background = createBackground({ clock, log });
  const configuration = () => adapters.configuration;
  const worker = createOutboxWorker({
    outbox: store.outbox,
    clock,
    log,
    lanes: lanesFor(adapters.configuration),
    handlers: {
      [MAIL_JOB]: (payload, context) => createMailDelivery(adapters.mailer)(payload, context),
      [SMS_JOB]: (payload, { id }) => deliverSms(adapters.sms, payload, id),
      [DISCARD_JOB]: () => Promise.resolve(),
      [USER_NAMES_JOB]: (payload, { id }) => mailUserNames(deps, payload as { journey: string }, id),
      [NOTICE_JOB]: (payload, { id }) => deliverNotice(deps, payload as QueuedNotice, id),
    },
  });
  const strength = createStrengthThread(log);
  const deps: JourneyDeps = {
    store,
    log,
    clock,
    random,
    keys,
    texts,
    background,
    configuration,
    breached: () => adapters.breached,
    dictionary: () => adapters.dictionary,
    directories: directoriesOf(() => adapters.directories),
    wakeOutbox: (lane: OutboxLane) => wake(worker, lane),
    work: createAltchaWork(keys),
    guard: createGuard({ store, keys, clock, configuration }),
    factor: createFactorRegistry({ keys, random, clock, configuration }),
    strength,
  };

  let stopping = false;
  let metricsDoor: MetricsDoor | null = null;
  const app = await createApp({
    ...deps,
    pages: existsSync(PAGES) ? PAGES : null,
    trustedProxies: settings.trustedProxies,
    demo: settings.demo ? createDemoDoor(deps, () => adapters.mailer) : null,
    isStopping: () => stopping,
    onResponse: base.metrics?.onResponse,
  });
  const schedule = createSchedule({ clock, log });
  schedule.every('configuration', LOOK_FOR_CONFIGURATION_EVERY, async () => {
    const newer = await reader.read();
    if (newer.version === adapters.version) return;
    const old = adapters;
    adapters = openAdapters(base, settings, newer, old.mailer);
    log.info('configuration.in-force', { version: newer.version });
    background.run('configuration.close-old', async () => {
      await clock.sleep(GRACE);
      await old.close();
    });
  });
  schedule.every('sweep-writes', SWEEP_EVERY, () => sweepWrites(deps));
  schedule.every('expire-journeys', SWEEP_EVERY, () => expireJourneys(deps));
  schedule.every('tidy', TIDY_EVERY, () => store.tidy(clock.now()));
  background.run('sweep-writes', async () => void (await sweepWrites(deps)));
  worker.start();
  const close = async (): Promise<void> => {
    stopping = true;
    await app.close();
    await strength.close();
    await metricsDoor?.close();
    await schedule.stop();
    await background.settled(GRACE / 3);
    await worker.stop();
    await adapters.close();
    await store.close();
    log.info('server.stopped');
  };
  const { host, port } = settings.listen;
  const url = await app.listen({ host, port }).catch(async (error: unknown) => {
    // A node that cannot listen must end, not linger with its jobs.
    await close();
    throw error;
  });
  metricsDoor = await openMetrics(base, settings, () => adapters.version).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  log.info('server.listening', { url, version: adapters.version, ...(metricsDoor === null ? {} : { metrics: metricsDoor.url }) });

  return { url, deps, mailer: () => adapters.mailer, metricsUrl: metricsDoor?.url ?? null, close };
}

async function openMetrics(base: Base, { metrics: wanted }: Settings, version: () => number): Promise<MetricsDoor | null> {
  const { metrics, store, clock } = base;
  if (metrics === undefined || wanted === undefined) return null;
  metrics.watch({ store, configurationVersion: version, connections: base.connections ?? (() => null) });
  const token = wanted.token === undefined ? null : createSecretResolver(process.env)(wanted.token);
  return openMetricsDoor({ host: wanted.host, port: wanted.port, token }, () => metrics.render(clock.now()));
}

/** Readies configuration and sample people of a demo; see src/demo/. */
export function prepareDemo(settings: Settings, kind: DemoDirectoryKind): Promise<PreparedDemo> {
  return prepareDemoWith(settings, kind, openRuntime);
}

/** Makes a file of breached passwords; see src/breached/. */
export function importBreached(options: BreachedImportOptions): ReturnType<typeof importList> {
  return importList({ ...options, importedAt: new Date(systemClock.now()).toISOString() });
}

/** Copies the file of an SQLite database; see src/store/. */
export function backupDatabase(from: string, to: string): Promise<void> {
  return Promise.resolve().then(() => backupSqlite(from, to));
}

/** Moves the file of an SQLite database to PostgreSQL; see src/store/. */
export function moveDatabase(settings: Settings, from: string, to: string): Promise<MovedTable[]> {
  return moveToPostgres({ from, to, log: createLog(settings.logLevel) });
}

/** What a node stands on, before any configuration. */
export interface Base extends Omit<Runtime, 'directories' | 'mailer' | 'sms' | 'breached' | 'dictionary' | 'configuration' | 'close'> {
  /** Where the settings ask for them. */
  readonly metrics?: ReturnType<typeof createMetrics> | undefined;
  readonly connections?: () => { open: number; idle: number; waiting: number } | null;
}

type OpenedConfiguration = Omit<CurrentConfiguration, 'row'>;

function currentOf({ store }: Base, { configuration }: RuntimeOptions): Promise<OpenedConfiguration | null> {
  if (configuration !== undefined) return Promise.resolve({ version: 0, configuration, unopened: [] });
  return createConfigurationReader(store).find();
}

async function openBase(settings: Settings, options: RuntimeOptions = {}): Promise<Base> {
  const resolveSecret = createSecretResolver(process.env);
  const metrics = settings.metrics === undefined ? undefined : createMetrics(packageFile.version);
  const plainLog = createLog(settings.logLevel);
  const log = metrics?.log(plainLog) ?? plainLog;
  const sealingKeys = resolveKeys(settings, resolveSecret);
  const store = await createStore({
    url: resolveDatabaseUrl(settings, resolveSecret),
    sealingKeys,
    log,
    migrates: options.schema !== 'as-it-is',
    ...(metrics === undefined ? {} : { observer: metrics }),
  });
  return {
    store,
    log,
    texts: createTexts({ folder: LOCALES }),
    clock: systemClock,
    random: systemRandom,
    keys: createKeys(store.digestKey),
    metrics,
    connections: store.connections,
  };
}

function openAdapters(base: Base, settings: Settings, current: OpenedConfiguration, keep?: Mailer): Adapters {
  const { clock, random, log, store } = base;
  const { configuration, version, unopened } = current;
  const secret = createSecretResolver(process.env);
  const resolveSecret = (reference: string) => Promise.resolve().then(() => secret(reference));
  const refusedSecrets = createRefusedSecrets(store.counters, clock, base.keys);
  const deps = { clock, random, log, resolveSecret, refusedSecrets, accounts: store.embedded };
  const timed = (directory: Directory) => base.metrics?.directory(directory) ?? directory;
  const directories = [
    ...configuration.directories.map((section) => timed(openDirectory(section, deps))),
    ...unopened.map(({ section, problems }) =>
      unopenedDirectory(section, new AppError('configuration.invalid', { version, problems }), log),
    ),
  ];
  const { publicUrl } = configuration.organisation;
  const { mailer, close } = openMailer(configuration, settings, { clock, log, resolveSecret: secret, publicUrl }, keep);
  const sms = openSms(configuration, mailer, { clock, log, resolveSecret: secret });
  const breached = createBreachedPasswords(configuration.passwordRules, log);
  const dictionary = createWordDictionary(configuration.passwordRules, log);
  return {
    version,
    configuration,
    directories,
    mailer,
    sms,
    breached,
    dictionary,
    async close() {
      close();
      await Promise.all([...directories.map((directory) => directory.close()), breached?.close()]);
    },
  };
}

/** A section that cannot be opened takes itself out, and not the node: its people cannot recover, those of the others can. */
function openDirectory(section: DirectorySettings, deps: Parameters<typeof createDirectory>[1]): Directory {
  try {
    return createDirectory(section, deps);
  } catch (error) {
    if (!isAppError(error)) throw error;
    return unopenedDirectory(section, error, deps.log);
  }
}

function unopenedDirectory(section: Pick<DirectorySettings, 'id' | 'kind' | 'label'>, error: AppError, log: Log): Directory {
  log.error('directory.not-opened', { directory: section.id, error });
  return createUnopenedDirectory(section, error);
}

/** Captured messages outlive a change of the configuration: `keep` is the mailer that was in use. */
function openMailer(
  configuration: Configuration,
  settings: Settings,
  deps: Parameters<typeof createSmtpMailer>[1],
  keep: Mailer | undefined,
): { mailer: Mailer; close: () => void } {
  const { mail } = configuration;
  if (mail.kind === 'smtp') {
    const mailer = createSmtpMailer(mail, deps);
    return { mailer, close: () => mailer.close() };
  }
  if (!settings.demo) throw new AppError('configuration.invalid', { problems: ['mail.kind: capture is for demo mode alone'] });
  return { mailer: keep !== undefined && 'messages' in keep ? keep : createCapture(deps.clock), close: () => undefined };
}

/** Texts that are captured are kept with the mails. */
function openSms({ sms }: Configuration, mailer: Mailer, deps: Parameters<typeof createSmsGateways>[1]): SmsSender | null {
  if (sms === undefined) return null;
  if (sms.kind === 'http') return createSmsGateways(sms, deps);
  if (!('sms' in mailer)) throw new AppError('configuration.invalid', { problems: ['sms.kind: capture is for captured mail alone'] });
  return (mailer as Capture).sms;
}

/** Codes go at once; what nobody waits for goes when the answer to the request has left. */
function wake(worker: OutboxWorker, lane: OutboxLane): void {
  if (lane === 'code') worker.kick(lane);
  else setTimeout(() => worker.kick(lane), NOTICE_DELAY).unref();
}

/** An outbox row must stay leased for longer than one hand-over can take, or two nodes send it. */
function lanesFor(configuration: Configuration): Record<OutboxLane, { leaseMilliseconds: number }> {
  const longest = configuration.mail.kind === 'smtp' ? longestSend(configuration.mail.servers) : 0;
  const lane = { leaseMilliseconds: Math.max(60_000, 2 * longest) };
  return { code: lane, notice: lane, bulk: lane };
}

function directoriesOf(current: () => readonly Directory[]): Directories {
  return {
    all: current,
    get(id) {
      const directory = current().find((candidate) => candidate.id === id);
      if (directory === undefined) throw new AppError('directory.not-configured', { directory: id });
      return directory;
    },
  };
}

function warnAboutRisks(configuration: Configuration, settings: Settings, options: ServerOptions): void {
  if (configuration.organisation.publicUrl.startsWith('https:') && settings.trustedProxies.length === 0) {
    options.onNotice?.('No proxy is trusted (trustedProxies): behind a proxy all people share the limits of one address.');
  }
  for (const section of configuration.directories) {
    if (section.kind !== 'embedded' && section.tls.verify === 'trial-without-verification') {
      options.onNotice?.(`Directory ${section.id}: certificates are not verified (trial). Anyone on the network can read passwords.`);
    }
  }
}
