import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Directory } from '../core/ports/directory.ts';
import type { Log } from '../core/ports/platform.ts';
import type { Store } from '../core/ports/store.ts';

/** Seconds. A directory answers in milliseconds, and is given up after some ten seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What a node counts about itself. No label holds anything that somebody typed: no names, no addresses, no identifiers. */
export interface Metrics {
  /** An event was written into the audit log. */
  readonly onAuditEvent: (type: string) => void;
  /** A statement was run. */
  readonly onStatement: (seconds: number, failed: boolean) => void;
  readonly onResponse: (method: string, route: string, status: number, seconds: number) => void;
  /** The same log, with its warnings and errors counted by their event. */
  log(log: Log): Log;
  /** The same directory, with its answers timed. */
  directory(directory: Directory): Directory;
  /** The text of the moment (OpenMetrics is a superset of it; https://prometheus.io/docs/instrumenting/exposition_formats/). */
  render(now: number): Promise<{ contentType: string; text: string }>;
}

/** What is looked up when somebody asks for the metrics. */
export interface MetricsSource {
  readonly store: Pick<Store, 'outbox' | 'intents' | 'emergencies' | 'threats'>;
  /** Version of the configuration in force. */
  readonly configurationVersion: () => number;
  /** Connections to the database; null where there is one for all. */
  readonly connections: () => { open: number; idle: number; waiting: number } | null;
}

/** @param version of the program */
export function createMetrics(version: string): Metrics & { watch(source: MetricsSource): void } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const info = new Gauge({
    name: 'keyturn_info',
    help: 'Always 1; the version of the program is a label',
    labelNames: ['version'],
    registers,
  });
  info.set({ version }, 1);
  const events = new Counter({
    name: 'keyturn_audit_events_total',
    help: 'Events this node wrote into the audit log',
    labelNames: ['type'],
    registers,
  });
  const journeys = new Counter({
    name: 'keyturn_journeys_total',
    help: 'Recoveries by what became of them',
    labelNames: ['event'],
    registers,
  });
  const proofs = new Counter({ name: 'keyturn_proofs_total', help: 'Proofs that were judged', labelNames: ['outcome'], registers });
  const writes = new Counter({
    name: 'keyturn_writes_total',
    help: 'Writes to directories by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const guard = new Counter({
    name: 'keyturn_guard_total',
    help: 'What the limits did, first refusal of each window',
    labelNames: ['event'],
    registers,
  });
  const lines = new Counter({
    name: 'keyturn_log_lines_total',
    help: 'Warnings and errors in the log',
    labelNames: ['level', 'event'],
    registers,
  });
  const responses = new Histogram({
    name: 'keyturn_http_request_seconds',
    help: 'Answers to requests',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers,
  });
  const directories = new Histogram({
    name: 'keyturn_directory_seconds',
    help: 'Answers of directories',
    labelNames: ['directory', 'verb', 'outcome'],
    buckets: BUCKETS,
    registers,
  });
  const statements = new Histogram({
    name: 'keyturn_database_seconds',
    help: 'Statements of the database',
    labelNames: ['outcome'],
    buckets: BUCKETS,
    registers,
  });
  const waiting = new Gauge({ name: 'keyturn_outbox_waiting', help: 'Messages that wait, of all nodes', labelNames: ['lane'], registers });
  const age = new Gauge({
    name: 'keyturn_outbox_oldest_seconds',
    help: 'For how long the message due first has been due',
    labelNames: ['lane'],
    registers,
  });
  const failed = new Gauge({
    name: 'keyturn_outbox_given_up',
    help: 'Messages that were given up and are still kept',
    labelNames: ['lane'],
    registers,
  });
  const open = new Gauge({ name: 'keyturn_writes_open', help: 'Writes whose outcome is not known yet', registers });
  const emergencies = new Gauge({
    name: 'keyturn_emergencies_in_use',
    help: 'Administrators who were let in for an emergency and are not retired',
    registers,
  });
  const threat = new Gauge({ name: 'keyturn_threat_raised', help: '1 while a raised threat is declared, else 0', registers });
  const connections = new Gauge({
    name: 'keyturn_database_connections',
    help: 'Connections of this node to PostgreSQL',
    labelNames: ['state'],
    registers,
  });
  const configuration = new Gauge({
    name: 'keyturn_configuration_version',
    help: 'Version of the configuration that this node uses',
    registers,
  });
  const up = new Gauge({ name: 'keyturn_database_up', help: '1 when the database told what is asked here, else 0', registers });
  // Present from the start: an alert cannot tell "none" from "not there".
  for (const outcome of ['intended', 'succeeded', 'refused', 'failed', 'unknown', 'unanswered', 'corrected']) writes.inc({ outcome }, 0);
  for (const event of ['started', 'leads-nowhere', 'proof-complete', 'refused', 'cancelled', 'expired']) journeys.inc({ event }, 0);
  for (const outcome of ['accepted', 'refused']) proofs.inc({ outcome }, 0);
  for (const event of ['slowed-down', 'attacked']) guard.inc({ event }, 0);
  let source: MetricsSource | null = null;

  const look = async (now: number): Promise<void> => {
    if (source === null) return;
    configuration.set(source.configurationVersion());
    const pool = source.connections();
    if (pool !== null) for (const [state, count] of Object.entries(pool)) connections.set({ state }, count);
    try {
      for (const lane of await source.store.outbox.backlog(now)) {
        waiting.set({ lane: lane.lane }, lane.waiting);
        age.set({ lane: lane.lane }, lane.oldestRunAt === null ? 0 : Math.max(0, (now - lane.oldestRunAt) / 1000));
        failed.set({ lane: lane.lane }, lane.failed);
      }
      open.set(await source.store.intents.openCount());
      emergencies.set((await source.store.emergencies.current(now)).filter(({ openedAt }) => openedAt !== null).length);
      threat.set((await source.store.threats.current()) === null ? 0 : 1);
      up.set(1);
    } catch {
      // What the database knows is not known now; what is told must not look as if it were.
      for (const gauge of [waiting, age, failed]) gauge.reset();
      // A gauge without labels would be reset to 0, which says that there are none.
      open.remove();
      emergencies.remove();
      threat.remove();
      up.set(0);
    }
  };

  return {
    watch(from) {
      source = from;
    },
    onAuditEvent(type) {
      events.inc({ type });
      const [area, what = ''] = type.split('.');
      if (area === 'write') writes.inc({ outcome: what });
      if (area === 'guard') guard.inc({ event: what });
      if (area === 'journey' && /^proof-(accepted|refused)$/.test(what)) proofs.inc({ outcome: what.slice('proof-'.length) });
      else if (area === 'journey') journeys.inc({ event: what });
    },
    onStatement: (seconds, isError) => statements.observe({ outcome: isError ? 'error' : 'ok' }, seconds),
    onResponse: (method, route, status, seconds) => responses.observe({ method, route, status: String(status) }, seconds),
    log: (log) => ({
      info: log.info,
      warn(event, facts) {
        lines.inc({ level: 'warn', event });
        log.warn(event, facts);
      },
      error(event, facts) {
        lines.inc({ level: 'error', event });
        log.error(event, facts);
      },
    }),
    directory: (directory) =>
      timed(directory, (verb, outcome, seconds) => directories.observe({ directory: directory.id, verb, outcome }, seconds)),
    async render(now) {
      await look(now);
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

/** Verbs of the port that ask the server. */
const VERBS: ReadonlySet<string> = new Set<keyof Directory>([
  'findAccounts',
  'search',
  'readAccount',
  'readStatus',
  'readPolicy',
  'readFacts',
  'readFingerprint',
  'readGroups',
  'readManager',
  'isProtected',
  'readStanding',
  'verifyPassword',
  'verifyNobody',
  'changePassword',
  'prepareWrite',
  'resetPassword',
  'unlock',
  'requireChange',
]);

function timed(directory: Directory, observe: (verb: string, outcome: string, seconds: number) => void): Directory {
  const wrapped = Object.entries(directory).map(([verb, own]) => {
    if (!VERBS.has(verb)) return [verb, own];
    const timedVerb = async (...parameters: unknown[]) => {
      const startedAt = performance.now();
      const done = (outcome: string) => observe(verb, outcome, (performance.now() - startedAt) / 1000);
      try {
        const result: unknown = await (own as (...given: unknown[]) => Promise<unknown>).apply(directory, parameters);
        done('ok');
        return result;
      } catch (error) {
        done(error instanceof Error && 'code' in error ? String(error.code) : 'unexpected');
        throw error;
      }
    };
    return [verb, timedVerb];
  });
  return { ...directory, ...(Object.fromEntries(wrapped) as Partial<Directory>) };
}
