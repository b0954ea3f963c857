import { AppError, isAppError } from '../../shared/errors.ts';
import { longestSend } from '../channels/smtp.ts';
import type { RunningServer, ServerOptions } from '../cli/runtime.ts';
import { createCheckContext } from '../config/create-check-context.ts';
import { createSecretResolver } from '../config/resolve-secret.ts';
import type { Settings } from '../config/settings.ts';
import { endSessionsOfLostRoles } from '../core/access/held-roles.ts';
import { createHeadKeeper } from '../core/audit/keep-head.ts';
import type { Configuration } from '../core/configuration/document.ts';
import { createConfigurationReader } from '../core/configuration/read-configuration.ts';
import type { Directories } from '../core/core-deps.ts';
import { endPasses } from '../core/enrolment/end-passes.ts';
import { createReminders } from '../core/enrolment/remind-by-mail.ts';
import { createFactorRegistry } from '../core/factors/registry.ts';
import { createGuard } from '../core/guard/guard.ts';
import { watchClock } from '../core/health/watch-clock.ts';
import { expireJourneys } from '../core/journey/expire-journeys.ts';
import { mailUserNames, USER_NAMES_JOB } from '../core/journey/find-user-name.ts';
import type { JourneyDeps } from '../core/journey/journey-deps.ts';
import { createWriteSweep } from '../core/journey/sweep-writes.ts';
import { composeNotice, type QueuedNotice } from '../core/notify/compose-notice.ts';
import { createMailDelivery } from '../core/notify/deliver-mail.ts';
import { deliverSms } from '../core/notify/deliver-sms.ts';
import { DISCARD_JOB, MAIL_JOB } from '../core/notify/queue-mail.ts';
import { NOTICE_JOB } from '../core/notify/queue-notice.ts';
import { SMS_JOB } from '../core/notify/queue-sms.ts';
import type { Directory } from '../core/ports/directory.ts';
import type { OutboxLane } from '../core/ports/outbox-store.ts';
import type { Mailer } from '../core/ports/platform.ts';
import { foldReports } from '../core/reports/fold-reports.ts';
import { expireFirstReset } from '../core/set-up/first-reset/first-reset.ts';
import { endTokensOfLostMakers } from '../core/tokens/end-tokens.ts';
import { expireRequests } from '../core/vouching/expire-requests.ts';
import { createDemoDoor } from '../demo/demo-door.ts';
import { sectionProblems } from '../directory/section-problems.ts';
import { createApp } from '../http/app.ts';
import { type MetricsDoor, openMetricsDoor } from '../http/metrics-door.ts';
import { createWebAuthn } from '../identity/web-authn.ts';
import { createBackground } from '../jobs/background.ts';
import { createOutboxWorker, type OutboxWorker } from '../jobs/outbox-worker.ts';
import { createSchedule } from '../jobs/schedule.ts';
import { createAltchaWork } from '../platform/altcha-work.ts';
import { argon2Hash } from '../platform/argon2-hash.ts';
import { giveBackMemoryWhenIdle } from '../platform/give-back-memory.ts';
import { createStrengthThread } from '../platform/strength-thread.ts';
import { createDiagnosis } from './diagnose.ts';
import { createTrySms, openAdapters } from './open-adapters.ts';
import type { Base } from './open-base.ts';

const SWEEP_EVERY = 15_000;
/** An older program beside a newer schema does what it knows to tables that mean something else by now. */
const LOOK_AT_SCHEMA_EVERY = 5000;
/** A report counts what is missing itself; a long log that is new to it is counted in the background, 50,000 events a minute. */
const COUNT_EVERY = 60_000;
const COUNTED_AT_ONCE = 100;
const LOOK_AT_ROLES_EVERY = 10_000;
const LOOK_AT_MAKERS_EVERY = 30_000;
const TIDY_EVERY = 10 * 60_000;
/** Of which a directory's turn comes once a day. */
const REMIND_EVERY = 10 * 60_000;
const NOTE_HEAD_EVERY = 60_000;
const WATCH_CLOCK_EVERY = 60_000;
const LOOK_FOR_CONFIGURATION_EVERY = 5000;
/** A replaced configuration's connections stay this long for what still uses them. */
const GRACE = 30_000;
const NOTICE_DELAY = 50;

/** A running node, open to those who look inside: tests and the bench. */
export interface RunningNode extends RunningServer {
  readonly deps: JourneyDeps;
  readonly mailer: () => Mailer;
  /** Address of the metrics, when there are any. */
  readonly metricsUrl: string | null;
  /** Looks now, and not only when it is time, what configuration counts. */
  readonly takeUpConfiguration: () => Promise<void>;
}

/**
 * Starts a node over a given base: HTTP, outbox worker, sweeper, tidying, and a look for newer configuration every few
 * seconds. The node owns the base's store and closes it.
 *
 * @param pages folder of the built pages; null where there are none
 */
export async function runNode(base: Base, settings: Settings, pages: string | null, options: ServerOptions): Promise<RunningNode> {
  const { store, log, clock, random, keys, texts } = base;
  const reader = createConfigurationReader(store);
  let adapters = openAdapters(base, settings, await reader.read());
  warnAboutRisks(adapters.configuration, settings, options);
  const background = createBackground({ clock, log });
  const configuration = () => adapters.configuration;
  const directories = directoriesOf(() => adapters.directories);
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
    },
    composers: { [NOTICE_JOB]: (payload) => composeNotice(deps, payload as QueuedNotice) },
  });
  const strength = createStrengthThread(log);
  const webAuthn = createWebAuthn();
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
    directories,
    wakeOutbox: (lane: OutboxLane) => wake(worker, lane),
    work: createAltchaWork(keys),
    slowHash: argon2Hash,
    webAuthn,
    guard: createGuard({ store, keys, clock, configuration }),
    factor: createFactorRegistry({ keys, random, clock, configuration, store, log, directories, webAuthn, slowHash: argon2Hash }),
    strength,
    lookUps: new Map(),
  };

  let stopping = false;
  let metricsDoor: MetricsDoor | null = null;
  // One after the other: the older of two readings must not come last.
  let takingUp: Promise<void> = Promise.resolve();
  const takeUp = async (): Promise<void> => {
    const newer = await reader.read();
    if (newer.version === adapters.version) {
      if (newer.isRaised === adapters.isRaised) return;
      // The same servers and files, and other rules.
      adapters = { ...adapters, configuration: newer.configuration, isRaised: newer.isRaised };
      log.warn(newer.isRaised ? 'threat.in-force' : 'threat.over');
      return;
    }
    const old = adapters;
    adapters = openAdapters(base, settings, newer, old.mailer);
    log.info('configuration.in-force', { version: newer.version });
    background.run('configuration.close-old', async () => {
      await clock.sleep(GRACE);
      await old.close();
    });
  };
  const takeUpNext = (): Promise<void> => {
    const next = takingUp.then(takeUp);
    takingUp = next.catch(() => undefined);
    return next;
  };
  const checkContext = createCheckContext(createSecretResolver(process.env), settings.demo, sectionProblems);
  const app = await createApp({
    ...deps,
    pages,
    trustedProxies: settings.trustedProxies,
    demo: settings.demo ? createDemoDoor(deps, () => adapters.mailer) : null,
    isStopping: () => stopping,
    openId: () => adapters.openId,
    channels: () => adapters,
    trySms: createTrySms(base),
    checkContext,
    diagnose: createDiagnosis(base, settings, checkContext, () => adapters),
    takeUpConfiguration: () => takeUpNext().catch((error: unknown) => log.error('configuration.not-taken-up', { error })),
    onResponse: base.metrics?.onResponse,
  });
  const schedule = createSchedule({ clock, log });
  schedule.every('configuration', LOOK_FOR_CONFIGURATION_EVERY, takeUpNext);
  const { promise: givenUp, resolve: giveUp } = Promise.withResolvers<unknown>();
  schedule.every('look-at-schema', LOOK_AT_SCHEMA_EVERY, async () => {
    try {
      await base.requireKnownSchema();
    } catch (error) {
      if (!isAppError(error, 'store.newer-schema')) throw error;
      stopping = true;
      log.error('server.outdated', { error });
      giveUp(error);
    }
  });
  const sweepWrites = createWriteSweep(deps);
  schedule.every('sweep-writes', SWEEP_EVERY, sweepWrites);
  schedule.every('expire-journeys', SWEEP_EVERY, () => expireJourneys(deps));
  schedule.every('expire-vouch-requests', SWEEP_EVERY, () => expireRequests(deps));
  schedule.every('end-passes', SWEEP_EVERY, () => endPasses(deps));
  schedule.every('end-set-up', TIDY_EVERY, () => expireFirstReset(deps));
  schedule.every('count-events', COUNT_EVERY, () => foldReports(deps, COUNTED_AT_ONCE));
  schedule.every('look-at-roles', LOOK_AT_ROLES_EVERY, () => endSessionsOfLostRoles(deps));
  schedule.every('look-at-makers', LOOK_AT_MAKERS_EVERY, () => endTokensOfLostMakers(deps));
  schedule.every('remind-by-mail', REMIND_EVERY, createReminders(deps));
  const keepHead = base.headNote === undefined ? () => Promise.resolve() : createHeadKeeper({ ...deps, headNote: base.headNote });
  schedule.every('note-head', NOTE_HEAD_EVERY, keepHead);
  schedule.every('watch-clock', WATCH_CLOCK_EVERY, () => watchClock({ clock, log, databaseTime: base.databaseTime }));
  background.run('note-head', keepHead);
  schedule.every('tidy', TIDY_EVERY, () => store.tidy(clock.now()));
  background.run('sweep-writes', async () => void (await sweepWrites()));
  worker.start();
  const close = async (): Promise<void> => {
    stopping = true;
    await app.close();
    await strength.close();
    await metricsDoor?.close();
    await schedule.stop();
    await background.stop(GRACE / 3);
    await worker.stop();
    await adapters.close();
    // A database that does not answer keeps no node from stopping.
    await keepHead().catch((error: unknown) => log.error('background.work-failed', { name: 'note-head', error }));
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
  giveBackMemoryWhenIdle();

  return {
    url,
    deps,
    mailer: () => adapters.mailer,
    metricsUrl: metricsDoor?.url ?? null,
    takeUpConfiguration: takeUpNext,
    givenUp,
    close,
  };
}

async function openMetrics(base: Base, { metrics: wanted }: Settings, version: () => number): Promise<MetricsDoor | null> {
  const { metrics, store, clock } = base;
  if (metrics === undefined || wanted === undefined) return null;
  metrics.watch({ store, configurationVersion: version, connections: base.connections ?? (() => null) });
  const token = wanted.token === undefined ? null : createSecretResolver(process.env)(wanted.token);
  return openMetricsDoor({ host: wanted.host, port: wanted.port, token }, () => metrics.render(clock.now()));
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
