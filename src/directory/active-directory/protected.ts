import type { Account } from '../../core/ports/directory.ts';
import { type Protection, protectedBecause, unprotected } from '../ldap/protection.ts';
import { sidToText } from './sid.ts';
import { FLAG } from './status.ts';

/** Groups of the domain itself whose members administer it: the last part of their SID (MS-DTYP 2.4.2.4). */
const domainGroups: Readonly<Record<number, string>> = {
  498: 'Enterprise Read-only Domain Controllers',
  512: 'Domain Admins',
  516: 'Domain Controllers',
  517: 'Cert Publishers',
  518: 'Schema Admins',
  519: 'Enterprise Admins',
  520: 'Group Policy Creator Owners',
  521: 'Read-only Domain Controllers',
  526: 'Key Admins',
  527: 'Enterprise Key Admins',
};

/** Groups of S-1-5-32, the same in every domain. */
const builtinGroups: Readonly<Record<number, string>> = {
  544: 'Administrators',
  548: 'Account Operators',
  549: 'Server Operators',
  550: 'Print Operators',
  551: 'Backup Operators',
  552: 'Replicator',
};

/** Accounts that are privileged by themselves. */
const domainAccounts: Readonly<Record<number, string>> = { 500: 'Administrator', 502: 'krbtgt' };

/** Name of the administrative group or account that a SID stands for, whatever it was renamed to; null: none. */
export function privilegedName(sid: Buffer): string | null {
  const text = sidToText(sid);
  const builtin = /^S-1-5-32-(\d+)$/.exec(text ?? '')?.[1];
  if (builtin !== undefined) return builtinGroups[Number(builtin)] ?? null;
  const domain = /^S-1-5-21-\d+-\d+-\d+-(\d+)$/.exec(text ?? '')?.[1];
  if (domain === undefined) return null;
  return domainGroups[Number(domain)] ?? domainAccounts[Number(domain)] ?? null;
}

/** Services with these flags act on other systems as whoever signs in to them (MS-ADTS 2.2.16). */
const delegationFlags = FLAG.trustedForDelegation | FLAG.trustedToAuthenticateForDelegation;

/**
 * Whether the directory gives an account power over others: adminCount, the built-in accounts, nested membership of the
 * administrative groups, and the trust to act for others. Groups are asked because adminCount is written by a task of Windows that Samba does not have and that lags
 * behind by an hour.
 */
export function builtinProtection(account: Pick<Account, 'privileged'>, sids: readonly Buffer[], flags: number): Protection {
  if (account.privileged) return protectedBecause({ by: 'admin-count', name: null });
  const name = sids.map(privilegedName).find((found) => found !== null);
  if (name !== undefined && name !== null) return protectedBecause({ by: 'privileged', name });
  return (flags & delegationFlags) === 0 ? unprotected : protectedBecause({ by: 'delegation', name: null });
}
