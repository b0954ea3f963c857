import type { Background, Clock, Log } from '../core/ports/platform.ts';

/** The Background port with a way to wait for it. */
export type TrackedBackground = Background & {
  /** Resolves when nothing runs any more (true), or after `graceMilliseconds` (false; 10,000 unless told). */
  settled(graceMilliseconds?: number): Promise<boolean>;
  /** Tells what runs that it is to end, and waits for it as `settled` does. */
  stop(graceMilliseconds?: number): Promise<boolean>;
};

/** Runs work beside the answer that began it, logs what fails, and lets a shutdown wait for it. */
export function createBackground(deps: { clock: Clock; log: Log }): TrackedBackground {
  const { clock, log } = deps;
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();

  /** Work may begin more work while it is waited for. */
  async function allDone(): Promise<true> {
    while (running.size > 0) await Promise.all(running);
    return true;
  }

  function settled(graceMilliseconds = 10_000): Promise<boolean> {
    if (running.size === 0) return Promise.resolve(true);
    return Promise.race([allDone(), clock.sleep(graceMilliseconds).then(() => running.size === 0)]);
  }

  return {
    run(name, work) {
      // Begins in a later turn, so that a failure before the first await is caught as well and the answer goes first.
      const task: Promise<void> = Promise.resolve()
        .then(() => work(stopping.signal))
        .catch((error: unknown) => log.error('background.work-failed', { name, error }))
        .then(() => void running.delete(task));
      running.add(task);
    },
    settled,
    stop(graceMilliseconds) {
      stopping.abort();
      return settled(graceMilliseconds);
    },
  };
}
