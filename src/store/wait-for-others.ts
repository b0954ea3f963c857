import { setTimeout as wait } from 'node:timers/promises';
import type { CompiledQuery, DatabaseConnection, Driver } from 'kysely';
import { isAppError } from '../../shared/errors.ts';

/** Milliseconds between two looks whether the other process is done. */
const SHORTEST_WAIT = 2;
const LONGEST_WAIT = 50;

/** Milliseconds after which the lock that is met is taken for another one than that which was met before. */
const ANOTHER_LOCK = 1_000;

/**
 * A driver of SQLite that waits for another process which writes, such as a backup or a shell, without stopping this one: SQLite's own
 * wait (sqlite3_busy_timeout) is synchronous, and while it lasts nobody is answered, not even a health check.
 *
 * Only the beginning of a transaction (it is immediate), or a statement on its own, can meet the lock, so nothing half done is repeated.
 * @param longest milliseconds for which a lock is waited for
 */
export function waitForOthers(driver: Driver, longest: number): Driver {
  const patiently = createPatience(longest);
  const wrappers = new WeakMap<DatabaseConnection, DatabaseConnection>();
  const wrapped = (connection: DatabaseConnection): DatabaseConnection => {
    const known = wrappers.get(connection);
    if (known !== undefined) return known;
    const wrapper: DatabaseConnection = {
      executeQuery: <Row>(query: CompiledQuery) => patiently(() => connection.executeQuery<Row>(query)),
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

/**
 * Waits as long as the lock has not been held for `longest`: whoever comes later does not begin to wait anew, or many that queue for the
 * one connection would each wait that long after the one before. Somebody of us who was given it has seen that it was free: an import
 * takes it again and again, and is no lock that is held.
 */
function createPatience(longest: number): <T>(execute: () => Promise<T>) => Promise<T> {
  let heldSince = 0;
  let lastHeldAt = Number.NEGATIVE_INFINITY;
  return async (execute) => {
    let waited = false;
    for (let pause = SHORTEST_WAIT; ; pause = Math.min(2 * pause, LONGEST_WAIT)) {
      try {
        const result = await execute();
        if (waited) lastHeldAt = Number.NEGATIVE_INFINITY;
        return result;
      } catch (error) {
        if (!isBusy(error)) throw error;
        waited = true;
        const now = performance.now();
        if (now - lastHeldAt > ANOTHER_LOCK) heldSince = now;
        lastHeldAt = now;
        if (now - heldSince >= longest) throw error;
      }
      await wait(pause);
    }
  };
}

function isBusy(error: unknown): boolean {
  return isAppError(error, 'store.unavailable') && String(error.details.reason).startsWith('SQLITE_BUSY');
}
