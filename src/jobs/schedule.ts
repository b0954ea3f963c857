import type { Clock, Log } from '../core/ports/platform.ts';

/** Work that comes back in intervals. */
export interface Schedule {
  /**
   * Runs `work` every `milliseconds`, the first time after one interval. Never twice at once: the next interval begins when
   * the work is over. An error is logged and ends nothing.
   */
  every(name: string, milliseconds: number, work: () => Promise<unknown>): void;
  /** Begins nothing more and waits for what runs. */
  stop(): Promise<void>;
}

/** Longest sleep at once: what sleeps cannot be woken, and a stopped process should not stay for an hour. */
const LONGEST_SLEEP = 1000;

/** Every node keeps its own schedule, so the work must bear being done by several of them (leases, deletes by time). */
export function createSchedule(deps: { clock: Clock; log: Log }): Schedule {
  const { clock, log } = deps;
  const running = new Set<Promise<void>>();
  let stopped = false;

  /** Of the time that only goes on: one that is set back must not hold up what comes every few seconds until it has come again. */
  async function until(time: number): Promise<void> {
    for (let left = time - clock.monotonic(); left > 0 && !stopped; left = time - clock.monotonic()) {
      await clock.sleep(Math.min(left, LONGEST_SLEEP));
    }
  }
  async function once(name: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      log.error('schedule.work-failed', { name, error });
    }
  }
  async function keepRunning(name: string, milliseconds: number, work: () => Promise<unknown>): Promise<void> {
    for (;;) {
      await until(clock.monotonic() + milliseconds);
      if (stopped) return;
      const run = once(name, work);
      running.add(run);
      await run;
      running.delete(run);
    }
  }

  return {
    every(name, milliseconds, work) {
      keepRunning(name, milliseconds, work).catch((error: unknown) => log.error('schedule.ended', { name, error }));
    },
    async stop() {
      stopped = true;
      await Promise.all(running);
    },
  };
}
