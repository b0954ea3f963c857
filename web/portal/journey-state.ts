import type { Failure, OpenStep } from '../api.ts';
import type { Trouble } from './mistake-of.ts';

/**
 * Where the journey is. `arrival`: another one whenever an answer has come, also with the step as it was; `passed`: the last answer
 * had arrived before; `failure`: why the last answer brought nothing; `findingOut`: it is not known yet what became of the last
 * answer. `replaced`: the browser has another journey now; `unused`: the last answer was not taken.
 */
export type JourneyState =
  | { name: 'loading' }
  | { name: 'ended' }
  | { name: 'expired' }
  | { name: 'replaced'; unused: boolean }
  | { name: 'unreachable'; failure: Failure }
  | ({ name: 'open'; arrival: object } & ShownStep & { passed?: boolean; failure?: Trouble; findingOut?: boolean });

/** What a page shows: a step, and of which journey. */
export type ShownStep = Pick<OpenStep, 'journey' | 'step'>;

const ENDS: ReadonlySet<string> = new Set(['journey.expired', 'journey.not-found', 'journey.token-missing', 'journey.replaced']);

/** Whether there is nothing any more that this page could ask or be told of its journey. */
export function hasEnded(failure: Failure): boolean {
  return failure.kind === 'problem' && ENDS.has(failure.code);
}

/** What to show where the journey has told no step. `unused`: it was an answer that brought the failure, and it was not taken. */
export function stateWithoutStep(failure: Failure, unused = false): JourneyState {
  if (failure.kind === 'problem' && failure.code === 'journey.replaced') return { name: 'replaced', unused };
  if (failure.kind === 'problem' && failure.code === 'journey.expired') return { name: 'expired' };
  return hasEnded(failure) ? { name: 'ended' } : { name: 'unreachable', failure };
}

/** A step that has come, and what is to be said with it. */
export function arrived(
  { journey, step }: ShownStep,
  more: Pick<Extract<JourneyState, { name: 'open' }>, 'passed' | 'failure' | 'findingOut'> = {},
): JourneyState {
  return { name: 'open', arrival: {}, journey, step, ...more };
}
