import { accountKey } from '../../accounts/candidate.ts';
import type { ProvenGoal } from './goal.ts';
import { refusalOfClosed } from './sign-in.ts';

/**
 * A phone was let in by its owner, who is signed in at a computer: the last page stands for a session that does nothing but add what
 * proves them. Nothing is proven in it: whoever is signed in has done that.
 */
export const enrolOnPhoneGoal: ProvenGoal = {
  asksForProof: true,
  oneAccount: true,
  open(_deps, _state, accounts) {
    const results = accounts.map(({ candidate }) => ({ account: accountKey(candidate.ref), outcome: 'proven' as const }));
    return refusalOfClosed(accounts) ?? { kind: 'done', results, nextSteps: [] };
  },
};
