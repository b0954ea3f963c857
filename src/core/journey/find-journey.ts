import { AppError } from '../../../shared/errors.ts';
import type { ActDeps } from './act.ts';
import { type LoadedJourney, loadedJourney } from './journey-state.ts';

/**
 * The journey that a token opens: the first of `tokens` that opens one. A browser may send several, when another page of the
 * same host has set a cookie of our name (RFC 6265 5.4: their order says nothing).
 * @throws AppError `journey.not-found` for tokens that never were or were tidied away, `journey.expired`
 */
export async function findJourney(deps: ActDeps, tokens: readonly string[]): Promise<LoadedJourney> {
  let problem: 'journey.not-found' | 'journey.expired' = 'journey.not-found';
  for (const token of tokens) {
    const row = await deps.store.journeys.findByToken(deps.keys.digest('journey-token', token));
    if (row === null) continue;
    if (row.expiresAt > deps.act.at) return loadedJourney(row);
    problem = 'journey.expired';
  }
  throw new AppError(problem);
}
