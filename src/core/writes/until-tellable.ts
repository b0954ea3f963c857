import type { AccountFingerprint } from '../ports/directory.ts';
import type { Clock } from '../ports/platform.ts';
import { wasSetJustNow } from './judge-outcome.ts';

/**
 * Waits for the next second where a password may have been set within this one and the directory tells whole seconds alone: a second
 * write could not be told from none, should its answer be lost. To be awaited before each write, on whichever server it is done.
 */
export async function untilTellable(
  deps: { readonly clock: Pick<Clock, 'sleep'> },
  fingerprints: readonly AccountFingerprint[],
  readAt: number,
): Promise<void> {
  if (fingerprints.some((fingerprint) => wasSetJustNow(fingerprint, readAt))) {
    await deps.clock.sleep(1000);
  }
}
