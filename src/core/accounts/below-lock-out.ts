import type { AccountFacts } from '../ports/directory.ts';

/** Whether one more password may be tried at a directory, and why not. */
export type TryVerdict = 'may' | 'locked' | 'near-lock-out' | 'not-known';

/** How far a directory's clock may be from ours; milliseconds. */
const CLOCKS_APART = 10 * 60_000;

/**
 * Keyturn is never the one who locks an account: a password is tried only while a wrong one would leave the account below its directory's
 * lock-out threshold. What the directory does not tell is not taken for "none".
 * @param recent wrong passwords that Keyturn itself has tried lately, which another server of the directory may not have heard of
 */
export function judgeTry({ status, policy }: Pick<AccountFacts, 'status' | 'policy'>, recent: number, now: number): TryVerdict {
  if (status.locked === true) return 'locked';
  if (status.locked === null || policy.uncertain === true) return 'not-known';
  if (policy.lockoutThreshold === 0) return 'may';
  if (status.badAttempts === null) return 'not-known';
  return Math.max(countedFailures(status, policy, now), recent) + 1 < policy.lockoutThreshold ? 'may' : 'near-lock-out';
}

function countedFailures(
  { badAttempts, lastBadAttemptAt }: AccountFacts['status'],
  { failuresForgottenAfter }: AccountFacts['policy'],
  now: number,
): number {
  const isForgotten =
    failuresForgottenAfter !== null && lastBadAttemptAt !== null && lastBadAttemptAt + failuresForgottenAfter + CLOCKS_APART <= now;
  return isForgotten ? 0 : (badAttempts ?? 0);
}
