import { prepareGoal } from '../prepare-goal.ts';
import { takeBackJudging } from '../prove-by-server.ts';
import type { StepHandler } from '../step-handler.ts';

/** A poll. What is being waited for goes on by itself; a poll only takes up what a dead process left. */
export const waiting: StepHandler<'waiting'> = async (deps, journey) => ({
  kind: 'advanced',
  journey: await prepareGoal(deps, await takeBackJudging(deps, journey)),
});
