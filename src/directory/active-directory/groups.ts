import { AppError } from '../../../shared/errors.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import { firstValue } from '../ldap/dn.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { anyOf, equals } from '../ldap/filters.ts';
import { RESULT, succeeded } from '../ldap/result-codes.ts';
import { unexpectedResult } from '../ldap/translate-error.ts';
import { rangedName, readAllBytes } from './ranged-values.ts';
import { sidToText } from './sid.ts';

/** SIDs asked for in one search. */
const chunkSize = 50;

/**
 * SIDs of all security groups of an account, nested ones and the primary group included, as the domain controller itself computes them
 * (tokenGroups, MS-ADTS 3.1.1.4.5.19), from an entry that was searched by itself.
 * @param dn what to search for the rest of a list that came in portions
 * @throws AppError `directory.protocol`, `directory.no-right` ... never returns a part of them
 */
export async function groupSidsOf(connection: LdapConnection, entry: LdapEntry, dn: string): Promise<Buffer[]> {
  const inPortions = rangedName(entry, 'tokenGroups') !== null;
  const sids = inPortions ? await readAllBytes(connection, dn, 'tokenGroups') : entry.allBytes('tokenGroups');
  // Every account is in its primary group at least: nothing at all means that the attribute is hidden, and must not mean "in no group".
  if (sids.length > 0) return sids;
  throw new AppError('directory.no-right', {
    server: connection.server,
    operation: 'search',
    problem: `The groups of ${entry.dn} (tokenGroups) may not be read`,
    fix: 'Let the service account read tokenGroups of the people.',
  });
}

/** DN and common name of the groups with these SIDs; one that has no entry in this domain is named by its SID. */
export async function readGroupNames(
  connection: LdapConnection,
  domainDn: string,
  sids: readonly Buffer[],
): Promise<{ id: string; name: string }[]> {
  const named = new Map<string, { id: string; name: string }>();
  for (let start = 0; start < sids.length; start += chunkSize) {
    const { result, entries } = await connection.search(domainDn, {
      scope: 'sub',
      filter: anyOf(...sids.slice(start, start + chunkSize).map((sid) => equals('objectSid', sid))),
      attributes: ['objectSid', 'cn'],
      binary: ['objectSid'],
    });
    if (!succeeded(result) && result.code !== RESULT.sizeLimitExceeded) throw unexpectedResult(result, connection.server, 'search');
    for (const entry of entries) {
      const sid = entry.bytes('objectSid');
      if (sid !== null) named.set(sid.toString('hex'), { id: entry.dn, name: entry.text('cn') ?? firstValue(entry.dn) });
    }
  }
  return sids.map((sid) => {
    const text = sidToText(sid) ?? sid.toString('hex');
    return named.get(sid.toString('hex')) ?? { id: text, name: text };
  });
}
