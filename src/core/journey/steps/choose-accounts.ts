import { AppError } from '../../../../shared/errors.ts';
import { accountKey } from '../../accounts/candidate.ts';
import { randomId } from '../../random-id.ts';
import { JOURNEY_GOALS } from '../goals/goals.ts';
import { openGoal } from '../open-goal.ts';
import type { StepHandler } from '../step-handler.ts';

/** Several accounts were proven: the person says which of them they mean. */
export const chooseAccounts: StepHandler<'choose-accounts'> = async (deps, journey, answer) => {
  const known = new Set((journey.state.candidates ?? []).map(({ ref }) => accountKey(ref)));
  const selected = [...new Set(answer.accounts)];
  if (!selected.every((account) => known.has(account))) throw new AppError('journey.answer-not-fitting', { path: 'accounts' });
  const goal = JOURNEY_GOALS[journey.state.goal];
  if (goal.asksForProof && goal.oneAccount === true && selected.length !== 1) {
    throw new AppError('journey.answer-not-fitting', { path: 'accounts' });
  }
  const state = { ...journey.state, selected };
  const step = await openGoal(deps, state);
  return { kind: 'advance', decide: () => Promise.resolve({ ...state, step: { ...step, id: randomId(deps.random) } }) };
};
