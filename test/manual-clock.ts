import type { Clock } from '../src/core/ports/platform.ts';

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves on by `milliseconds` and wakes whoever slept until then. */
  advance(milliseconds: number): void;
  /** How many sleep now. */
  sleeping(): number;
}

/** Starts at `start`, milliseconds since 1970. */
export function createManualClock(start = Date.UTC(2026, 0, 1)): ManualClock {
  let now = start;
  let sleepers: { due: number; wake: () => void }[] = [];
  return {
    now: () => now,
    monotonic: () => now,
    sleep: (milliseconds) =>
      new Promise((resolve) => {
        sleepers.push({ due: now + milliseconds, wake: resolve });
      }),
    advance(milliseconds) {
      now += milliseconds;
      const due = sleepers.filter((sleeper) => sleeper.due <= now);
      sleepers = sleepers.filter((sleeper) => sleeper.due > now);
      for (const sleeper of due) sleeper.wake();
    },
    sleeping: () => sleepers.length,
  };
}
