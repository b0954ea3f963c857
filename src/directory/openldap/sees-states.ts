import type { LdapConnection } from '../ldap/connection.ts';
import { dnParts } from '../ldap/dn.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { allOf, anyOf, not, present } from '../ldap/filters.ts';
import { succeeded } from '../ldap/result-codes.ts';
import type { ServerCache } from '../ldap/server-cache.ts';
import { stateAttributes } from './account-status.ts';

/** Milliseconds; rights change more rarely than policies, and a recovery lasts minutes. */
const rightsLifetime = 600_000;

/**
 * Whether an attribute of the state that does not show on the entry is absent. slapd leaves out what may not be read, but it says
 * neither yes nor no to a filter over it (RFC 4511 section 4.5.1.7, "Undefined"): "has it or has it not" holds only where it may be
 * searched, which the right to read includes. Asked once a while for all people with the same parent.
 */
export function seesStates(connection: LdapConnection, cache: ServerCache, entry: LdapEntry): Promise<boolean> {
  const absent = stateAttributes.filter((attribute) => entry.text(attribute) === null);
  if (absent.length === 0) return Promise.resolve(true);
  const key = `states below ${dnParts(entry.dn).slice(1).join('\u0000')}: ${absent.join()}`;
  const look = async (): Promise<boolean> => {
    const filter = allOf(...absent.map((attribute) => anyOf(present(attribute), not(present(attribute)))));
    const { result, entries } = await connection.search(entry.dn, { scope: 'base', filter, attributes: ['1.1'] });
    return succeeded(result) && entries.length === 1;
  };
  return cache.get(connection, key, look, rightsLifetime);
}
