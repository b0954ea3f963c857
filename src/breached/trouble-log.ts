import type { Log } from '../core/ports/platform.ts';

/**
 * Logs that a source cannot be asked when that begins, when its reason changes and when it ends, and not at each of the
 * questions between, which come while people type.
 */
export function createTroubleLog(log: Log, facts: Record<string, unknown>): { tell(reason: string): void; over(): void } {
  let told: string | null = null;
  return {
    tell(reason) {
      if (told === reason) return;
      told = reason;
      log.error('breached.not-known', { ...facts, reason });
    },
    over() {
      if (told === null) return;
      told = null;
      log.info('breached.known-again', facts);
    },
  };
}
