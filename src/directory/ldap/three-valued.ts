import type { Filter } from 'ldapts';
import type { LdapConnection } from './connection.ts';
import { anyOf, not, present } from './filters.ts';
import { RESULT, succeeded } from './result-codes.ts';
import { unexpectedResult } from './translate-error.ts';

async function matches(connection: LdapConnection, dn: string, filter: Filter): Promise<boolean> {
  const { result, entries } = await connection.search(dn, { scope: 'base', filter, attributes: ['1.1'] });
  if (succeeded(result)) return entries.length > 0;
  if (result.code === RESULT.noSuchObject || result.code === RESULT.insufficientAccessRights) return false;
  throw unexpectedResult(result, connection.server, 'search');
}

/**
 * Whether a filter is true of an entry. Filters have three values (RFC 4511 section 4.5.1.7): what the caller may not search is
 * Undefined, and so is its negation. null: neither the filter nor its negation is true, so nothing is known.
 */
export async function holds(connection: LdapConnection, dn: string, filter: Filter): Promise<boolean | null> {
  if (await matches(connection, dn, filter)) return true;
  return (await matches(connection, dn, not(filter))) ? false : null;
}

/** Whether the service account may search an attribute of an entry, whether it has values there or not. */
export function maySearch(connection: LdapConnection, dn: string, attribute: string): Promise<boolean> {
  return matches(connection, dn, anyOf(present(attribute), not(present(attribute))));
}
