import { findJourney } from './find-journey.ts';
import type { JourneyDeps } from './journey-deps.ts';
import type { LoadedJourney } from './journey-state.ts';
import { prepareGoal } from './prepare-goal.ts';

/**
 * Where a journey stands: for a page that was loaded again and for clients that poll.
 * @throws AppError `journey.not-found`, `journey.expired`
 */
export async function currentStep(deps: JourneyDeps, token: string): Promise<LoadedJourney> {
  return prepareGoal(deps, await findJourney(deps, token));
}
