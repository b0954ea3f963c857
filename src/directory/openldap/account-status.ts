import type { AccountFingerprint, AccountStatus } from '../../core/ports/directory.ts';
import type { PasswordPolicy } from '../../core/ports/password-policy.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import type { PasswordEnd } from '../ldap/password-ends.ts';
import { noResetUnder } from '../ldap/safe-modify.ts';
import { isShadowExpired } from '../ldap/shadow-expire.ts';
import { fromGeneralizedTime } from '../ldap/time.ts';
import { writerOf } from '../ldap/writer-of.ts';
import { type LockStamp, lockStamp, slapdTime } from './lock-stamp.ts';

/** Operational attributes of a person's entry that the ppolicy overlay keeps, and shadowExpire (RFC 2307). */
export const statusAttributes = [
  'pwdAccountLockedTime',
  'pwdAccountTmpLockoutEnd',
  'pwdChangedTime',
  'pwdReset',
  'pwdFailureTime',
  'pwdStartTime',
  'pwdEndTime',
  'pwdLastSuccess',
  'pwdPolicySubentry',
  'shadowExpire',
  'entryCSN',
  'modifiersName',
] as const;

/** Attributes that the policy of the account decides about. */
export const lockAttributes = ['pwdAccountLockedTime', 'pwdAccountTmpLockoutEnd', 'pwdLastSuccess'] as const;

/** Attributes without which nobody can say whether an account is open; the account must be able to see that they are absent. */
export const stateAttributes = ['pwdAccountLockedTime', 'pwdStartTime', 'pwdEndTime'] as const;

/** The usual spelling of an administrator's lock (draft-behera section 5.3.3). */
export const lockedForEver = '000001010000Z';

/** What is known beside the entry. */
export interface StatusFacts {
  readonly policy: PasswordPolicy;
  /** The policy in force; null: none, or none that may be read. */
  readonly found: LdapEntry | null;
  /** Whether an absent one of `stateAttributes` is absent, and not hidden. */
  readonly visible: boolean;
  readonly end: PasswordEnd;
}

/**
 * A clock that is ahead of ours makes a fresh lock look like one of the future; milliseconds. Only what lies further ahead is not yet
 * in effect.
 */
const clockTolerance = 600_000;

/** State of an account at `now`. Locks are judged as slapd judges them (ppolicy.c `account_locked`). */
export function toAccountStatus(entry: LdapEntry, facts: StatusFacts, now: number): AccountStatus {
  const { policy, found, visible, end } = facts;
  const time = (attribute: string): number | null => fromGeneralizedTime(entry.text(attribute));
  const passwordSetAt = time('pwdChangedTime');
  // Without pwdMustChange in the policy pwdReset has no effect.
  const mustChange = isTrue(found, 'pwdMustChange') && isTrue(entry, 'pwdReset');
  // Without a minimum age nothing waits, also where the clock of the server is ahead of ours.
  const changeable = passwordSetAt === null || policy.minimumAge === 0 ? 0 : passwordSetAt + policy.minimumAge;
  const failures = entry
    .texts('pwdFailureTime')
    .map(fromGeneralizedTime)
    .filter((failedAt) => failedAt !== null);
  const lock = lockOf(entry, facts, now);
  const knownOr = (told: boolean): boolean | null => (told || visible ? told : null);
  return {
    locked: knownOr(lock.locked),
    lockedUntil: lock.lockedUntil,
    disabled: knownOr(lock.byAdministrator),
    passwordSignIn: null,
    accountExpired: knownOr(isOutOfTime(entry, found, now)),
    passwordExpired: end === 'not-told' ? null : end !== 'never' && end <= now,
    mustChange,
    passwordExpiresAt: typeof end === 'number' ? end : null,
    passwordSetAt,
    badAttempts: failures.length,
    lastBadAttemptAt: failures.length === 0 ? null : Math.max(...failures),
    changeableAt: !mustChange && changeable > now ? changeable : null,
    ...noResetUnder(found),
  };
}

/**
 * Whether a write would lift a lock that is an administrator's: one in effect, or one for a time to come, which the overlay never
 * writes by itself. A new password takes the attribute away whatever is in it.
 */
export function holdsAdministratorsLock(entry: LdapEntry, facts: StatusFacts, now: number): boolean {
  if (locksNobody(facts.found)) return false;
  const stamp = lockStamp(entry.text('pwdAccountLockedTime'));
  return stamp === 'administrator' || isAhead(stamp, now);
}

/** When a temporary lock (pwdMinDelay) ends, which neither a new password nor an unlock takes away; null: there is none. */
export function temporaryLockEnd(entry: LdapEntry, found: LdapEntry | null, now: number): number | null {
  if (locksNobody(found)) return null;
  const end = lockStamp(entry.text('pwdAccountTmpLockoutEnd'));
  return typeof end === 'number' && end > now ? end : null;
}

function lockOf(
  entry: LdapEntry,
  { policy, found }: StatusFacts,
  now: number,
): { locked: boolean; lockedUntil: number | null; byAdministrator: boolean } {
  if (locksNobody(found)) return { locked: false, lockedUntil: null, byAdministrator: false };
  const stamp = lockStamp(entry.text('pwdAccountLockedTime'));
  if (stamp === 'administrator') return { locked: true, lockedUntil: null, byAdministrator: true };
  const temporary = temporaryLockEnd(entry, found, now);
  const counted = { locked: temporary !== null, lockedUntil: temporary, byAdministrator: false };
  if (stamp === 'none' || isAhead(stamp, now)) return counted;
  if (policy.lockoutDuration === null) return { ...counted, locked: true, lockedUntil: null };
  const until = stamp + policy.lockoutDuration;
  return until > now ? { ...counted, locked: true, lockedUntil: Math.max(until, temporary ?? 0) } : counted;
}

/** With pwdLockout off slapd looks at no lock at all. Where the policy may not be read, every lock counts. */
function locksNobody(found: LdapEntry | null): boolean {
  return found !== null && !isTrue(found, 'pwdLockout');
}

function isAhead(stamp: LockStamp, now: number): boolean {
  return typeof stamp === 'number' && stamp > now + clockTolerance;
}

/** Not yet or no longer valid, or not used for longer than the policy allows (pwdMaxIdle, seconds). A bound that is no time closes. */
function isOutOfTime(entry: LdapEntry, found: LdapEntry | null, now: number): boolean {
  const bound = (attribute: string, passed: (at: number) => boolean): boolean => {
    const text = entry.text(attribute);
    if (text === null) return false;
    const at = slapdTime(text);
    return at === null || passed(at);
  };
  const idle = Number(found?.text('pwdMaxIdle') ?? 0) * 1000;
  return (
    bound('pwdStartTime', (start) => start > now) ||
    bound('pwdEndTime', (end) => end <= now) ||
    (idle > 0 && bound('pwdLastSuccess', (last) => last + idle < Math.floor(now / 1000) * 1000)) ||
    isShadowExpired(entry, now)
  );
}

function isTrue(entry: LdapEntry | null, attribute: string): boolean {
  return entry?.text(attribute)?.toUpperCase() === 'TRUE';
}

/** pwdChangedTime has whole seconds; entryCSN (slapd's change sequence number) has microseconds, and changes with anything. */
export function toFingerprint(entry: LdapEntry, status: AccountStatus, serviceAccount: string): AccountFingerprint {
  const revision = entry.text('entryCSN');
  return {
    wholeSeconds: true,
    ...(revision === null ? {} : { revision }),
    ...writerOf(entry, serviceAccount),
    // Absent or hidden: nothing is told of the password, and nothing can be concluded from it.
    password: entry.text('pwdChangedTime'),
    lock: entry.text('pwdAccountLockedTime') ?? '',
    locked: status.locked,
    passwordSetAt: status.passwordSetAt,
  };
}
