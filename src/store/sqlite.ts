import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { type Dialect, Kysely, SqliteAdapter, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';
import { AppError, isAppError } from '../../shared/errors.ts';
import { createCheckpoints } from './checkpoints.ts';
import { createWalDisk, type Disk, noDisk, type WalFiles } from './disk.ts';
import { explainSqlite } from './explain-database.ts';
import type { Database, Schema } from './schema.ts';
import { waitForOthers } from './wait-for-others.ts';
import { type OnStatement, watchStatements } from './watch-statements.ts';

/** How long a statement waits for another process that writes (the command line beside the server), in milliseconds. */
const BUSY_TIMEOUT = 5_000;

/** More than the program has statements of fixed shape; beyond it the oldest is prepared anew. */
const PREPARED_STATEMENTS = 300;

export interface SqliteOptions {
  /** Milliseconds; 5,000 unless told. */
  busyTimeout?: number;
  readonly onStatement?: OnStatement;
  /** Nobody else may have the file open, before or meanwhile (https://www.sqlite.org/pragma.html#pragma_locking_mode). False unless told. */
  readonly alone?: boolean;
  /** Hears of a checkpoint that failed. */
  onCheckpointFailed?: (error: unknown) => void;
  /** For tests: how the log is opened for flushing. */
  walFiles?: WalFiles;
}

/** An open file, and what says when its commits are on the disk. */
export interface OpenSqlite {
  readonly db: Database;
  readonly disk: Disk;
}

/**
 * Opens a database file, made with mode 0600 in a folder of mode 0700 when it is not there yet; `:memory:` is a private one.
 *
 * One connection, as better-sqlite3 is synchronous: kysely hands it to one caller at a time, so whatever is asked during
 * a transaction waits for its end. WAL with synchronous NORMAL: a commit waits for no disk, `disk` does, beside the event
 * loop (https://www.sqlite.org/pragma.html#pragma_synchronous). Checkpoints are made by a thread of their own.
 * @throws AppError `store.unavailable` when the file cannot be opened
 */
export function openSqlite(path: string, options: SqliteOptions = {}): OpenSqlite {
  const busyTimeout = options.busyTimeout ?? BUSY_TIMEOUT;
  try {
    if (path !== ':memory:') makePrivateFile(path);
    const file = new SqliteFile(path, { timeout: busyTimeout });
    if (options.alone === true) file.pragma('locking_mode = EXCLUSIVE');
    file.pragma('journal_mode = WAL');
    file.pragma('synchronous = NORMAL');
    file.pragma('wal_autocheckpoint = 0');
    file.pragma('foreign_keys = ON');
    file.pragma('trusted_schema = OFF');
    // Deleted content is overwritten, not only unlinked.
    file.pragma('secure_delete = ON');
    // From here on this wait would stop people who are served: see `waitForOthers`.
    file.pragma('busy_timeout = 0');
    const commits = { count: 0 };
    const dialect = createDialect(prepareOnce(file, commits), busyTimeout);
    const db = new Kysely<Schema>({ dialect, ...watchStatements(options.onStatement) });
    return { db, disk: path === ':memory:' ? noDisk : openDisk(path, db, () => commits.count, options) };
  } catch (cause) {
    throw translate(cause);
  }
}

function openDisk(path: string, db: Database, commits: () => number, options: SqliteOptions): Disk {
  // Whoever has the one connection is alone.
  const alone = (work: () => Promise<void>) => db.connection().execute(work);
  const checkpoints = createCheckpoints(path, alone, options.onCheckpointFailed ?? (() => {}));
  const onFlushed = () => checkpoints.whenDue(commits());
  const disk = createWalDisk({
    path: `${path}-wal`,
    commits,
    onFlushed,
    ...(options.walFiles === undefined ? {} : { files: options.walFiles }),
  });
  return {
    ...disk,
    async close() {
      await checkpoints.close();
      await disk.close();
    },
  };
}

/** SQLite gives the `-wal` and `-shm` files the mode of the main file, so making that first is enough. */
function makePrivateFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}

function createDialect(database: SqliteDatabase, busyTimeout: number): Dialect {
  const dialect = new SqliteDialect({ database });
  return {
    createDriver: () => waitForOthers(dialect.createDriver(), busyTimeout),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createAdapter: () => new TransactionalAdapter(),
  };
}

/**
 * SQLite rolls schema changes back like any other. Saying so has the Migrator run in one transaction, which (being
 * immediate) also keeps a second process out until all migrations are in.
 */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

const NOTHING: SqliteStatement = {
  reader: true,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
};

/** Keeps prepared statements, makes transactions immediate, counts commits that wrote something, and translates errors. */
function prepareOnce(file: SqliteFile.Database, commits: { count: number }): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>();
  let wroteInTransaction = false;
  const wrote = () => {
    if (file.inTransaction) wroteInTransaction = true;
    else commits.count += 1;
  };
  const transactionOver = (sql: string) => {
    if (sql === 'commit' && wroteInTransaction) commits.count += 1;
    wroteInTransaction = false;
  };
  return {
    close: () => file.close(),
    prepare(sql) {
      // A full disk makes SQLite roll back by itself; a second rollback would hide that behind an error of its own.
      if (sql === 'rollback' && !file.inTransaction) return NOTHING;
      const known = prepared.get(sql);
      if (known !== undefined) return known;
      // A deferred transaction that reads first and writes later fails at once when another process wrote in between.
      const statement = guarded(() => file.prepare(sql === 'begin' ? 'begin immediate' : sql));
      const after = TRANSACTION_END.has(sql) ? () => transactionOver(sql) : statement.readonly || sql === 'begin' ? null : wrote;
      const watched = watching(statement, after);
      if (prepared.size >= PREPARED_STATEMENTS) prepared.delete(prepared.keys().next().value ?? '');
      prepared.set(sql, watched);
      return watched;
    },
  };
}

const TRANSACTION_END = new Set(['commit', 'rollback']);

/** Tells `after` of each run that may have changed something: one of rows does so when there were any. */
function watching(statement: SqliteFile.Statement, after: (() => void) | null): SqliteStatement {
  const ofRows = /^(insert|update|delete|with)\b/i.test(statement.source);
  const done = <T>(result: T, rows: number): T => {
    if (after !== null && (!ofRows || rows > 0)) after();
    return result;
  };
  return {
    reader: statement.reader,
    all: (parameters) =>
      guarded(() => {
        const rows = statement.all(parameters);
        return done(rows, rows.length);
      }),
    run: (parameters) =>
      guarded(() => {
        const result = statement.run(parameters);
        return done(result, result.changes);
      }),
    iterate: (parameters) => guarded(() => done(statement.iterate(parameters), 1)),
  };
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw translate(cause);
  }
}

/** Result codes that blame the statement or its data; every other one says that the file cannot be used now (https://www.sqlite.org/rescode.html). */
const STATEMENT_AT_FAULT = ['SQLITE_ERROR', 'SQLITE_CONSTRAINT', 'SQLITE_MISMATCH', 'SQLITE_MISUSE', 'SQLITE_RANGE', 'SQLITE_TOOBIG'];

/** An error of SQLite in our words. */
export function translate(cause: unknown): AppError {
  if (isAppError(cause)) return cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  const atFault =
    cause instanceof SqliteFile.SqliteError
      ? STATEMENT_AT_FAULT.some((name) => code === name || code.startsWith(`${name}_`))
      : !('code' in Object(cause)) && !(cause instanceof TypeError && /not open/.test(cause.message));
  return new AppError(
    atFault ? 'internal.unexpected' : 'store.unavailable',
    { engine: 'sqlite', reason: code, ...explainSqlite(code) },
    { cause },
  );
}
