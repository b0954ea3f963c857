import { accountKey } from '../../accounts/candidate.ts';
import type { ProvenGoal } from './goal.ts';
import { refusalOfClosed } from './sign-in.ts';

/** Somebody who is signed in has proven another account of theirs, as they would to sign in to it: the last page stands for its link. */
export const linkAccountGoal: ProvenGoal = {
  asksForProof: true,
  oneAccount: true,
  open(_deps, _state, accounts) {
    const results = accounts.map(({ candidate }) => ({ account: accountKey(candidate.ref), outcome: 'proven' as const }));
    return refusalOfClosed(accounts) ?? { kind: 'done', results, nextSteps: [] };
  },
};
