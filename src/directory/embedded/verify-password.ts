import type { EmbeddedAccountRow } from '../../core/ports/embedded-store.ts';
import type { VerifyOutcome, VerifyRefusal } from '../../core/ports/verify-outcome.ts';
import { describeStatus, isLocked } from './account-state.ts';
import type { EmbeddedContext } from './embedded-context.ts';
import { matchesHash } from './password-hash.ts';
import { updateAccount } from './update-account.ts';

/** The answer to an attempt, and whether the password itself was right whatever the state of the account. */
interface Attempt {
  outcome: VerifyOutcome;
  matched: boolean;
}

/**
 * Tries a password as a sign-in would: failures are counted and lock the account at the threshold, a success clears them.
 * A locked account is refused without looking at the password, so a lock ends guessing.
 */
export async function attemptPassword(context: EmbeddedContext, row: EmbeddedAccountRow, password: string): Promise<Attempt> {
  const { accounts, clock, policy } = context;
  if (isLocked(row, policy, clock.now())) return refused('credentials.locked', false);
  // A lock that is over must not leave its old count behind: the next wrong attempt would lock at once.
  if (row.lockedAt !== null) await forgive(context, row.id, row.lockedAt);
  if (password === '' || !(await matchesHash(row.passwordHash, password))) {
    await accounts.countBadAttempt(row.directory, row.id, policy.lockoutThreshold, clock.now());
    return refused('credentials.wrong', false);
  }
  // Looked at again: of many guesses at once, those behind the one that locked the account do not count.
  const current = await accounts.find(row.directory, row.id);
  if (current === null || current.passwordHash !== row.passwordHash) return refused('credentials.wrong', false);
  const status = describeStatus(current, policy, clock.now());
  if (status.locked) return refused('credentials.locked', false);
  if (current.badAttempts > 0) await forgive(context, row.id, null);
  if (status.disabled) return refused('credentials.disabled', true);
  if (status.accountExpired) return refused('credentials.account-expired', true);
  if (status.mustChange) return refused('credentials.must-change', true);
  if (status.passwordExpired) return refused('credentials.password-expired', true);
  return { outcome: { valid: true, warning: 'none' }, matched: true };
}

function refused(reason: VerifyRefusal, matched: boolean): Attempt {
  return { outcome: { valid: false, reason, passwordWasRight: matched }, matched };
}

/** Clears the failures, unless the account has been locked anew since `lockedAt`. */
async function forgive(context: EmbeddedContext, id: string, lockedAt: number | null): Promise<void> {
  await updateAccount(context.accounts, context.directory, id, (row) =>
    row.lockedAt !== lockedAt ? null : { ...row, badAttempts: 0, lockedAt: null },
  );
}
