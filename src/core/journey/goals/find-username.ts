import { queueUserNames } from '../find-user-name.ts';
import type { ToldGoal } from './goal.ts';

/** Sign-in names are mailed to the addresses that are enrolled for them, and to no other. */
export const findUsernameGoal: ToldGoal = {
  asksForProof: false,
  last: { kind: 'done', results: [{ account: null, outcome: 'mailed' }], nextSteps: ['check-mail'] },
  queue: queueUserNames,
};
