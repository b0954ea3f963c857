import type { Goal } from '../../../../shared/api/journeys.ts';
import { confirmCallGoal } from './confirm-call.ts';
import { enrolOnPhoneGoal } from './enrol-on-phone.ts';
import { findUsernameGoal } from './find-username.ts';
import type { JourneyGoal } from './goal.ts';
import { linkAccountGoal } from './link-account.ts';
import { resetPasswordGoal } from './reset-password.ts';
import { signInGoal } from './sign-in.ts';
import { stepUpGoal } from './step-up.ts';
import { unlockAccountGoal } from './unlock-account.ts';

/** Every goal that a journey can have. */
export const JOURNEY_GOALS: Readonly<Record<Goal, JourneyGoal>> = {
  'reset-password': resetPasswordGoal,
  'unlock-account': unlockAccountGoal,
  'find-username': findUsernameGoal,
  'confirm-call': confirmCallGoal,
  'sign-in': signInGoal,
  'step-up': stepUpGoal,
  'link-account': linkAccountGoal,
  'enrol-on-phone': enrolOnPhoneGoal,
};
