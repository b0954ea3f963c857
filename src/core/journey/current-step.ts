import type { ActDeps } from './act.ts';
import { findJourney } from './find-journey.ts';
import { followPhone } from './hand-over/follow-phone.ts';
import type { JourneyKey } from './journey-key.ts';
import type { LoadedJourney } from './journey-state.ts';
import { prepareGoal } from './prepare-goal.ts';

/**
 * Where a journey stands: for a page that was loaded again and for clients that poll.
 * @throws AppError `journey.not-found`, `journey.expired`, `journey.replaced`
 */
export async function currentStep(deps: ActDeps, key: JourneyKey): Promise<LoadedJourney> {
  return prepareGoal(deps, await followPhone(deps, await findJourney(deps, key)));
}
