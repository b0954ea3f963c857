import { AppError } from '../../../../shared/errors.ts';
import { evaluatePassword } from '../../password-policy/evaluate.ts';
import { resetPassword } from '../../reset/reset-password.ts';
import { unlockAccount } from '../../unlock/unlock-account.ts';
import type { OpenStepOf } from '../journey-state.ts';
import type { StepHandler } from '../step-handler.ts';
import { writeForJourney } from '../write-for-journey.ts';

/** The new password, or "unlock and keep mine" where an account is locked. */
export const newPassword: StepHandler<'new-password'> = async (deps, journey, answer) => {
  const step = journey.state.step as OpenStepOf<'new-password'>;
  if ('keepPassword' in answer) {
    if (!step.anyLocked) throw new AppError('journey.answer-not-fitting', { path: 'keepPassword' });
    return writeForJourney(deps, journey, 'unlock-account', (write) => unlockAccount(deps, write));
  }
  const { verdicts, acceptable } = evaluatePassword(answer.password, step.rules);
  if (!acceptable) return { kind: 'stay', verdicts };
  const unlock = deps.configuration().recovery.unlockOnReset;
  return writeForJourney(deps, journey, 'reset-password', (write) => resetPassword(deps, { ...write, password: answer.password, unlock }));
};
