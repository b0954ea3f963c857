import type { AccountStatus, PasswordPolicy } from '../../core/ports/directory.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { fromFiletime } from '../ldap/time.ts';

export const statusAttributes = [
  'userAccountControl',
  'msDS-User-Account-Control-Computed',
  'msDS-UserPasswordExpiryTimeComputed',
  'accountExpires',
  'lockoutTime',
  'pwdLastSet',
  'badPwdCount',
  'badPasswordTime',
] as const;

/** userAccountControl and its computed companion (MS-ADTS 2.2.16 and 3.1.1.4.5.17). */
export const FLAG = { disabled: 0x2, locked: 0x10, passwordExpired: 0x80_0000 } as const;

/** Whether the computed flags of an entry say "locked now" (lockoutTime stays set after a lock has ended by itself). */
export function isLocked(entry: LdapEntry): boolean {
  return (Number(entry.text('msDS-User-Account-Control-Computed') ?? 0) & FLAG.locked) !== 0;
}

/**
 * State of an account from the attributes that the domain controller itself computes; times it does not tell follow from the policy.
 * `now` is in milliseconds since 1970.
 */
export function toStatus(entry: LdapEntry, policy: Pick<PasswordPolicy, 'minimumAge' | 'lockoutDuration'>, now: number): AccountStatus {
  const computed = Number(entry.text('msDS-User-Account-Control-Computed') ?? 0);
  const passwordSetAt = fromFiletime(entry.text('pwdLastSet'));
  const expired = (computed & FLAG.passwordExpired) !== 0;
  const locked = isLocked(entry);
  const lockedAt = fromFiletime(entry.text('lockoutTime'));
  const endsAt = fromFiletime(entry.text('accountExpires'));
  const badAttempts = entry.text('badPwdCount');
  const changeableAt = passwordSetAt === null ? null : passwordSetAt + policy.minimumAge;
  return {
    locked,
    lockedUntil: locked && lockedAt !== null && policy.lockoutDuration !== null ? lockedAt + policy.lockoutDuration : null,
    disabled: (Number(entry.text('userAccountControl') ?? 0) & FLAG.disabled) !== 0,
    passwordSignIn: null,
    accountExpired: endsAt !== null && endsAt <= now,
    // pwdLastSet = 0 means "must change" and also sets the computed flag.
    passwordExpired: expired && passwordSetAt !== null,
    mustChange: expired && passwordSetAt === null,
    passwordExpiresAt: fromFiletime(entry.text('msDS-UserPasswordExpiryTimeComputed')),
    passwordSetAt,
    badAttempts: badAttempts === null ? null : Number(badAttempts),
    lastBadAttemptAt: fromFiletime(entry.text('badPasswordTime')),
    changeableAt: changeableAt !== null && changeableAt > now ? changeableAt : null,
  };
}
