import { accountKey } from '../../accounts/candidate.ts';
import { isEnoughFor, isOfferedToo } from '../what-counts.ts';
import { canUnlock } from './can-unlock.ts';
import type { ProvenGoal } from './goal.ts';
import { resetPasswordGoal } from './reset-password.ts';

/**
 * Unlocks, and keeps the password. "Was not locked" is said only where the directory says so of every account; else the person is
 * offered what is possible.
 */
export const unlockAccountGoal: ProvenGoal = {
  asksForProof: true,
  open(deps, state, accounts) {
    const unlockable = accounts.filter((account) => canUnlock(deps, account));
    if (unlockable.some(({ status }) => status.locked)) return { kind: 'confirm-unlock' };
    if (unlockable.some(({ status }) => status.locked === null)) {
      return { kind: 'confirm-unlock', message: { key: 'lock-not-known', tone: 'info' } };
    }
    if (accounts.every(({ status }) => status.locked === false)) {
      const results = accounts.map(({ candidate }) => ({ account: accountKey(candidate.ref), outcome: 'was-not-locked' as const }));
      return { kind: 'done', results, nextSteps: ['was-not-locked'] };
    }
    const mayReset = accounts.every(({ candidate }) => isEnoughFor(deps, state, candidate, 'reset-password'));
    if (!mayReset || !isOfferedToo(deps, state, 'reset-password')) {
      return { kind: 'refused', code: 'journey.cannot-unlock' };
    }
    return { ...resetPasswordGoal.open(deps, state, accounts), message: { key: 'cannot-unlock', tone: 'info' } };
  },
};
