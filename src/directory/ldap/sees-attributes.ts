import type { LdapConnection } from './connection.ts';
import { dnParts } from './dn.ts';
import type { LdapEntry } from './entry.ts';
import { allOf, anyOf, not, present } from './filters.ts';
import { succeeded } from './result-codes.ts';
import type { ServerCache } from './server-cache.ts';

/** Milliseconds; rights change more rarely than policies, and a recovery lasts minutes. */
const rightsLifetime = 600_000;

/**
 * Whether attributes that do not show on the entry are absent, and not hidden. Servers leave out what may not be read, but to a filter
 * over it they say neither yes nor no (RFC 4511 section 4.5.1.7, "Undefined"; tried on OpenLDAP and 389 DS): "has it or has it not"
 * holds only where it may be searched, which the right to read includes. Asked once a while for all people with the same parent.
 */
export function seesAttributes(
  connection: LdapConnection,
  cache: ServerCache,
  entry: LdapEntry,
  attributes: readonly string[],
): Promise<boolean> {
  const absent = attributes.filter((attribute) => entry.text(attribute) === null);
  if (absent.length === 0) return Promise.resolve(true);
  const key = `seen below ${dnParts(entry.dn).slice(1).join('\u0000')}: ${absent.join()}`;
  const look = async (): Promise<boolean> => {
    const filter = allOf(...absent.map((attribute) => anyOf(present(attribute), not(present(attribute)))));
    const { result, entries } = await connection.search(entry.dn, { scope: 'base', filter, attributes: ['1.1'] });
    return succeeded(result) && entries.length === 1;
  };
  return cache.get(connection, key, look, rightsLifetime);
}
