import { AppError } from '../../../shared/errors.ts';
import { randomId } from '../random-id.ts';
import type { ActDeps } from './act.ts';
import { canGoBack } from './can-go-back.ts';
import type { LoadedJourney, OpenStep } from './journey-state.ts';
import type { Transition } from './step-handler.ts';

/**
 * From a question back to the choice of proofs.
 * @throws AppError `journey.answer-not-fitting` where there is no choice
 */
export function goBack(deps: ActDeps, journey: LoadedJourney): Transition {
  if (!canGoBack(deps, journey.state)) throw new AppError('journey.answer-not-fitting', { path: 'back' });
  const step: OpenStep = { id: randomId(deps.random), kind: 'choose-factor' };
  return { kind: 'advance', decide: () => Promise.resolve({ ...journey.state, step }) };
}
