import type { Step } from '../../shared/api/journeys.ts';
import type { Failure } from '../api.ts';
import type { Trouble } from './mistake-of.ts';

/**
 * Where the journey is. `passed`: the last answer had arrived before; `failure`: why the last answer brought nothing;
 * `findingOut`: it is not known yet what became of the last answer.
 */
export type JourneyState =
  | { name: 'loading' }
  | { name: 'ended' }
  | { name: 'expired' }
  | { name: 'unreachable'; failure: Failure }
  | { name: 'open'; step: Step; passed?: boolean; failure?: Trouble; findingOut?: boolean };

/** Whether there is no journey any more that could be asked. */
export function hasEnded(failure: Failure): boolean {
  return failure.kind === 'problem' && ['journey.expired', 'journey.not-found', 'journey.token-missing'].includes(failure.code);
}

/** What to show where the journey has told no step. */
export function stateWithoutStep(failure: Failure): JourneyState {
  if (failure.kind === 'problem' && failure.code === 'journey.expired') return { name: 'expired' };
  return hasEnded(failure) ? { name: 'ended' } : { name: 'unreachable', failure };
}
