import { AppError } from '../../../../shared/errors.ts';
import { randomId } from '../../random-id.ts';
import { goBack } from '../go-back.ts';
import type { OpenStepOf } from '../journey-state.ts';
import { proveByServer } from '../prove-by-server.ts';
import type { StepHandler } from '../step-handler.ts';

/** The answers to the questions that were put, all of them, or back to the choice. */
export const questions: StepHandler<'questions'> = (deps, journey, answer) => {
  if ('back' in answer) return Promise.resolve(goBack(deps, journey));
  const step = journey.state.step as OpenStepOf<'questions'>;
  const put = journey.state.asked[step.factor]?.questions ?? [];
  const given = new Map(answer.answers.map((each) => [each.question, each.answer]));
  if (given.size !== put.length || answer.answers.length !== put.length || !put.every(({ id }) => given.has(id)))
    throw new AppError('journey.answer-not-fitting', { step: 'questions', path: 'answers' });
  const inOrder = put.map(({ id }) => given.get(id) ?? '');
  if (deps.factor(step.factor).canBe(inOrder)) return proveByServer(deps, journey, step, inOrder);
  // An answer that is empty costs no try: a slip is no guess.
  const message = { key: 'answers-missing', tone: 'error' as const };
  return Promise.resolve({
    kind: 'advance',
    decide: () => Promise.resolve({ ...journey.state, step: { ...step, id: randomId(deps.random), message } }),
  });
};
