import { mergeRules } from '../../password-policy/merge.ts';
import { organisationRules } from '../../password-policy/organisation-rules.ts';
import { rulesOf } from '../../password-policy/rules-of.ts';
import { isEnoughFor } from '../what-counts.ts';
import { canUnlock } from './can-unlock.ts';
import type { ProvenGoal } from './goal.ts';

/** A new password for one account or several; where one is locked, also "unlock and keep mine". */
export const resetPasswordGoal: ProvenGoal = {
  asksForProof: true,
  open(deps, state, accounts) {
    const settings = deps.configuration().passwordRules;
    const ruleSets = accounts.flatMap(({ policy, account, status }) => [
      rulesOf(policy, account, status, deps.act.at),
      organisationRules(settings, account),
    ]);
    const changeableAt = accounts
      .map(({ status }) => status.changeableAt)
      .reduce((latest, at) => Math.max(latest ?? 0, at ?? 0) || null, null);
    // A lock that is not known may be one. To unlock and keep the password is offered to whom the proof is enough for that as well.
    const mayUnlock = accounts.every(({ candidate }) => isEnoughFor(deps, state, candidate, 'unlock-account'));
    const anyLocked = mayUnlock && accounts.some((account) => account.status.locked !== false && canUnlock(deps, account));
    return { kind: 'new-password', rules: mergeRules(ruleSets), anyLocked, changeableAt };
  },
};
