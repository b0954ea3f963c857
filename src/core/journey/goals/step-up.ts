import { accountKey } from '../../accounts/candidate.ts';
import type { ProvenGoal } from './goal.ts';

/** Somebody who is signed in has proven once more who they are: what the last page stands for makes the proofs of their session fresh. */
export const stepUpGoal: ProvenGoal = {
  asksForProof: true,
  oneAccount: true,
  open(_deps, _state, accounts) {
    const results = accounts.map(({ candidate }) => ({ account: accountKey(candidate.ref), outcome: 'proven' as const }));
    return { kind: 'done', results, nextSteps: [] };
  },
};
