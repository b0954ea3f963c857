import type { AccountFingerprint, AccountStatus } from '../../core/ports/directory.ts';
import type { PasswordPolicy } from '../../core/ports/password-policy.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { isShadowExpired } from '../ldap/shadow-expire.ts';
import { fromGeneralizedTime } from '../ldap/time.ts';
import { writerOf } from '../ldap/writer-of.ts';

/** Operational attributes of a person's entry. pwdUpdateTime is there with passwordTrackUpdateTime on. */
export const statusAttributes = [
  'passwordExpirationTime',
  'passwordRetryCount',
  'accountUnlockTime',
  'passwordAllowChangeTime',
  'pwdUpdateTime',
  'modifyTimestamp',
  'modifiersName',
  'nsAccountLock',
  'pwdPolicySubentry',
  'shadowExpire',
] as const;

/** Attributes without which nobody can say whether an account is open; the account must be able to see that they are absent. */
export const stateAttributes = ['nsAccountLock', 'passwordRetryCount', 'accountUnlockTime'] as const;

/** The end of a password: absent where it has none. */
export const endAttributes = ['passwordExpirationTime'] as const;

/** What is known beside the entry. */
export interface StatusFacts {
  readonly policy: PasswordPolicy;
  /** false: the policy may not be read, and `policy` is a guess. */
  readonly policyKnown: boolean;
  /** Whether an absent one of `stateAttributes` is absent, and not hidden. */
  readonly visible: boolean;
  /** The same for `endAttributes`. */
  readonly endVisible: boolean;
}

/** passwordExpirationTime of a password that must be changed at the next sign-in, and accountUnlockTime of a lock without end. */
export const epoch = '19700101000000Z';

/** State of an account at `now`. */
export function toAccountStatus(entry: LdapEntry, { policy, policyKnown, visible, endVisible }: StatusFacts, now: number): AccountStatus {
  const mustChange = entry.text('passwordExpirationTime') === epoch;
  const passwordExpiresAt = mustChange ? null : fromGeneralizedTime(entry.text('passwordExpirationTime'));
  const changeable = fromGeneralizedTime(entry.text('passwordAllowChangeTime'));
  // The time stays on the entry after the minimum age has been taken out of the policy, and then means nothing.
  const ageCounts = !mustChange && (!policyKnown || policy.minimumAge > 0);
  const lock = lockOf(entry, policy, policyKnown, now);
  const knownOr = (told: boolean): boolean | null => (told || visible ? told : null);
  return {
    locked: knownOr(lock.locked),
    lockedUntil: lock.lockedUntil,
    disabled: knownOr(entry.text('nsAccountLock')?.toLowerCase() === 'true'),
    // The server itself knows no end date of an account; the hosts that use it do.
    accountExpired: isShadowExpired(entry, now),
    passwordSignIn: null,
    passwordExpired: endVisible ? passwordExpiresAt !== null && passwordExpiresAt <= now : null,
    mustChange,
    passwordExpiresAt,
    passwordSetAt: passwordSetAt(entry, passwordExpiresAt, policy),
    badAttempts: Number(entry.text('passwordRetryCount') ?? 0),
    lastBadAttemptAt: null,
    changeableAt: ageCounts && changeable !== null && changeable > now ? changeable : null,
  };
}

/**
 * The server refuses when passwordRetryCount has reached the threshold and accountUnlockTime has not passed. A reset leaves an
 * old accountUnlockTime behind, so that alone says nothing.
 */
function lockOf(
  entry: LdapEntry,
  policy: PasswordPolicy,
  policyKnown: boolean,
  now: number,
): { locked: boolean; lockedUntil: number | null } {
  const attempts = Number(entry.text('passwordRetryCount') ?? 0);
  const threshold = policyKnown ? policy.lockoutThreshold : 1;
  const unlockTime = entry.text('accountUnlockTime');
  if (unlockTime === null || threshold === 0 || attempts < threshold) return { locked: false, lockedUntil: null };
  if (unlockTime === epoch) return { locked: true, lockedUntil: null };
  const until = fromGeneralizedTime(unlockTime);
  return until !== null && until > now ? { locked: true, lockedUntil: until } : { locked: false, lockedUntil: null };
}

function passwordSetAt(entry: LdapEntry, passwordExpiresAt: number | null, policy: PasswordPolicy): number | null {
  const told = fromGeneralizedTime(entry.text('pwdUpdateTime'));
  if (told !== null) return told;
  return passwordExpiresAt === null || policy.maximumAge === null ? null : passwordExpiresAt - policy.maximumAge;
}

/**
 * pwdUpdateTime, or the expiration that moves with every password, or at worst the time of the last change of the entry. All of
 * them have whole seconds: two writes within one second look like one.
 */
export function toFingerprint(entry: LdapEntry, status: AccountStatus, serviceAccount: string): AccountFingerprint {
  const ofPassword = entry.text('pwdUpdateTime') ?? entry.text('passwordExpirationTime');
  const modified = entry.text('modifyTimestamp');
  return {
    wholeSeconds: true,
    password: ofPassword ?? modified,
    ...(ofPassword === null ? { anyWrite: true, ...writerOf(entry, serviceAccount) } : {}),
    lock: `${entry.text('accountUnlockTime') ?? ''}/${status.locked}`,
    locked: status.locked,
    // Where the time of the password is not told: it was not set after the last write.
    passwordSetAt: status.passwordSetAt ?? fromGeneralizedTime(modified),
  };
}
