import { AppError } from '../../../../shared/errors.ts';
import { goBack } from '../go-back.ts';
import type { OpenStepOf } from '../journey-state.ts';
import { proveByServer } from '../prove-by-server.ts';
import type { StepHandler } from '../step-handler.ts';

/** The password of another account of the person, one of those that were named, or back to the choice. */
export const linkedPassword: StepHandler<'linked-password'> = (deps, journey, answer) => {
  if ('back' in answer) return Promise.resolve(goBack(deps, journey));
  const step = journey.state.step as OpenStepOf<'linked-password'>;
  const named = journey.state.asked[step.factor]?.accounts ?? [];
  if (!named.some(({ id }) => id === answer.account)) throw new AppError('journey.answer-not-fitting', { path: 'account' });
  return proveByServer(deps, journey, step, answer);
};
