import { accountKey } from '../../accounts/candidate.ts';
import type { Renewal } from '../../factors/factor.ts';
import type { ActDeps } from '../act.ts';
import type { JourneyState } from '../journey-state.ts';
import type { OpenedStep, ProvenAccount, ProvenGoal } from './goal.ts';
import { resetPasswordGoal } from './reset-password.ts';

/** The person is who they are: what the journey's last page stands for opens a session, once. */
export const signInGoal: ProvenGoal = {
  asksForProof: true,
  oneAccount: true,
  open(deps, state, accounts) {
    const refusal = refusalOfClosed(accounts);
    if (refusal !== null) return refusal;
    // The directory lets nobody in with it: a new one comes first.
    const renewals = accounts.map((account) => renewalOf(state, account)).filter((renewal) => renewal !== null);
    if (renewals.length > 0) return askForNewPassword(deps, state, accounts, renewals);
    const results = accounts.map(({ candidate }) => ({ account: accountKey(candidate.ref), outcome: 'signed-in' as const }));
    return { kind: 'done', results, nextSteps: [] };
  },
};

/** What is told of an account into which its directory lets nobody; null: there is none. */
export function refusalOfClosed(accounts: readonly ProvenAccount[]): OpenedStep | null {
  const closed = accounts.find(({ status }) => status.disabled === true || status.accountExpired === true);
  if (closed === undefined) return null;
  return { kind: 'refused', code: closed.status.disabled ? 'journey.account-disabled' : 'journey.account-expired' };
}

/**
 * Why the password has to be changed first, as the directory says of the account, or has said when it judged the password: some tell it at
 * no other time. null: it need not be.
 */
export function renewalOf({ renewals }: JourneyState, { status, candidate }: ProvenAccount): Renewal | null {
  if (status.mustChange) return 'must-change';
  return status.passwordExpired ? 'expired' : (renewals?.[accountKey(candidate.ref)] ?? null);
}

async function askForNewPassword(
  deps: ActDeps,
  state: JourneyState,
  accounts: readonly ProvenAccount[],
  renewals: readonly Renewal[],
): Promise<OpenedStep> {
  const key = renewals.includes('must-change') ? 'password-must-change' : 'password-expired';
  const message = { key, tone: 'info' as const };
  const step = await resetPasswordGoal.open(deps, state, accounts);
  return step.kind === 'new-password' ? { ...step, anyLocked: false, message } : step;
}
