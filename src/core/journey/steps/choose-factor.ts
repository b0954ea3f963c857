import { AppError } from '../../../../shared/errors.ts';
import { askForProof } from '../ask-for-proof.ts';
import type { StepHandler } from '../step-handler.ts';
import { kindsNow } from '../what-counts.ts';

/** The person says which proof they will give. An option's id is its kind. */
export const chooseFactor: StepHandler<'choose-factor'> = (deps, journey, answer) => {
  const kind = kindsNow(deps, journey.state).find((option) => option === answer.option);
  if (kind === undefined) throw new AppError('journey.answer-not-fitting', { path: 'option' });
  return askForProof(deps, journey, kind);
};
