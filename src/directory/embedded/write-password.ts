import type { PasswordRefusal, ResetOptions, WriteOutcome } from '../../core/ports/directory.ts';
import type { EmbeddedAccountRow } from '../../core/ports/embedded-store.ts';
import { changeableFrom } from './account-state.ts';
import type { EmbeddedContext } from './embedded-context.ts';
import { hashPassword, matchesHash } from './password-hash.ts';
import { updateAccount } from './update-account.ts';
import { attemptPassword } from './verify-password.ts';
import { writeDeadline } from './write-deadline.ts';

/** What outcomes name as the server that answered. */
export const serverName = 'embedded';

/** Times a write starts over because another writer set a password while this one was being judged. */
const rounds = 5;

/** The person knows the old password: it is tried as a sign-in would be (failures count), then the whole policy applies. */
export async function changePassword(
  context: EmbeddedContext,
  id: string,
  oldPassword: string,
  newPassword: string,
): Promise<WriteOutcome> {
  const row = await context.accounts.find(context.directory, id);
  if (row === null) return refuse('account.missing', 'no such account');
  const { outcome, matched } = await attemptPassword(context, row, oldPassword);
  if (!matched) {
    return outcome.valid === false && outcome.reason === 'credentials.locked'
      ? refuse('password.account-locked', 'the account is locked')
      : refuse('password.old-wrong', 'the old password does not match');
  }
  if (!outcome.valid && outcome.reason === 'credentials.disabled') return refuse('password.account-disabled', 'the account is disabled');
  if (!outcome.valid && outcome.reason === 'credentials.account-expired') {
    return refuse('password.account-disabled', 'the account has passed its end date');
  }
  return writePassword(context, id, newPassword, {}, row.passwordHash);
}

/** The person does not know the old password. History, length and minimum age apply all the same. */
export function resetPassword(context: EmbeddedContext, id: string, newPassword: string, options: ResetOptions): Promise<WriteOutcome> {
  return writePassword(context, id, newPassword, options, null);
}

/**
 * Judges and writes. The judging takes argon2 time, the writing is a compare-and-set: counters that move meanwhile (failed
 * sign-ins) do not disturb it, another new password makes it start over.
 *
 * @param provenHash the hash that the old password matched; when it is no longer the current one, the old password is wrong
 */
async function writePassword(
  context: EmbeddedContext,
  id: string,
  newPassword: string,
  options: ResetOptions,
  provenHash: string | null,
): Promise<WriteOutcome> {
  const { accounts, clock, directory, policy } = context;
  const mayBegin = writeDeadline(context, options);
  for (let round = 0; round < rounds; round += 1) {
    const judged = await accounts.find(directory, id);
    if (judged === null) return refuse('account.missing', 'no such account');
    if (provenHash !== null && judged.passwordHash !== provenHash)
      return refuse('password.old-wrong', 'the password was changed meanwhile');
    const refusal = await judge(context, judged, newPassword);
    if (refusal !== null) return refusal;
    const passwordHash = await hashPassword(newPassword);
    const withNew = (row: EmbeddedAccountRow) =>
      row.passwordHash !== judged.passwordHash ? null : withPassword(row, passwordHash, clock.now(), policy.historyLength, options);
    const written = await updateAccount(accounts, directory, id, withNew, mayBegin);
    if (written !== null) return { done: true, server: serverName };
  }
  return refuse('password.refused', 'other writers set a password at the same time, again and again');
}

async function judge(context: EmbeddedContext, row: EmbeddedAccountRow, newPassword: string): Promise<WriteOutcome | null> {
  const { clock, policy } = context;
  const length = [...newPassword].length;
  if (length < policy.minimumLength) return refuse('password.too-short', `shorter than ${policy.minimumLength}`);
  if (policy.maximumLength !== null && length > policy.maximumLength)
    return refuse('password.too-long', `longer than ${policy.maximumLength}`);
  const changeableAt = changeableFrom(row, policy, clock.now());
  if (changeableAt !== null) return { ...refuse('password.too-young', 'the minimum age has not passed'), changeableAt };
  if (policy.historyLength === 0) return null;
  if (await matchesHash(row.passwordHash, newPassword)) return refuse('password.same-as-current', 'it is the current password');
  const earlier = row.passwordHistory.slice(0, policy.historyLength - 1);
  const matches = await Promise.all(earlier.map((hash) => matchesHash(hash, newPassword)));
  return matches.includes(true) ? refuse('password.in-history', `one of the last ${policy.historyLength}`) : null;
}

function withPassword(
  row: EmbeddedAccountRow,
  passwordHash: string,
  now: number,
  historyLength: number,
  options: ResetOptions,
): EmbeddedAccountRow {
  const unlocked = options.unlock === true ? { badAttempts: 0, lockedAt: null } : {};
  return {
    ...row,
    ...unlocked,
    passwordHash,
    // The current password counts as one of the history.
    passwordHistory: [row.passwordHash, ...row.passwordHistory].slice(0, Math.max(0, historyLength - 1)),
    passwordSetAt: now,
    mustChange: options.mustChange === true,
  };
}

function refuse(refusal: PasswordRefusal | 'account.missing', detail: string): Extract<WriteOutcome, { done: false }> {
  return { done: false, refusal, detail, server: serverName };
}
