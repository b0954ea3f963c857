import { parentPort, workerData } from 'node:worker_threads';
import SqliteFile from 'better-sqlite3';

/**
 * Runs in a thread of its own (see checkpoints.ts): the one place that waits for the disk synchronously. Asked while nobody
 * else in this process reads or writes, it copies the log into the database and begins the log anew, whose header SQLite
 * waits for: left to the next writer, that wait would be on the event loop.
 */
const file = new SqliteFile(String(workerData.path));
file.pragma('synchronous = NORMAL');
parentPort?.on('message', (order: 'checkpoint' | 'end') => {
  if (order === 'end') {
    file.close();
    parentPort?.close();
    return;
  }
  file.pragma('wal_checkpoint(PASSIVE)');
  // Any write does; this one changes nothing.
  file.pragma(`user_version = ${Number(file.pragma('user_version', { simple: true }))}`);
  parentPort?.postMessage('done');
});
