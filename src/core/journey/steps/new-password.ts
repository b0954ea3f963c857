import { AppError } from '../../../../shared/errors.ts';
import { recordEvent } from '../../audit/record-event.ts';
import { judgeNewPassword } from '../../password-policy/judge-new-password.ts';
import { resetPassword } from '../../reset/reset-password.ts';
import { unlockAccount } from '../../unlock/unlock-account.ts';
import { type ActDeps, journeyActor } from '../act.ts';
import { finish } from '../finish.ts';
import type { LoadedJourney, OpenStepOf } from '../journey-state.ts';
import { selectedCandidates } from '../open-goal.ts';
import type { StepHandler } from '../step-handler.ts';
import { writeForJourney } from '../write-for-journey.ts';

/** The new password, or "unlock and keep mine" where an account is locked. */
export const newPassword: StepHandler<'new-password'> = async (deps, journey, answer) => {
  const step = journey.state.step as OpenStepOf<'new-password'>;
  if ('finish' in answer) return finish(deps, journey);
  if ('keepPassword' in answer) {
    if (!step.anyLocked) throw new AppError('journey.answer-not-fitting', { path: 'keepPassword' });
    return writeForJourney(deps, journey, 'unlock-account', (write) => unlockAccount(deps, write));
  }
  const { verdicts, acceptable, breached } = await judgeNewPassword(deps, answer.password, step.rules);
  if (breached === 'not-known') await tellNotKnown(deps, journey, acceptable);
  if (!acceptable) return { kind: 'stay', verdicts };
  const unlock = deps.configuration().recovery.unlockOnReset;
  return writeForJourney(deps, journey, 'reset-password', (write) => resetPassword(deps, { ...write, password: answer.password, unlock }));
};

/** Whether it was let through or refused, somebody has to mend the source. */
async function tellNotKnown(deps: ActDeps, { row, state }: LoadedJourney, allowed: boolean): Promise<void> {
  const accounts = selectedCandidates(state).map(({ ref }) => ref);
  const actor = journeyActor(deps.act, state);
  await deps.store.transaction((store) =>
    recordEvent(store, deps.clock, { type: 'password.breach-not-known', journey: row.id, actor, accounts, allowed }),
  );
}
