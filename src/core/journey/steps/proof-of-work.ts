import { AppError } from '../../../../shared/errors.ts';
import { randomId } from '../../random-id.ts';
import { promptStep, sendChallenge } from '../ask-for-proof.ts';
import { JOURNEY_GOALS } from '../goals/goals.ts';
import type { OpenStepOf } from '../journey-state.ts';
import { firstStep } from '../start-journey.ts';
import type { StepHandler } from '../step-handler.ts';
import { workStep } from './work-step.ts';

/**
 * Work that was done, or the way back to the code that was asked for before. Each challenge is good for one answer; a wrong one
 * brings a new challenge of the same size. Whoever has worked goes on where the work was wanted.
 */
export const proofOfWork: StepHandler<'proof-of-work'> = async (deps, journey, answer) => {
  const step = journey.state.step as OpenStepOf<'proof-of-work'>;
  const { next } = step;
  if ('back' in answer) {
    const asked = next === 'begin' ? undefined : journey.state.asked[next];
    if (next === 'begin' || asked === undefined) throw new AppError('journey.answer-not-fitting', { path: 'back' });
    return { kind: 'advance', decide: () => Promise.resolve(promptStep(deps, journey.state, next, asked.challengeId)) };
  }
  if (!(await deps.work.isDone(step.challenge, answer))) {
    const again = await workStep(deps, step.factor, next);
    const message = { key: 'work-wrong', tone: 'error' as const };
    return { kind: 'advance', decide: () => Promise.resolve({ ...journey.state, step: { ...again, message } }) };
  }
  const worked = { ...journey, state: { ...journey.state, hasWorked: true } };
  if (next !== 'begin') return sendChallenge(deps, worked, next, 'code-sent-again');
  return {
    kind: 'advance',
    decide: async (store) => {
      const goal = JOURNEY_GOALS[worked.state.goal];
      if (!goal.asksForProof) await goal.queue(deps, store, worked);
      return { ...worked.state, step: { ...firstStep(deps, worked.state.goal), id: randomId(deps.random) } };
    },
  };
};
