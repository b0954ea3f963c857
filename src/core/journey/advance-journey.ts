import { AppError, isAppError } from '../../../shared/errors.ts';
import type { Store } from '../ports/store.ts';
import { type JourneyState, type LoadedJourney, loadedJourney } from './journey-state.ts';

/** Steps after which a token is worth nothing but to look at the result. */
const LAST_STEPS = new Set(['done', 'refused']);

/**
 * How often something may be begun again that found a journey moved on. Each time somebody or something else was taken first: one of the
 * tries at two digits, the look-up of the person, an offer to a phone. All of them together are fewer.
 */
const MOST_MOVES = 12;

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

/**
 * Does something that rests on a journey as it was found, and again as it is then where something else has moved it on meanwhile.
 * @param work reads the journey anew each time; told how often it was done before
 * @throws AppError `journey.step-passed` when it never came first; those of `work`
 */
export async function againWhereMoved<T>(work: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      if (!isAppError(error, 'journey.step-passed') || attempt >= MOST_MOVES) throw error;
    }
  }
}
