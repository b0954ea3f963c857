import { unlockAccount } from '../../unlock/unlock-account.ts';
import { finish } from '../finish.ts';
import type { StepHandler } from '../step-handler.ts';
import { writeForJourney } from '../write-for-journey.ts';

/** The person says yes: unlock, and keep the password. */
export const confirmUnlock: StepHandler<'confirm-unlock'> = async (deps, journey, answer) => {
  if ('finish' in answer) return finish(deps, journey);
  return writeForJourney(deps, journey, 'unlock-account', (write) => unlockAccount(deps, write));
};
