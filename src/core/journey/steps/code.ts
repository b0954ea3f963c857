import { AppError } from '../../../../shared/errors.ts';
import type { Factor } from '../../factors/factor.ts';
import { randomId } from '../../random-id.ts';
import type { ActDeps } from '../act.ts';
import { sendAgain } from '../ask-for-proof.ts';
import { goBack } from '../go-back.ts';
import type { LoadedJourney, OpenStepOf } from '../journey-state.ts';
import { proveBy } from '../prove.ts';
import type { StepHandler, Transition } from '../step-handler.ts';

type CodeStep = OpenStepOf<'code'>;

/** A code, or the wish for another one, or back to the choice. */
export const code: StepHandler<'code'> = (deps, journey, answer) => {
  const step = journey.state.step as CodeStep;
  if ('resend' in answer) return resend(deps, journey, step);
  if ('back' in answer) return Promise.resolve(goBack(deps, journey));
  // What cannot be a code by its form costs no try: a slip is no guess.
  if (!deps.factor(step.factor).canBe(answer.code)) return Promise.resolve(again(deps, journey, step));
  return proveBy(deps, journey, step, answer.code);
};

function again(deps: ActDeps, journey: LoadedJourney, step: CodeStep): Transition {
  const factor = deps.factor(step.factor) as Factor<'code'>;
  const key = factor.form === 'digits' ? 'code-impossible' : 'code-impossible-letters';
  const message = { key, tone: 'error' as const, parameters: { count: factor.shown(step.challengeId).length } };
  return { kind: 'advance', decide: () => Promise.resolve({ ...journey.state, step: { ...step, id: randomId(deps.random), message } }) };
}

async function resend(deps: ActDeps, journey: LoadedJourney, step: CodeStep): Promise<Transition> {
  const asked = journey.state.asked[step.factor];
  if (asked?.resendAt == null || asked.resendAt > deps.act.at) throw new AppError('journey.answer-not-fitting', { path: 'resend' });
  return sendAgain(deps, journey, step.factor);
}
