import { AppError } from '../../../shared/errors.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { succeeded } from '../ldap/result-codes.ts';
import { descriptorOf } from './person-rights.ts';
import { ACCESS, hasAccess } from './security-descriptor.ts';
import { sidToText } from './sid.ts';

/** User-Change-Password (MS-ADTS 5.1.3.2.1): needed for a change with the old password, by whoever sends it. */
const changePassword = 'ab721a53-1e2f-11d0-9819-00aa0040529b';

/** Everyone, Authenticated Users and "Principal Self" (MS-DTYP 2.4.2.4): in the token of every person who acts on the own account. */
const ownToken = ['S-1-1-0', 'S-1-5-11', 'S-1-5-10'] as const;

const tokens = new WeakMap<LdapConnection, ReadonlySet<string>>();

/**
 * SIDs in the token of who is signed in on a connection, its own first (tokenGroups of the root DSE, MS-ADTS 3.1.1.3.2); empty where it
 * is not told.
 */
export async function callerSids(connection: LdapConnection): Promise<ReadonlySet<string>> {
  const known = tokens.get(connection);
  if (known !== undefined) return known;
  const { result, entries } = await connection.search('', { scope: 'base', attributes: ['tokenGroups'], binary: ['tokenGroups'] });
  const sids = succeeded(result) ? (entries[0]?.allBytes('tokenGroups') ?? []) : [];
  const token = new Set(sids.map(sidToText).filter((sid) => sid !== null));
  tokens.set(connection, token);
  return token;
}

/**
 * Whether the access list lets the service account change a password with the old one. null: it cannot be told.
 * @param entry read with nTSecurityDescriptor
 */
export async function mayServiceChange(connection: LdapConnection, entry: LdapEntry): Promise<boolean | null> {
  const descriptor = descriptorOf(entry);
  const token = await callerSids(connection);
  return descriptor === null || token.size === 0 ? null : hasAccess(descriptor, token, ACCESS.controlAccess, changePassword);
}

/**
 * Whether a person may change the own password; "User cannot change password" denies it to Everyone and to the account itself.
 * @param sids of the account and its groups
 * @throws AppError `directory.no-right` where the access list is hidden
 */
export function mayPersonChange(entry: LdapEntry, sids: readonly Buffer[], server: string): boolean {
  const descriptor = descriptorOf(entry);
  if (descriptor !== null) {
    const token = new Set([...ownToken, ...sids.map(sidToText).filter((sid) => sid !== null)]);
    return hasAccess(descriptor, token, ACCESS.controlAccess, changePassword);
  }
  throw new AppError('directory.no-right', {
    server,
    operation: 'search',
    problem: `The access list of ${entry.dn} may not be read, which fixedPasswords asks for`,
    fix: 'Let the service account read permissions (nTSecurityDescriptor) of the people, or set fixedPasswords to reset.',
  });
}
