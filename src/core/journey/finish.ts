import { AppError } from '../../../shared/errors.ts';
import type { ActDeps } from './act.ts';
import type { LoadedJourney } from './journey-state.ts';
import { finished, mayFinish } from './step-after-writes.ts';
import type { Transition } from './step-handler.ts';

/**
 * The person leaves it at what became of the other accounts; those that were asked for once more stay as they are.
 * @throws AppError `journey.answer-not-fitting` where nothing was done yet, or an account has a password that nobody knows
 */
export function finish(deps: ActDeps, { state }: LoadedJourney): Transition {
  const { outcomes } = state;
  if (outcomes === undefined || !mayFinish(state)) throw new AppError('journey.answer-not-fitting', { path: 'finish' });
  return { kind: 'advance', decide: () => Promise.resolve(finished(deps, state, outcomes)) };
}
