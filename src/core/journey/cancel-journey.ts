import { recordEvent } from '../audit/record-event.ts';
import type { Store } from '../ports/store.ts';
import { randomId } from '../random-id.ts';
import { endRequest } from '../vouching/end-request.ts';
import { type ActDeps, journeyActor } from './act.ts';
import { advanceJourney, againWhereMoved } from './advance-journey.ts';
import { findJourney } from './find-journey.ts';
import { phonesOf } from './hand-over/follow-phone.ts';
import type { JourneyKey } from './journey-key.ts';
import type { LoadedJourney } from './journey-state.ts';
import { finished } from './step-after-writes.ts';

/**
 * Ends a journey at the person's wish, and those of the phones that have taken it over. A write that is under way goes on: it cannot be
 * called back. Ending twice is the same as once.
 * @throws AppError `journey.not-found`, `journey.expired`, `journey.replaced`
 */
export function cancelJourney(deps: ActDeps, key: JourneyKey): Promise<void> {
  return againWhereMoved(async () => {
    const journey = await findJourney(deps, key);
    const phones = await phonesOf(deps, journey);
    if (!canBeCancelled(journey) || phones.some(({ state }) => state.step.kind === 'writing')) return;
    await deps.store.transaction(async (store) => {
      // In the order in which a hand-over changes them: rows are locked.
      for (const each of [...phones.filter(canBeCancelled).toReversed(), journey]) await cancel(deps, store, each);
    });
  });
}

function canBeCancelled({ row, state }: LoadedJourney): boolean {
  return row.status === 'open' && state.step.kind !== 'writing';
}

async function cancel(deps: ActDeps, store: Store, journey: LoadedJourney): Promise<void> {
  await endRequest(deps, store, journey, 'withdrawn');
  await recordEvent(store, deps.clock, {
    type: 'journey.cancelled',
    journey: journey.row.id,
    actor: journeyActor(deps.act, journey.state),
  });
  const { state } = journey;
  const step = { id: randomId(deps.random), kind: 'refused' as const, code: 'journey.cancelled' };
  // What became of accounts is told, however it ends.
  await advanceJourney(store, journey, state.outcomes === undefined ? { ...state, step } : finished(deps, state, state.outcomes));
}
