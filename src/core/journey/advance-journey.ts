import { AppError } from '../../../shared/errors.ts';
import type { Store } from '../ports/store.ts';
import { type JourneyState, type LoadedJourney, loadedJourney } from './journey-state.ts';

/** Steps after which a token is worth nothing but to look at the result. */
const LAST_STEPS = new Set(['done', 'refused']);

/**
 * Moves a journey on by compare-and-set. Must run in the transaction whose other effects depend on it: when somebody
 * else was quicker it throws, and everything is rolled back.
 * @throws AppError `journey.step-passed`
 */
export async function advanceJourney(store: Store, journey: LoadedJourney, state: JourneyState): Promise<LoadedJourney> {
  const status = LAST_STEPS.has(state.step.kind) ? 'ended' : 'open';
  const serialised = JSON.stringify(state);
  const expiresAt = state.until ?? journey.row.expiresAt;
  const won = await store.journeys.advance(journey.row, { status, state: serialised, expiresAt });
  if (!won) throw new AppError('journey.step-passed');
  return loadedJourney({ ...journey.row, status, expiresAt, state: serialised, version: journey.row.version + 1 });
}
