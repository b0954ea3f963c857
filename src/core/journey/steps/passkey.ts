import { goBack } from '../go-back.ts';
import type { OpenStepOf } from '../journey-state.ts';
import { proveBy } from '../prove.ts';
import type { StepHandler } from '../step-handler.ts';

/** What the authenticator said, or back to the choice. */
export const passkey: StepHandler<'passkey'> = (deps, journey, answer) => {
  if ('back' in answer) return Promise.resolve(goBack(deps, journey));
  return proveBy(deps, journey, journey.state.step as OpenStepOf<'passkey'>, answer.credential);
};
