import { acceptedCombinations, nextKinds } from './accepted-combinations.ts';
import type { JourneyDeps } from './journey-deps.ts';
import type { JourneyState } from './journey-state.ts';

/** Back leads somewhere only where there is a choice. */
export function canGoBack(deps: Pick<JourneyDeps, 'configuration'>, state: JourneyState): boolean {
  return nextKinds(acceptedCombinations(deps.configuration(), state.client), state.proven).length > 1;
}
