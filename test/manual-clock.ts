import type { Clock } from '../src/core/ports/platform.ts';

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves on by `milliseconds` and wakes whoever slept until then. */
  advance(milliseconds: number): void;
  /** Sets the time of the machine, and wakes nobody: who sleeps does so for a span of time. */
  set(time: number): void;
  /** How many sleep now. */
  sleeping(): number;
}

/** Starts at `start`, milliseconds since 1970. */
export function createManualClock(start = Date.UTC(2026, 0, 1)): ManualClock {
  let now = start;
  let passed = 0;
  let sleepers: { due: number; wake: () => void }[] = [];
  return {
    now: () => now,
    monotonic: () => passed,
    sleep: (milliseconds) =>
      new Promise((resolve) => {
        sleepers.push({ due: passed + milliseconds, wake: resolve });
      }),
    advance(milliseconds) {
      now += milliseconds;
      passed += milliseconds;
      const due = sleepers.filter((sleeper) => sleeper.due <= passed);
      sleepers = sleepers.filter((sleeper) => sleeper.due > passed);
      for (const sleeper of due) sleeper.wake();
    },
    set(time) {
      now = time;
    },
    sleeping: () => sleepers.length,
  };
}
