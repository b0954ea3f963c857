import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';

/** Journeys whose end is recorded in one transaction. */
const AT_ONCE = 100;

/**
 * Records the end of journeys that nobody brought to one (AUD-1): every journey leaves how it ended. Any number of nodes may do
 * it; each expiry is recorded once.
 * @returns how many expiries were recorded
 */
export async function expireJourneys(deps: Pick<CoreDeps, 'store' | 'clock'>): Promise<number> {
  let noted = 0;
  for (let last = AT_ONCE; last === AT_ONCE; noted += last) {
    last = await deps.store.transaction(async (store) => {
      const expired = await store.journeys.noteExpired(deps.clock.now(), AT_ONCE);
      for (const { id, goal } of expired) {
        await recordEvent(store, deps.clock, { type: 'journey.expired', journey: id, goal, actor: { kind: 'system' } });
      }
      return expired.length;
    });
  }
  return noted;
}
