import { accountKey } from '../../accounts/candidate.ts';
import { organisationRules } from '../../password-policy/organisation-rules.ts';
import { rulesOf } from '../../password-policy/rules-of.ts';
import { askTogether } from '../accounts-question.ts';
import type { ActDeps } from '../act.ts';
import type { AccountQuestion } from '../journey-state.ts';
import { isEnoughFor } from '../what-counts.ts';
import { canUnlock } from './can-unlock.ts';
import type { ProvenAccount, ProvenGoal } from './goal.ts';

/** A new password for one account or several; where one is locked, also "unlock and keep mine". */
export const resetPasswordGoal: ProvenGoal = {
  asksForProof: true,
  open(deps, state, accounts) {
    const each = Object.fromEntries(accounts.map((account) => [accountKey(account.candidate.ref), questionOf(deps, account)]));
    // To unlock and keep the password is offered to whom the proof is enough for that as well. A receipt is for one thing alone.
    const mayUnlock =
      state.byLink === undefined && accounts.every(({ candidate }) => isEnoughFor(deps, state, candidate, 'unlock-account'));
    const anyLocked = mayUnlock && Object.values(each).some(({ maybeLocked }) => maybeLocked);
    return { kind: 'new-password', ...askTogether(each), anyLocked, ...(accounts.length > 1 ? { each } : {}) };
  },
};

function questionOf(deps: ActDeps, proven: ProvenAccount): AccountQuestion {
  const { policy, account, status } = proven;
  const own = rulesOf(policy, account, status, deps.act.at);
  return {
    directory: deps.directories.get(account.directory).label,
    rules: [...own, ...organisationRules(deps.configuration().passwordRules, account)],
    // A lock that is not known may be one.
    maybeLocked: status.locked !== false && canUnlock(deps, proven),
    changeableAt: status.changeableAt,
  };
}
