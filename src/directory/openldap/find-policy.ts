import type { LdapConnection } from '../ldap/connection.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { equals } from '../ldap/filters.ts';
import { succeeded } from '../ldap/result-codes.ts';
import { policyAttributes } from './password-policy.ts';

const attributes = [...policyAttributes, 'pwdMustChange', 'pwdSafeModify'];

/**
 * The policy entry in force for an account: its own (pwdPolicySubentry), else the default of the overlay. That default is part of
 * the server's configuration; where neither the setting names it nor cn=config may be read, it is the only policy entry there is,
 * or the one called `default`. null: none can be found or read.
 *
 * @param own pwdPolicySubentry of the account
 * @param configured the setting `defaultPolicyDn`
 */
export async function findPolicy(connection: LdapConnection, own: string | null, configured: string | null): Promise<LdapEntry | null> {
  const named = own ?? configured;
  if (named !== null) return readPolicyAt(connection, named);
  const fromConfiguration = await searchAll(connection, 'cn=config', 'olcPPolicyConfig', ['olcPPolicyDefault']);
  const byDefault = fromConfiguration.map((entry) => entry.text('olcPPolicyDefault')).find((dn) => dn !== null);
  if (byDefault !== undefined && byDefault !== null) return readPolicyAt(connection, byDefault);
  const policies = await Promise.all(connection.rootDse.namingContexts.map((base) => searchAll(connection, base, 'pwdPolicy', attributes)));
  const all = policies.flat();
  if (all.length === 1) return all[0] ?? null;
  return all.find((entry) => entry.texts('cn').some((name) => name.toLowerCase() === 'default')) ?? null;
}

async function readPolicyAt(connection: LdapConnection, dn: string): Promise<LdapEntry | null> {
  const { result, entries } = await connection.search(dn, { scope: 'base', attributes });
  return succeeded(result) ? (entries[0] ?? null) : null;
}

async function searchAll(connection: LdapConnection, base: string, objectClass: string, wanted: readonly string[]): Promise<LdapEntry[]> {
  const { result, entries } = await connection.search(base, {
    scope: 'sub',
    filter: equals('objectClass', objectClass),
    attributes: wanted,
    sizeLimit: 100,
  });
  return succeeded(result) ? entries : [];
}
