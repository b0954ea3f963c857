import { accountKey } from '../../accounts/candidate.ts';
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
    if (accounts.some(({ status }) => status.mustChange || status.passwordExpired)) return askForNewPassword(deps, state, accounts);
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

async function askForNewPassword(deps: ActDeps, state: JourneyState, accounts: readonly ProvenAccount[]): Promise<OpenedStep> {
  const mustChange = accounts.some(({ status }) => status.mustChange);
  const message = { key: mustChange ? 'password-must-change' : 'password-expired', tone: 'info' as const };
  const step = await resetPasswordGoal.open(deps, state, accounts);
  return step.kind === 'new-password' ? { ...step, anyLocked: false, message } : step;
}
