import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type { Account, AccountFingerprint, AccountStatus } from '../../core/ports/directory.ts';
import type { PasswordPolicy } from '../../core/ports/password-policy.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { accountAttributes, toAccount } from './account.ts';
import { fingerprintAttributes, fingerprintOf } from './fingerprint.ts';
import { groupSidsOf } from './groups.ts';
import { guidDn } from './guid.ts';
import type { ResetMode } from './reset-mode.ts';
import { accountFlags, statusAttributes, toStatus } from './status.ts';

/** Everything that one search of one account answers, its groups included; policies are entries of their own. */
export const observationAttributes: readonly string[] = [
  ...new Set([...accountAttributes, ...statusAttributes, ...fingerprintAttributes, 'objectSid', 'tokenGroups', 'msDS-ResultantPSO']),
];

/** What one reading of an account tells. Parts that are hidden throw `directory.no-right` when they are asked for. */
export interface Observation {
  readonly entry: LdapEntry;
  readonly account: Account | null;
  /** userAccountControl. */
  flags(): number;
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
    status: (policy, now) => toStatus(entry, policy, now, server),
    fingerprint: () => fingerprintOf(entry, mode, server),
    ownSid: entry.bytes('objectSid'),
    groupSids: () => groupSidsOf(connection, entry, account === null ? entry.dn : guidDn(account.id)),
  };
}
