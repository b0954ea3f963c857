import type { Clock } from '../../core/ports/platform.ts';

/** What was looked up, and whether it is as it should be. */
export interface CachedLookup<T> {
  /** The kept answer while it is fresh, else a new one; whoever asks meanwhile waits for the same. Errors are thrown and not kept. */
  get(): Promise<T>;
}

export interface CacheTimes<T> {
  /** Milliseconds for which this answer may be kept. */
  keep(value: T): number;
}

/** Keeps one answer of a directory for a bounded time. */
export function createCachedLookup<T>(clock: Pick<Clock, 'now'>, times: CacheTimes<T>, look: () => Promise<T>): CachedLookup<T> {
  let kept: { value: T; at: number } | null = null;
  let running: Promise<T> | null = null;

  const renew = async (): Promise<T> => {
    try {
      const value = await look();
      kept = { value, at: clock.now() };
      return value;
    } finally {
      running = null;
    }
  };

  return {
    get() {
      const age = kept === null ? Number.NaN : clock.now() - kept.at;
      // A clock that was set back makes an answer older than it can be known to be.
      if (kept !== null && age >= 0 && age < times.keep(kept.value)) return Promise.resolve(kept.value);
      running ??= renew();
      return running;
    },
  };
}
