import type { LdapConnection } from '../ldap/connection.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { allOf, anyOf, equals } from '../ldap/filters.ts';
import { RESULT, succeeded } from '../ldap/result-codes.ts';
import { unexpectedResult } from '../ldap/translate-error.ts';
import { sidToText } from './sid.ts';

/** A group that the configuration names, as the domain controller knows it. */
export interface ProtectedGroup {
  readonly wanted: string;
  /** SIDs as text; more than one when several groups bear the name. */
  readonly sids: readonly string[];
  /** Why it cannot be told who is in it; null: it can. */
  readonly problem: string | null;
}

/** GROUP_TYPE_SECURITY_ENABLED (MS-ADTS 2.2.12), the sign bit of groupType. */
const securityEnabled = 0x8000_0000;

const attributes = ['objectSid', 'groupType'] as const;

/**
 * Looks a group up by DN, SID, common name or sAMAccountName. A SID is taken as it stands: groups of other domains of the forest are in
 * the token of an account (MS-ADTS 3.1.1.4.5.19) though their entries are not on this server.
 * @throws AppError `directory.*` when the server cannot be asked
 */
export async function resolveProtectedGroup(connection: LdapConnection, domainDn: string, wanted: string): Promise<ProtectedGroup> {
  const name = wanted.trim();
  if (/^S-1(-\d+){2,}$/i.test(name)) return { wanted, sids: [name.toUpperCase()], problem: null };
  const isDn = /^[A-Za-z0-9.-]+\s*=/.test(name);
  const entries = isDn ? await byDn(connection, name) : await byName(connection, domainDn, name);
  if (typeof entries === 'string') return { wanted, sids: [], problem: entries };
  const [unusable] = entries.map(problemWith).filter((problem) => problem !== null);
  const sids = entries.map((entry) => sidToText(entry.bytes('objectSid') ?? Buffer.alloc(0))).filter((sid) => sid !== null);
  return { wanted, sids, problem: unusable ?? null };
}

/** The entries, or why there are none. */
async function byDn(connection: LdapConnection, dn: string): Promise<LdapEntry[] | string> {
  const { result, entries } = await connection.search(dn, { scope: 'base', attributes, binary: ['objectSid'] });
  if (result.code === RESULT.referral) return 'it is kept in another domain: name it by its SID (S-1-5-21-...)';
  if (result.code === RESULT.noSuchObject || (succeeded(result) && entries.length === 0)) return 'no such group can be seen';
  if (result.code === RESULT.invalidDnSyntax) return 'it is no distinguished name';
  if (!succeeded(result)) throw unexpectedResult(result, connection.server, 'search');
  return entries;
}

async function byName(connection: LdapConnection, domainDn: string, name: string): Promise<LdapEntry[] | string> {
  if (name === '') return 'it is empty';
  const filter = allOf(equals('objectClass', 'group'), anyOf(equals('cn', name), equals('sAMAccountName', name)));
  const { result, entries } = await connection.search(domainDn, { scope: 'sub', filter, attributes, binary: ['objectSid'] });
  if (!succeeded(result)) throw unexpectedResult(result, connection.server, 'search');
  return entries.length > 0 ? entries : 'no group with this name can be seen in the domain';
}

function problemWith(entry: LdapEntry): string | null {
  const type = entry.text('groupType');
  if (type === null || entry.bytes('objectSid') === null) return 'it is no group, or its groupType and objectSid may not be read';
  // Only security groups are in a token, so members of others would never be found.
  return (Number(type) & securityEnabled) === 0 ? 'it is a distribution group: only a security group can protect' : null;
}
