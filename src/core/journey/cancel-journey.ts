import { isAppError } from '../../../shared/errors.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { Store } from '../ports/store.ts';
import { randomId } from '../random-id.ts';
import { endRequest } from '../vouching/end-request.ts';
import { type ActDeps, journeyActor } from './act.ts';
import { advanceJourney } from './advance-journey.ts';
import { findJourney } from './find-journey.ts';
import type { JourneyKey } from './journey-key.ts';
import { type LoadedJourney, loadedJourney } from './journey-state.ts';
import { finished } from './step-after-writes.ts';

/**
 * Ends a journey at the person's wish, and the one of a phone that has taken it over. A write that is under way goes on: it cannot be
 * called back. Ending twice is the same as once.
 * @throws AppError `journey.not-found`, `journey.expired`, `journey.replaced`
 */
export async function cancelJourney(deps: ActDeps, key: JourneyKey): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const journey = await findJourney(deps, key);
    const phone = await phoneOf(deps, journey);
    if (!canBeCancelled(journey) || (phone !== null && phone.state.step.kind === 'writing')) return;
    try {
      await deps.store.transaction(async (store) => {
        if (phone !== null && canBeCancelled(phone)) await cancel(deps, store, phone);
        await cancel(deps, store, journey);
      });
      return;
    } catch (error) {
      if (!isAppError(error, 'journey.step-passed') || attempt >= 3) throw error;
    }
  }
}

/** The journey of the phone that has taken this one over. */
async function phoneOf({ store }: ActDeps, { state: { step } }: LoadedJourney): Promise<LoadedJourney | null> {
  const row = step.kind === 'handed-over' ? await store.journeys.find(step.to) : null;
  return row === null ? null : loadedJourney(row);
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
