import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { translate } from './sqlite.ts';

/** Milliseconds to wait for another process that holds the file for itself. */
const BUSY_TIMEOUT = 5_000;

/**
 * Copies a database file into a new one as it is at one moment, also while a server writes to it: readers see one state in WAL mode
 * (https://www.sqlite.org/lang_vacuum.html#vacuuminto). What was deleted is not in the copy. It is on the disk when this returns.
 *
 * @param target made with mode 0600; one that is there already is refused and left as it is (`EEXIST`)
 * @throws AppError `store.unavailable` when the file cannot be read
 */
export function backupSqlite(path: string, target: string): void {
  closeSync(openSync(target, 'wx', 0o600));
  try {
    copy(path, target);
    for (const place of [target, dirname(target)]) flush(place);
  } catch (error) {
    rmSync(target, { force: true });
    throw error;
  }
}

function copy(path: string, target: string): void {
  try {
    const file = new SqliteFile(path, { fileMustExist: true, timeout: BUSY_TIMEOUT });
    try {
      file.prepare('vacuum into ?').run(target);
    } finally {
      file.close();
    }
  } catch (cause) {
    throw translate(cause);
  }
}

function flush(place: string): void {
  const handle = openSync(place, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
