import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** In a bundle the worker stands beside it, translated. */
const WORKER = new URL(import.meta.url.endsWith('.ts') ? './checkpoint-worker.ts' : './checkpoint-worker.js', import.meta.url);

/** Commits between two checkpoints: some thousand pages, a log of a few megabytes. */
const COMMITS = 250;

/** The thread holds hardly more than its SQLite connection. */
const SMALL = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 16 };

export interface Checkpoints {
  /** Moves the log into the database when it has grown enough and no other checkpoint is under way. Never throws. */
  whenDue(commits: number): void;
  close(): Promise<void>;
}

/**
 * Checkpoints in a thread of their own: SQLite waits for the disk at each, three times, and would hold up the event loop.
 * The thread is begun with the first one that is due.
 *
 * @param alone runs its work while nobody in this process reads or writes: only then the log can begin anew
 * @param failed hears of an error; the log grows until a later checkpoint succeeds
 */
export function createCheckpoints(
  path: string,
  alone: (work: () => Promise<void>) => Promise<void>,
  failed: (error: unknown) => void,
): Checkpoints {
  let worker: Worker | null = null;
  let last = 0;
  let underWay: Promise<void> | null = null;

  async function ask(): Promise<void> {
    worker ??= new Worker(WORKER, { workerData: { path }, resourceLimits: SMALL });
    worker.ref();
    const answered = once(worker, 'message');
    worker.postMessage('checkpoint');
    await answered;
    // An idle thread keeps no process alive.
    worker.unref();
  }
  async function checkpoint(): Promise<void> {
    try {
      await alone(ask);
    } catch (error) {
      await worker?.terminate();
      worker = null;
      failed(error);
    }
  }

  return {
    whenDue(commits) {
      if (underWay !== null || commits - last < COMMITS) return;
      last = commits;
      underWay = checkpoint().finally(() => {
        underWay = null;
      });
    },
    async close() {
      await underWay;
      if (worker === null) return;
      worker.ref();
      const ended = once(worker, 'exit');
      worker.postMessage('end');
      await ended;
      worker = null;
    },
  };
}
