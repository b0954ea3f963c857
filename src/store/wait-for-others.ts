import { setTimeout as wait } from 'node:timers/promises';
import type { CompiledQuery, DatabaseConnection, Driver } from 'kysely';
import { isAppError } from '../../shared/errors.ts';

/** Milliseconds between two looks whether the other process is done. */
const SHORTEST_WAIT = 2;
const LONGEST_WAIT = 50;

/**
 * A driver of SQLite that waits for another process which writes, such as a backup or a shell, without stopping this one: SQLite's own
 * wait (sqlite3_busy_timeout) is synchronous, and while it lasts nobody is answered, not even a health check.
 *
 * Only the beginning of a transaction (it is immediate), or a statement on its own, can meet the lock, so nothing half done is repeated.
 * @param longest milliseconds after which the refusal is handed on
 */
export function waitForOthers(driver: Driver, longest: number): Driver {
  const wrappers = new WeakMap<DatabaseConnection, DatabaseConnection>();
  const wrapped = (connection: DatabaseConnection): DatabaseConnection => {
    const known = wrappers.get(connection);
    if (known !== undefined) return known;
    const wrapper: DatabaseConnection = {
      executeQuery: <Row>(query: CompiledQuery) => patiently(() => connection.executeQuery<Row>(query), longest),
      streamQuery: <Row>(query: CompiledQuery, chunkSize: number) => connection.streamQuery<Row>(query, chunkSize),
    };
    wrappers.set(connection, wrapper);
    originals.set(wrapper, connection);
    return wrapper;
  };
  const originals = new WeakMap<DatabaseConnection, DatabaseConnection>();
  return {
    init: () => driver.init(),
    acquireConnection: async () => wrapped(await driver.acquireConnection()),
    beginTransaction: (connection, settings) => driver.beginTransaction(connection, settings),
    commitTransaction: (connection) => driver.commitTransaction(connection),
    rollbackTransaction: (connection) => driver.rollbackTransaction(connection),
    releaseConnection: (connection) => driver.releaseConnection(originals.get(connection) ?? connection),
    destroy: () => driver.destroy(),
  };
}

async function patiently<T>(execute: () => Promise<T>, longest: number): Promise<T> {
  const end = performance.now() + longest;
  for (let pause = SHORTEST_WAIT; ; pause = Math.min(2 * pause, LONGEST_WAIT)) {
    try {
      return await execute();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= end) throw error;
    }
    await wait(pause);
  }
}

function isBusy(error: unknown): boolean {
  return isAppError(error, 'store.unavailable') && String(error.details.reason).startsWith('SQLITE_BUSY');
}
