import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type { Account, AccountFingerprint, AccountStatus, StatusForWrite } from '../../core/ports/directory.ts';
import type { PasswordPolicy } from '../../core/ports/password-policy.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { accountAttributes, toAccount } from './account.ts';
import { fingerprintAttributes, fingerprintOf } from './fingerprint.ts';
import { groupSidsOf } from './groups.ts';
import { guidDn } from './guid.ts';
import type { ResetMode } from './reset-mode.ts';
import { accountFlags, statusAttributes, toStatus } from './status.ts';

/** Everything that one search of one account answers, its groups included, but for what its policy makes of it. */
export const observationAttributes: readonly string[] = [
  ...new Set([...accountAttributes, ...statusAttributes, ...fingerprintAttributes, 'objectSid', 'tokenGroups']),
];

/**
 * What the policy makes of an account: which one applies (MS-ADTS 3.1.1.4.5.36), and when the password expires by it. The server looks for
 * both among all password settings at each reading: without them Samba 4.17 takes a third less for an entry (docs/benchmarks.md).
 */
export const policyAttributes = ['msDS-ResultantPSO', 'msDS-UserPasswordExpiryTimeComputed'] as const;

/** What one reading of an account tells. Parts that are hidden throw `directory.no-right` when they are asked for. */
export interface Observation {
  readonly entry: LdapEntry;
  readonly account: Account | null;
  /** userAccountControl. */
  flags(): number;
  /** What may forbid a write, at the time `now`. */
  statusForWrite(now: number): StatusForWrite;
  /** Of an entry that was read with {@link policyAttributes}: of any other it would say that the password never expires. */
  status(policy: Pick<PasswordPolicy, 'minimumAge' | 'lockoutDuration'>, now: number): AccountStatus;
  fingerprint(): AccountFingerprint;
  /** null: hidden. */
  readonly ownSid: Buffer | null;
  /** SIDs of all its groups, as `groupSidsOf` reads them. A second search is made only for a list that came in portions. */
  groupSids(): Promise<Buffer[]>;
}

/**
 * Reads account, state, fingerprint and memberships out of one entry, which was searched by itself (scope base) on this connection with
 * {@link observationAttributes}.
 */
export function observationOf(connection: LdapConnection, entry: LdapEntry, settings: LdapSettings, mode: ResetMode): Observation {
  const { server } = connection;
  const account = toAccount(entry, settings);
  return {
    entry,
    account,
    flags: () => accountFlags(entry, server),
    statusForWrite(now) {
      const { locked, disabled, accountExpired, passwordSignIn } = toStatus(entry, { minimumAge: 0, lockoutDuration: null }, now, server);
      return { locked, disabled, accountExpired, passwordSignIn };
    },
    status: (policy, now) => toStatus(entry, policy, now, server),
    fingerprint: () => fingerprintOf(entry, mode, server),
    ownSid: entry.bytes('objectSid'),
    groupSids: () => groupSidsOf(connection, entry, account === null ? entry.dn : guidDn(account.id)),
  };
}
