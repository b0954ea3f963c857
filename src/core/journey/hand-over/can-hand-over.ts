import { isRecoveryGoal } from '../../../../shared/api/journeys.ts';
import type { Prompt } from '../../factors/factor.ts';
import { JOURNEY_GOALS } from '../goals/goals.ts';
import type { JourneyState } from '../journey-state.ts';
import { PHONE_TRIES } from '../phones.ts';

/** QR codes that one recovery may ask for, whichever device it is on. */
const MOST_OFFERED = 5;

/** Steps at which the next device can go on: a question is put that it can put as well. */
const HANDED_AT: Readonly<Record<Prompt | 'choose-factor', true>> = {
  'choose-factor': true,
  code: true,
  passkey: true,
  password: true,
  questions: true,
  'linked-password': true,
};

/**
 * Whether a recovery can go on at another device: not once its proof is complete, when all that is left is to type a password, nor once as
 * many wrong digits were typed as one phone takes: more codes give no more guesses.
 */
export function canHandOver({ goal, step, provenAt, offeredPhones = 0, wrongDigits = 0 }: JourneyState): boolean {
  const isMeant = isRecoveryGoal(goal) && JOURNEY_GOALS[goal].asksForProof && Object.hasOwn(HANDED_AT, step.kind);
  return isMeant && provenAt === null && offeredPhones < MOST_OFFERED && wrongDigits < PHONE_TRIES;
}
