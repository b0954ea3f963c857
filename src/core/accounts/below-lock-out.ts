import type { AccountFacts, DirectoryAbilities } from '../ports/directory.ts';

/** Whether one more password may be tried at a directory, and why not. */
export type TryVerdict = 'may' | 'locked' | 'near-lock-out' | 'not-known';

/** How far a directory's clock may be from ours; milliseconds. */
export const CLOCKS_APART = 10 * 60_000;

/** Wrong passwords that Keyturn itself has sent lately, and what the operator states of a directory that tells nothing. */
export interface KnownHere {
  readonly recent: number;
  readonly stated: DirectoryAbilities['statedLockout'];
}

/**
 * Keyturn is never the one who locks an account: a password is tried only while a wrong one would leave the account below its directory's
 * lock-out threshold. What the directory does not tell is not taken for "none".
 *
 * Where it tells nothing at all the operator's statement counts, and of the failures those that Keyturn has caused: see `mostOfStated`.
 * @param here `recent` counts too where another server of the directory may not have heard of those
 */
export function judgeTry(
  { status, policy }: Pick<AccountFacts, 'status' | 'policy'>,
  { recent, stated }: KnownHere,
  now: number,
): TryVerdict {
  if (status.locked === true) return 'locked';
  if (stated !== undefined && status.locked === null) return recent < mostOfStated(stated.failures) ? 'may' : 'near-lock-out';
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

/**
 * How many wrong passwords Keyturn sends within one window where the directory tells nothing of those of others. Two windows can touch
 * the time in which the directory counts, so it is fewer than half: by ours alone no account is ever locked, and as long as they fall
 * into one window the owner may be wrong as often elsewhere.
 */
function mostOfStated(failures: number): number {
  return Math.floor((failures - 1) / 2);
}
