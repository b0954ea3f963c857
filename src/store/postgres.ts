import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { AppError, type ErrorCode, isAppError } from '../../shared/errors.ts';
import type { Log } from '../core/ports/platform.ts';
import { explainPostgres, explainTlsRefusal } from './explain-database.ts';
import { migrate, refuseOlderSchema } from './migrate.ts';
import type { Database, Schema } from './schema.ts';
import { refuseUnsuitable } from './suitable-postgres.ts';
import { type OnStatement, watchStatements } from './watch-statements.ts';

/** Milliseconds. */
const CONNECTION_TIMEOUT = 5_000;

const INT8_OID = 20;

/** Times and counts fit a JavaScript number (53 bits); as BIGINT they would come as text. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: string) =>
    oid === INT8_OID ? Number : pg.types.getTypeParser(oid as never, (format ?? 'text') as never),
} as pg.CustomTypesConfig;

interface PostgresOptions {
  readonly url: string;
  readonly log: Log;
  readonly poolSize: number;
  /** Milliseconds. */
  readonly statementTimeout: number;
  readonly onStatement?: OnStatement;
}

/**
 * A pool of connections to PostgreSQL. Nothing is connected before the first statement; a connection that broke is
 * replaced, so a restart of the server needs no restart of ours.
 */
export function openPostgres({ url, log, poolSize, statementTimeout, onStatement }: PostgresOptions) {
  const options = {
    max: poolSize,
    statement_timeout: statementTimeout,
    // The client gives up on a server that fell silent, after the server itself would have given up on the statement.
    query_timeout: statementTimeout + CONNECTION_TIMEOUT,
    idle_in_transaction_session_timeout: 3 * statementTimeout,
  };
  const { db, pool } = connect(url, log, options, onStatement);
  return { db, connections: () => ({ open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }) };
}

/**
 * Looks whether the database is one for Keyturn, and migrates it, over a connection of its own without a time limit: it may wait for
 * another node's migrations.
 * @param migrates false: an older schema is refused
 * @throws AppError `store.unavailable`, `store.unsuitable`, `store.newer-schema`, `store.older-schema`
 */
export async function preparePostgres(url: string, log: Log, migrates: boolean): Promise<void> {
  const db = openForMaintenance(url, log);
  try {
    await refuseUnsuitable(db);
    await (migrates ? migrate(db, log) : refuseOlderSchema(db));
  } finally {
    await db.destroy();
  }
}

/** One connection without a time limit for statements, for work on the database as a whole. */
export function openForMaintenance(url: string, log: Log): Database {
  return connect(url, log, { max: 1 }).db;
}

function connect(url: string, log: Log, options: pg.PoolConfig, onStatement?: OnStatement): { db: Database; pool: pg.Pool } {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'keyturn',
    connectionTimeoutMillis: CONNECTION_TIMEOUT,
    keepAlive: true,
    types,
    ...options,
  });
  // A connection that breaks is dropped by the pool. Unheard, the event would end the process: the pool hears it for a
  // connection that is idle, and nobody does for one that is lent out between two statements of a transaction.
  const lost = (error: Error) => log.warn('store.connection-lost', { engine: 'postgres', reason: reasonOf(error) });
  pool.on('error', lost);
  pool.on('connect', (client) => client.on('error', lost));
  const dialect = new PostgresDialect({ pool: translating(pool) });
  return { db: new Kysely<Schema>({ dialect, ...watchStatements(onStatement) }), pool };
}

/** The pool as kysely sees it: errors translated, and a connection that failed as such not used again. */
function translating(pool: pg.Pool): PostgresPool {
  const wrappers = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await guarded(() => pool.connect());
      const known = wrappers.get(client);
      if (known !== undefined) return known;
      const wrapper = translatingClient(client);
      wrappers.set(client, wrapper);
      return wrapper;
    },
  };
}

function translatingClient(client: pg.PoolClient): PostgresPoolClient {
  let broken = false;
  const query = async (text: string, parameters: readonly unknown[]) => {
    try {
      return await client.query(text, [...parameters]);
    } catch (cause) {
      const error = translate(cause);
      broken ||= isConnectionLost(cause);
      throw error;
    }
  };
  const release = (discard?: boolean) => client.release(broken || discard === true);
  // kysely's other form of `query`, with a cursor, is for streams, and no verb streams.
  return { query, release } satisfies Pick<PostgresPoolClient, 'release'> & { query: unknown } as unknown as PostgresPoolClient;
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw translate(cause);
  }
}

/**
 * Whether the connection is of no more use. An error without an SQLSTATE comes from it (socket, time limit of the client), not from a
 * statement. One that says "read-only" (25006) leads to a standby since a failover: a new one may lead to the new primary.
 */
function isConnectionLost(cause: unknown): boolean {
  return !(cause instanceof pg.DatabaseError) || /^(08|57P|25006)/.test(cause.code ?? '');
}

/**
 * Classes of SQLSTATE that say "not now" rather than "wrong": connection, authorisation, transaction rollback, resources,
 * operator intervention, system error, read-only standby, lock time-out (PostgreSQL manual, appendix A).
 */
const UNAVAILABLE = /^(08|28|3D|3F|40|53|57|58|25006|25P03|55P03)/;

/** Nothing that comes back by itself: a right is missing (42501), the encoding has not the character (22P05). */
const UNSUITABLE = /^(42501|22P05)$/;

/** NUL in text that somebody sent (22021): SQLite finds nothing by it, and it is no fault of ours that PostgreSQL refuses to look. */
const NOT_TEXT = '22021';

function translate(cause: unknown): AppError {
  if (isAppError(cause)) return cause;
  // Details and context quote values of the row ("Failing row contains ..."), which must not reach a log.
  if (cause instanceof pg.DatabaseError) Object.assign(cause, { detail: undefined, where: undefined });
  const reason = reasonOf(cause);
  if (reason === NOT_TEXT) return new AppError('request.malformed', {}, { cause });
  const explained =
    (reason === 'connection' && cause instanceof Error ? explainTlsRefusal(cause.message) : null) ?? explainPostgres(reason);
  return new AppError(codeOf(cause, reason), { engine: 'postgres', reason, ...explained }, { cause });
}

function codeOf(cause: unknown, reason: string): ErrorCode {
  if (isConnectionLost(cause) || UNAVAILABLE.test(reason)) return 'store.unavailable';
  return UNSUITABLE.test(reason) ? 'store.unsuitable' : 'internal.unexpected';
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'connection';
}
