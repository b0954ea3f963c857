import { goBack } from '../go-back.ts';
import type { OpenStepOf } from '../journey-state.ts';
import { proveByServer } from '../prove-by-server.ts';
import type { StepHandler } from '../step-handler.ts';

/** The password that the account has now, or back to the choice. */
export const password: StepHandler<'password'> = (deps, journey, answer) => {
  if ('back' in answer) return Promise.resolve(goBack(deps, journey));
  return proveByServer(deps, journey, journey.state.step as OpenStepOf<'password'>, answer.password);
};
