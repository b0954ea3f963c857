import type { AccountStatus } from '../../core/ports/directory.ts';
import type { PasswordPolicy } from '../../core/ports/password-policy.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import type { PasswordEnd } from '../ldap/password-ends.ts';
import { fromFiletime } from '../ldap/time.ts';
import { alwaysThere, valueAlwaysThere } from './always-there.ts';

export const statusAttributes = [...alwaysThere, 'lockoutTime', 'badPwdCount', 'badPasswordTime'] as const;

/** userAccountControl and its computed companion (MS-ADTS 2.2.16 and 3.1.1.4.5.17). */
export const FLAG = {
  disabled: 0x2,
  locked: 0x10,
  passwordNotRequired: 0x20,
  passwordNeverExpires: 0x1_0000,
  smartCardRequired: 0x4_0000,
  trustedForDelegation: 0x8_0000,
  passwordExpired: 0x80_0000,
  trustedToAuthenticateForDelegation: 0x100_0000,
} as const;

/** Flags that an administrator set. Throws as {@link valueAlwaysThere} does. */
export function accountFlags(entry: LdapEntry, server: string): number {
  return Number(valueAlwaysThere(entry, 'userAccountControl', server));
}

function computedFlags(entry: LdapEntry, server: string): number {
  return Number(valueAlwaysThere(entry, 'msDS-User-Account-Control-Computed', server));
}

/**
 * Whether the computed flags of an entry say "locked now" (lockoutTime stays set after a lock has ended by itself).
 * @throws AppError `directory.no-right` where they are hidden
 */
export function isLocked(entry: LdapEntry, server: string): boolean {
  return (computedFlags(entry, server) & FLAG.locked) !== 0;
}

/**
 * When the password of an account ends, as the domain controller computes it for each (MS-ADTS 3.1.1.4.5.33): 0 for one that must be
 * changed, the largest number for one without an end.
 * @param entry read with `msDS-UserPasswordExpiryTimeComputed`
 */
export function passwordEndOf(entry: LdapEntry): PasswordEnd {
  const told = entry.text('msDS-UserPasswordExpiryTimeComputed');
  return told === null || !/^\d{1,20}$/.test(told) ? 'not-told' : (fromFiletime(told) ?? 'never');
}

/**
 * State of an account from the attributes that the domain controller itself computes; times it does not tell follow from the policy.
 * `now` is in milliseconds since 1970.
 * @throws AppError `directory.no-right` where one that every account has is hidden
 */
export function toStatus(
  entry: LdapEntry,
  policy: Pick<PasswordPolicy, 'minimumAge' | 'lockoutDuration'>,
  now: number,
  server: string,
): AccountStatus {
  for (const attribute of alwaysThere) valueAlwaysThere(entry, attribute, server);
  const passwordSetAt = fromFiletime(entry.text('pwdLastSet'));
  const expired = (computedFlags(entry, server) & FLAG.passwordExpired) !== 0;
  const end = passwordEndOf(entry);
  const locked = isLocked(entry, server);
  const lockedAt = fromFiletime(entry.text('lockoutTime'));
  const endsAt = fromFiletime(entry.text('accountExpires'));
  const badAttempts = entry.text('badPwdCount');
  // Without a minimum age nothing waits, also where the clock of the server is ahead of ours.
  const changeableAt = passwordSetAt === null || policy.minimumAge === 0 ? null : passwordSetAt + policy.minimumAge;
  return {
    locked,
    lockedUntil: locked && lockedAt !== null && policy.lockoutDuration !== null ? lockedAt + policy.lockoutDuration : null,
    disabled: (accountFlags(entry, server) & FLAG.disabled) !== 0,
    // A reset would give it a password that it still cannot sign in with, in place of the random one it has.
    passwordSignIn: (accountFlags(entry, server) & FLAG.smartCardRequired) === 0,
    accountExpired: endsAt !== null && endsAt <= now,
    // pwdLastSet = 0 means "must change" and also sets the computed flag.
    passwordExpired: expired ? passwordSetAt !== null : end === 'not-told' ? null : false,
    mustChange: expired && passwordSetAt === null,
    passwordExpiresAt: typeof end === 'number' ? end : null,
    passwordSetAt,
    badAttempts: badAttempts === null ? null : Number(badAttempts),
    lastBadAttemptAt: fromFiletime(entry.text('badPasswordTime')),
    changeableAt: changeableAt !== null && changeableAt > now ? changeableAt : null,
  };
}
