import { type FileHandle, open, stat } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '../../shared/errors.ts';

/** How long after a commit nobody waits for it is flushed at the latest, in milliseconds. */
const SOON = 1000;

/** When what was committed is on the disk. PostgreSQL answers for that itself: see `noDisk`. */
export interface Disk {
  /** Resolves when everything committed before the call is on the disk; at once when it is already. */
  flush(): Promise<void>;
  /** Sees to it that what is committed gets to the disk although nobody waits. */
  flushSoon(): void;
  /** Resolves when all that somebody waits for at the time of the call is on the disk. */
  settled(): Promise<void>;
  /** @throws AppError `store.unavailable` when a flush has failed */
  refuseWhenBroken(): void;
  close(): Promise<void>;
}

/** For a database that answers for its own durability, or has none (memory). */
export const noDisk: Disk = {
  flush: () => Promise.resolve(),
  flushSoon: () => {},
  settled: () => Promise.resolve(),
  refuseWhenBroken: () => {},
  close: () => Promise.resolve(),
};

/** The part of a file that a flush needs. */
export interface FlushedFile {
  /** Device and inode, to notice that the name stands for another file now. */
  identity(): Promise<string>;
  datasync(): Promise<void>;
  close(): Promise<void>;
}

export interface WalFiles {
  /** Which file the name stands for now. */
  identityOf(path: string): Promise<string>;
  open(path: string): Promise<FlushedFile>;
}

export interface WalDiskOptions {
  /** The `-wal` file. */
  path: string;
  /** Commits made so far that wrote something. */
  commits: () => number;
  /** Told after each flush. */
  onFlushed?: () => void;
  files?: WalFiles;
}

/**
 * Flushes SQLite's write-ahead log beside the event loop: one `fdatasync` serves everybody who committed before it began.
 *
 * With `synchronous = NORMAL` SQLite itself waits for the disk only at a checkpoint: the log first, then the database, and
 * the log is written over only after that (https://www.sqlite.org/wal.html, "Performance Considerations"). A commit that was
 * not flushed here is lost by a power cut together with all that came after it, and nothing else is.
 *
 * The log is opened alone, once, and stays open: closing the database or its `-shm` would drop the locks that SQLite holds
 * on them in this process (https://www.sqlite.org/howtocorrupt.html, 2.2). SQLite makes the log anew when the last
 * connection had been closed, so which file the name stands for is looked at before each flush.
 *
 * After a flush that failed the kernel may have forgotten what it could not write, and a second one would succeed without
 * it. So everything is refused from then on, until the process starts anew and reads what really is on the disk.
 */
export function createWalDisk({ path, commits, onFlushed = () => {}, files = realFiles }: WalDiskOptions): Disk {
  let file: { handle: FlushedFile; identity: string } | null = null;
  /** What an earlier process committed and did not flush is read by this one: the first flush is never spared. */
  let flushed = -1;
  let waiting: Promise<void> | null = null;
  let running: Promise<void> | null = null;
  let broken: AppError | null = null;
  let soon: NodeJS.Timeout | null = null;

  async function openCurrent(): Promise<FlushedFile> {
    const identity = await files.identityOf(path);
    if (file?.identity === identity) return file.handle;
    await file?.handle.close();
    file = null;
    const handle = await files.open(path);
    file = { handle, identity: await handle.identity() };
    return handle;
  }

  async function flushOnce(before: Promise<void> | null): Promise<void> {
    await before?.catch(() => {});
    try {
      if (broken !== null) throw broken;
      const handle = await openCurrent();
      // From here on nobody joins: what is committed now may come too late for this flush.
      running = waiting;
      waiting = null;
      const upTo = commits();
      await handle.datasync();
      flushed = upTo;
    } catch (cause) {
      broken ??= new AppError('store.unavailable', { engine: 'sqlite', reason: 'flush-failed' }, { cause });
      waiting = null;
      throw broken;
    } finally {
      running = null;
    }
    onFlushed();
  }

  function flush(): Promise<void> {
    if (broken !== null) return Promise.reject(broken);
    if (flushed >= commits()) return Promise.resolve();
    if (waiting === null) {
      waiting = flushOnce(running);
      // Whoever waits learns of a failure; `flushSoon` has nobody.
      waiting.catch(() => {});
    }
    return waiting;
  }

  return {
    flush,
    flushSoon() {
      if (soon !== null || flushed >= commits()) return;
      soon = setTimeout(() => {
        soon = null;
        flush().catch(() => {});
      }, SOON).unref();
    },
    async settled() {
      if (broken !== null) throw broken;
      if (flushed >= commits()) return;
      // Whoever committed in this turn of the event loop asks for the flush before the next one.
      await nextTurn();
      await (waiting ?? running);
      if (broken !== null) throw broken;
    },
    refuseWhenBroken() {
      if (broken !== null) throw broken;
    },
    async close() {
      if (soon !== null) clearTimeout(soon);
      await flush().catch(() => {});
      await file?.handle.close();
      file = null;
    },
  };
}

const realFiles: WalFiles = {
  identityOf: async (path) => identityIn(await stat(path, { bigint: true })),
  async open(path) {
    // Windows flushes only what is open for writing.
    const handle: FileHandle = await open(path, 'r+');
    return {
      identity: async () => identityIn(await handle.stat({ bigint: true })),
      datasync: () => handle.datasync(),
      close: () => handle.close(),
    };
  },
};

function identityIn({ dev, ino }: { dev: bigint; ino: bigint }): string {
  return `${dev}/${ino}`;
}
