import type { AccountFingerprint, AccountStatus, PasswordPolicy } from '../../core/ports/directory.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { fromGeneralizedTime } from '../ldap/time.ts';

/** Operational attributes of a person's entry that the ppolicy overlay keeps. */
export const statusAttributes = [
  'pwdAccountLockedTime',
  'pwdChangedTime',
  'pwdReset',
  'pwdFailureTime',
  'pwdStartTime',
  'pwdEndTime',
  'pwdPolicySubentry',
  'entryCSN',
] as const;

/** An administrator's lock: it has no end, and only an administrator lifts it (draft-behera section 5.3.3). */
export const lockedForEver = '000001010000Z';

/** Whether an administrator locked the account. The overlay never writes this time itself, so it means "disabled". */
export function isLockedByAdministrator(entry: LdapEntry): boolean {
  return entry.text('pwdAccountLockedTime') === lockedForEver;
}

/**
 * State of an account at `now`.
 * @param mustChangeHonoured pwdMustChange of the policy: without it pwdReset has no effect
 */
export function toAccountStatus(entry: LdapEntry, policy: PasswordPolicy, mustChangeHonoured: boolean, now: number): AccountStatus {
  const time = (attribute: string): number | null => fromGeneralizedTime(entry.text(attribute));
  const passwordSetAt = time('pwdChangedTime');
  const passwordExpiresAt = passwordSetAt === null || policy.maximumAge === null ? null : passwordSetAt + policy.maximumAge;
  const mustChange = mustChangeHonoured && entry.text('pwdReset')?.toUpperCase() === 'TRUE';
  const changeable = passwordSetAt === null ? 0 : passwordSetAt + policy.minimumAge;
  const failures = entry
    .texts('pwdFailureTime')
    .map(fromGeneralizedTime)
    .filter((failedAt) => failedAt !== null);
  const start = time('pwdStartTime');
  const end = time('pwdEndTime');
  return {
    ...lockOf(entry, policy, now),
    disabled: isLockedByAdministrator(entry),
    passwordSignIn: null,
    accountExpired: (start !== null && start > now) || (end !== null && end <= now),
    passwordExpired: passwordExpiresAt !== null && passwordExpiresAt <= now,
    mustChange,
    passwordExpiresAt,
    passwordSetAt,
    badAttempts: failures.length,
    lastBadAttemptAt: failures.length === 0 ? null : Math.max(...failures),
    changeableAt: !mustChange && changeable > now ? changeable : null,
  };
}

function lockOf(entry: LdapEntry, policy: PasswordPolicy, now: number): { locked: boolean; lockedUntil: number | null } {
  const lockedAt = fromGeneralizedTime(entry.text('pwdAccountLockedTime'));
  if (lockedAt === null) return { locked: isLockedByAdministrator(entry), lockedUntil: null };
  if (policy.lockoutDuration === null) return { locked: true, lockedUntil: null };
  const lockedUntil = lockedAt + policy.lockoutDuration;
  return lockedUntil > now ? { locked: true, lockedUntil } : { locked: false, lockedUntil: null };
}

/** pwdChangedTime has whole seconds; entryCSN (slapd's change sequence number) has microseconds, and changes with anything. */
export function toFingerprint(entry: LdapEntry, status: AccountStatus): AccountFingerprint {
  const revision = entry.text('entryCSN');
  return {
    wholeSeconds: true,
    ...(revision === null ? {} : { revision }),
    password: entry.text('pwdChangedTime') ?? '',
    lock: entry.text('pwdAccountLockedTime') ?? '',
    locked: status.locked,
    passwordSetAt: status.passwordSetAt,
  };
}
