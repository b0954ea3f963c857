import { AsyncLocalStorage } from 'node:async_hooks';
import { isAbortedTransactionError } from 'kysely';
import { AppError } from '../../shared/errors.ts';
import type { AuditHead } from '../core/ports/audit-store.ts';
import type { Log } from '../core/ports/platform.ts';
import type { Store } from '../core/ports/store.ts';
import { prepareAppends } from './append-sqlite.ts';
import { type Appends, createAppends } from './appends.ts';
import type { TableContext } from './context.ts';
import { openDataKeys } from './data-keys.ts';
import { type Disk, noDisk, type WalFiles } from './disk.ts';
import { keepDurable, type Verbs } from './durability.ts';
import { migrate, refuseNewerSince, refuseOlderSchema } from './migrate.ts';
import { readServerTime, writePulse } from './pulse.ts';
import { writeRecorded } from './recorded-events.ts';
import type { Database, Engine } from './schema.ts';
import { createSecrets, type SealingKey } from './secrets.ts';
import { openSqlite } from './sqlite.ts';
import { createApiTokens } from './tables/api-tokens.ts';
import { createAudit } from './tables/audit.ts';
import { createChallenges } from './tables/challenges.ts';
import { createConfigurations } from './tables/configurations.ts';
import { createCounters } from './tables/counters.ts';
import { createEmbeddedAccounts } from './tables/embedded-accounts.ts';
import { createEmergencies } from './tables/emergencies.ts';
import { createEnrolmentAsks } from './tables/enrolment-asks.ts';
import { createFactors } from './tables/factors.ts';
import { createFreezes } from './tables/freezes.ts';
import { createHelpdeskCases } from './tables/helpdesk-cases.ts';
import { createIntents } from './tables/intents.ts';
import { createInvitations } from './tables/invitations.ts';
import { createJourneys } from './tables/journeys.ts';
import { createKnownPlaces } from './tables/known-places.ts';
import { createOutbox } from './tables/outbox.ts';
import { createPeople } from './tables/people.ts';
import { createPeopleCounts } from './tables/people-counts.ts';
import { createProviderSessions } from './tables/provider-sessions.ts';
import { createReports } from './tables/reports.ts';
import { createSessions } from './tables/sessions.ts';
import { createSetUps } from './tables/set-ups.ts';
import { createThreats } from './tables/threats.ts';
import { createVouches } from './tables/vouches.ts';
import { tidy } from './tidy.ts';
import { walkSealed } from './walk-sealed.ts';

export interface StoreOptions {
  /** `sqlite:/path/to/file.db`, `sqlite::memory:`, or `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** The first seals, all open. */
  readonly sealingKeys: readonly SealingKey[];
  readonly log: Log;
  /** PostgreSQL connections at most; 10 unless told. */
  readonly poolSize?: number;
  /** PostgreSQL: milliseconds after which a statement is given up as stuck; 10,000 unless told. */
  readonly statementTimeout?: number;
  /** False: the schema is left as it is, and one that is older or not there is refused (`store.older-schema`, `store.no-schema`). True unless told. */
  readonly migrates?: boolean;
  /** Hears of what was done, for metrics. */
  readonly observer?: StoreObserver;
  /** For tests: how SQLite's log is opened for flushing. */
  readonly walFiles?: WalFiles;
}

/** Both are called often, and must not throw. */
export interface StoreObserver {
  /** An event of this type was written into the audit log, and its transaction is committed. */
  onAuditEvent(type: string): void;
  onStatement(seconds: number, failed: boolean): void;
}

/** The store, and the key for digests that lives in the database. */
export interface OpenedStore extends Store {
  readonly digestKey: Uint8Array;
  /** Connections to PostgreSQL; null for SQLite, which has one. */
  connections(): { open: number; idle: number; waiting: number } | null;
  /** @throws AppError `store.newer-schema` when a newer release has been at the database since it was opened */
  requireKnownSchema(): Promise<void>;
  /** The database server's clock, milliseconds since 1970; null for SQLite, which has none of its own. */
  databaseTime(): Promise<number | null>;
}

/**
 * Opens the database, brings its schema up to date, and makes sure that the keys belong to it.
 * @throws AppError `settings.invalid` (URL or keys), `store.unavailable` (cannot be opened), `store.newer-schema`, `store.older-schema`,
 *   `store.unsuitable` (encoding, rights), `store.wrong-key`
 */
export async function createStore(options: StoreOptions): Promise<OpenedStore> {
  const secrets = createSecrets(options.sealingKeys);
  const { engine, db, disk, connections, appends } = await open(options);
  const noteEvent = (type: string) => {
    options.observer?.onAuditEvent(type);
    appends.note();
  };
  const noteEnd = (end: AuditHead) => {
    dataKeys.audit.committed = end;
  };
  const dataKeys = await openDataKeys(db, engine, secrets).catch(async (error: unknown) => {
    await disk.close();
    await db.destroy();
    throw error;
  });
  // Whatever an earlier process committed and did not flush is about to be read and answered upon.
  await disk.flush();
  const underWay = new AsyncLocalStorage<{ open: boolean }>();
  let closed = false;

  const refuseMisuse = () => {
    if (closed) throw new AppError('store.unavailable', { reason: 'closed' });
    disk.refuseWhenBroken();
    // Waiting for the one SQLite connection from inside a transaction that holds it would never end. Both engines refuse.
    if (underWay.getStore()?.open === true) throw new AppError('internal.unexpected', { reason: 'store-used-outside-its-transaction' });
  };
  const inTransaction = async <T>(work: (transaction: Database) => Promise<T>): Promise<T> => {
    refuseMisuse();
    const mark = { open: true };
    try {
      return await db.transaction().execute((transaction) => underWay.run(mark, work, transaction));
    } catch (error) {
      if (!isAbortedTransactionError(error)) throw error;
      throw new AppError('internal.unexpected', { reason: 'committed-after-a-failed-statement' }, { cause: error });
    } finally {
      mark.open = false;
    }
  };
  const { audit } = dataKeys;
  const { log } = options;
  const outside: TableContext = {
    engine,
    secrets,
    audit,
    log,
    noteEvent,
    noteEnd,
    get db() {
      refuseMisuse();
      return db;
    },
    recorded: null,
    atomically: inTransaction,
  };

  const transaction: Store['transaction'] = async (work, durability = 'flushed') => {
    const noted: string[] = [];
    let end: AuditHead | null = null;
    const result = await inTransaction(async (inner) => {
      const context: TableContext = {
        engine,
        secrets,
        audit,
        log,
        noteEvent: (type) => noted.push(type),
        noteEnd: (next) => {
          end = next;
        },
        db: inner,
        recorded: { events: [], end: null },
        atomically: (more) => more(inner),
      };
      const done = await work({
        ...createVerbs(context),
        transaction: async () => {
          throw new AppError('internal.unexpected', { reason: 'transaction-in-transaction' });
        },
        tidy: (now) => tidy(inner, now),
        walkSealed: (reseal) => walkSealed(inner, secrets, reseal),
        ping: () => writePulse(inner),
        settled: async () => {
          throw new AppError('internal.unexpected', { reason: 'settled-in-transaction' });
        },
        flush: async () => {
          throw new AppError('internal.unexpected', { reason: 'flush-in-transaction' });
        },
        hearAppends: () => {
          throw new AppError('internal.unexpected', { reason: 'hear-in-transaction' });
        },
        close: async () => {
          throw new AppError('internal.unexpected', { reason: 'close-in-transaction' });
        },
      });
      await writeRecorded(context);
      return done;
    });
    if (end !== null) noteEnd(end);
    noted.forEach(noteEvent);
    if ((typeof durability === 'function' ? durability(result) : durability) === 'flushed') await disk.flush();
    else disk.flushSoon();
    return result;
  };

  return {
    digestKey: dataKeys.digest,
    connections,
    requireKnownSchema: () => refuseNewerSince(outside.db),
    databaseTime: () => (engine === 'postgres' ? readServerTime(outside.db) : Promise.resolve(null)),
    ...keepDurable(createVerbs(outside), disk),
    transaction,
    async tidy(now) {
      const deleted = await tidy(outside.db, now);
      disk.flushSoon();
      return deleted;
    },
    walkSealed: async (reseal) => {
      const walked = await walkSealed(outside.db, secrets, reseal);
      await disk.flush();
      return walked;
    },
    async ping() {
      await writePulse(outside.db);
      await disk.flush();
    },
    settled: () => disk.settled(),
    flush: () => disk.flush(),
    hearAppends: appends.hear,
    async close() {
      if (closed) return;
      closed = true;
      await appends.close();
      // Queued behind the transaction under way, if there is one.
      if (engine === 'sqlite') await db.connection().execute(async () => {});
      await disk.close();
      await db.destroy();
    },
  };
}

function createVerbs(context: TableContext): Verbs {
  return {
    journeys: createJourneys(context),
    challenges: createChallenges(context),
    factors: createFactors(context),
    counters: createCounters(context),
    audit: createAudit(context),
    intents: createIntents(context),
    outbox: createOutbox(context),
    freezes: createFreezes(context),
    knownPlaces: createKnownPlaces(context),
    sessions: createSessions(context),
    emergencies: createEmergencies(context),
    threats: createThreats(context),
    setUps: createSetUps(context),
    tokens: createApiTokens(context),
    openId: createProviderSessions(context),
    people: createPeople(context),
    peopleCounts: createPeopleCounts(context),
    invitations: createInvitations(context),
    cases: createHelpdeskCases(context),
    enrolmentAsks: createEnrolmentAsks(context),
    vouches: createVouches(context),
    configurations: createConfigurations(context),
    reports: createReports(context),
    embedded: createEmbeddedAccounts(context),
  };
}

interface Opened {
  engine: Engine;
  db: Database;
  disk: Disk;
  connections: OpenedStore['connections'];
  appends: Appends;
}

async function open({
  url,
  log,
  poolSize = 10,
  statementTimeout = 10_000,
  walFiles,
  migrates = true,
  observer,
}: StoreOptions): Promise<Opened> {
  const told = observer === undefined ? {} : { onStatement: observer.onStatement };
  if (/^postgres(ql)?:\/\//.test(url)) {
    // Who has SQLite does without the library.
    const [{ openPostgres, preparePostgres }, { listenToPostgres }] = await Promise.all([
      import('./postgres.ts'),
      import('./listen-to-postgres.ts'),
    ]);
    await preparePostgres(url, log, migrates);
    const appends = createAppends((hear) => listenToPostgres(url, log, hear));
    return { engine: 'postgres', ...openPostgres({ url, log, poolSize, statementTimeout, ...told }), disk: noDisk, appends };
  }
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  if (path === undefined) throw new AppError('settings.invalid', { setting: 'database.url', reason: 'neither-sqlite-nor-postgres' });
  const onCheckpointFailed = (error: unknown) => log.error('store.checkpoint-failed', { engine: 'sqlite', error });
  const { db, disk } = openSqlite(path, { onCheckpointFailed, ...told, ...(walFiles === undefined ? {} : { walFiles }) });
  try {
    // Of a database in memory, in which a command looks at a configuration, nobody wants to hear that it was made.
    const heard = path === ':memory:' ? { ...log, info: () => {} } : log;
    await (migrates ? migrate(db, heard) : refuseOlderSchema(db));
    await prepareAppends(db);
  } catch (error) {
    await disk.close();
    await db.destroy();
    throw error;
  }
  return { engine: 'sqlite', db, disk, connections: () => null, appends: createAppends() };
}
