import type { JourneyDeps } from './journey-deps.ts';
import type { JourneyState } from './journey-state.ts';
import { kindsNow } from './what-counts.ts';

/** Back leads somewhere only where there is a choice. */
export function canGoBack(deps: Pick<JourneyDeps, 'configuration'>, state: JourneyState): boolean {
  return kindsNow(deps, state).length > 1;
}
