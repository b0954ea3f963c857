import { AppError } from '../../../../shared/errors.ts';
import { endRequest, withoutAnswer } from '../../vouching/end-request.ts';
import type { ActDeps } from '../act.ts';
import { canGoBack } from '../can-go-back.ts';
import { followPhone } from '../hand-over/follow-phone.ts';
import type { LoadedJourney, OpenStepOf } from '../journey-state.ts';
import { prepareGoal } from '../prepare-goal.ts';
import { takeBackJudging } from '../prove-by-server.ts';
import type { StepHandler, Transition } from '../step-handler.ts';

/** A poll. What is being waited for goes on by itself; a poll takes up what a dead process left, and what nobody has answered. */
export const waiting: StepHandler<'waiting'> = async (deps, journey, answer) => {
  const { step } = journey.state;
  if ('back' in answer) return withdraw(deps, journey);
  if (step.kind === 'handed-over') return { kind: 'advanced', journey: await followPhone(deps, journey) };
  if (step.kind === 'vouching') return unanswered(deps, journey, step);
  return { kind: 'advanced', journey: await prepareGoal(deps, await takeBackJudging(deps, journey)) };
};

/** Nobody is waited for any more, and another proof may be chosen. */
function withdraw(deps: ActDeps, journey: LoadedJourney): Transition {
  if (journey.state.step.kind !== 'vouching' || !canGoBack(deps, journey.state))
    throw new AppError('journey.answer-not-fitting', { path: 'back' });
  return {
    kind: 'advance',
    decide: async (store) => {
      await endRequest(deps, store, journey, 'withdrawn');
      return withoutAnswer(deps, journey.state);
    },
  };
}

function unanswered(deps: ActDeps, journey: LoadedJourney, { until }: OpenStepOf<'vouching'>): Transition {
  if (until > deps.act.at) return { kind: 'advanced', journey };
  return {
    kind: 'advance',
    decide: async (store) => {
      await endRequest(deps, store, journey, 'expired');
      return withoutAnswer(deps, journey.state, { key: 'manager-no-answer', tone: 'info' });
    },
  };
}
