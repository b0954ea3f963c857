import { isAppError } from '../../../shared/errors.ts';
import { advanceJourney } from './advance-journey.ts';
import type { JourneyDeps } from './journey-deps.ts';
import { type LoadedJourney, loadedJourney, type OpenStep } from './journey-state.ts';
import { openGoal } from './open-goal.ts';

/**
 * Brings a journey whose proof is complete to its next question. When a directory cannot be asked the journey stays in
 * waiting and the client's next poll tries again: a proof is never lost because a server is down.
 */
export async function prepareGoal(deps: JourneyDeps, journey: LoadedJourney): Promise<LoadedJourney> {
  if (journey.state.step.kind !== 'preparing') return journey;
  let step: OpenStep;
  try {
    step = await openGoal(deps, journey.state);
  } catch (error) {
    if (!isAppError(error) || !error.code.startsWith('directory.')) throw error;
    deps.log.error('journey.directory-not-answering', { journey: journey.row.id, error });
    return {
      ...journey,
      state: { ...journey.state, step: { ...journey.state.step, message: { key: 'directory-not-answering', tone: 'error' } } },
    };
  }
  try {
    return await advanceJourney(deps.store, journey, { ...journey.state, step });
  } catch (error) {
    if (!isAppError(error, 'journey.step-passed')) throw error;
    const row = await deps.store.journeys.find(journey.row.id);
    if (row === null) throw error;
    return loadedJourney(row);
  }
}
