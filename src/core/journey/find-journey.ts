import { AppError } from '../../../shared/errors.ts';
import type { JourneyDeps } from './journey-deps.ts';
import { type LoadedJourney, loadedJourney } from './journey-state.ts';

/**
 * The journey that a token opens.
 * @throws AppError `journey.not-found` for a token that never was or was tidied away, `journey.expired`
 */
export async function findJourney(deps: JourneyDeps, token: string): Promise<LoadedJourney> {
  const row = await deps.store.journeys.findByToken(deps.keys.digest('journey-token', token));
  if (row === null) throw new AppError('journey.not-found');
  if (row.expiresAt <= deps.clock.now()) throw new AppError('journey.expired');
  return loadedJourney(row);
}
