import type { LdapConnection } from '../ldap/connection.ts';
import { dnParts, isAtOrBelow } from '../ldap/dn.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { anyOf, equals } from '../ldap/filters.ts';
import { succeeded } from '../ldap/result-codes.ts';
import type { ServerCache } from '../ldap/server-cache.ts';
import { policyAttributes } from './password-policy.ts';

const attributes = [...policyAttributes, 'pwdMustChange', 'pwdSafeModify', 'pwdMaxIdle'];

/**
 * The policy entry in force for an account: its own (pwdPolicySubentry), else the default of the overlay on the database that holds
 * the account. That default is part of the server's configuration; where neither the setting names it nor cn=config may be read, it
 * is the only policy entry of the database's tree, or the one called `default`. null: none can be found or read.
 *
 * @param person DN of the account, and its pwdPolicySubentry
 * @param configured the setting `defaultPolicyDn`
 */
export function findPolicy(
  connection: LdapConnection,
  cache: ServerCache,
  person: { readonly dn: string; readonly own: string | null },
  configured: string | null,
): Promise<LdapEntry | null> {
  const named = person.own ?? configured;
  if (named !== null) return cache.get(connection, `policy ${named}`, () => readPolicyAt(connection, named));
  // Databases begin at containers: people with one parent are in one database.
  return cache.get(connection, `default policy below ${dnParts(person.dn).slice(1).join('\u0000')}`, () =>
    readDefault(connection, person.dn),
  );
}

/** Policy entries anywhere on the server that may be read, as many as it gives at once. */
export async function listPolicies(connection: LdapConnection): Promise<LdapEntry[]> {
  const policies: LdapEntry[] = [];
  for (const context of connection.rootDse.namingContexts)
    policies.push(...(await searchAll(connection, context, equals('objectClass', 'pwdPolicy'), attributes)));
  return policies;
}

async function readDefault(connection: LdapConnection, person: string): Promise<LdapEntry | null> {
  const overlays = await readOverlays(connection);
  const database = longestAbove(person, overlays, ({ suffixes }) => suffixes);
  if (database !== null) {
    const dn = database.policy ?? overlays.find(({ frontend }) => frontend)?.policy ?? null;
    return dn === null ? null : readPolicyAt(connection, dn);
  }
  const base = longestAbove(person, connection.rootDse.namingContexts, (context) => [context]);
  if (base === null) return null;
  const others = connection.rootDse.namingContexts.filter((context) => context !== base && isAtOrBelow(context, base));
  // A database below this one has a default of its own.
  const policies = (await searchAll(connection, base, equals('objectClass', 'pwdPolicy'), attributes)).filter(
    ({ dn }) => !others.some((other) => isAtOrBelow(dn, other)),
  );
  if (policies.length === 1) return policies[0] ?? null;
  return policies.find((entry) => entry.texts('cn').some((name) => name.toLowerCase() === 'default')) ?? null;
}

interface Database {
  readonly suffixes: readonly string[];
  /** olcPPolicyDefault of its overlay. */
  readonly policy: string | null;
  /** Its overlays count for all databases. */
  readonly frontend: boolean;
}

/** The databases of the server with their overlays (slapd-config(5)); none where cn=config may not be read. */
async function readOverlays(connection: LdapConnection): Promise<Database[]> {
  const filter = anyOf(equals('objectClass', 'olcDatabaseConfig'), equals('objectClass', 'olcPPolicyConfig'));
  const entries = await searchAll(connection, 'cn=config', filter, ['olcSuffix', 'olcDatabase', 'olcPPolicyDefault']);
  return entries
    .filter((entry) => entry.text('olcDatabase') !== null)
    .map((entry) => {
      const overlays = entries.filter(({ dn }) => dn !== entry.dn && isAtOrBelow(dn, entry.dn));
      const policy = overlays.map((overlay) => overlay.text('olcPPolicyDefault')).find((dn) => dn !== null) ?? null;
      return { suffixes: entry.texts('olcSuffix'), policy, frontend: /frontend$/i.test(entry.text('olcDatabase') ?? '') };
    });
}

/** Of databases that hold each other's trees, the innermost one holds the entry. */
function longestAbove<T>(dn: string, all: readonly T[], basesOf: (each: T) => readonly string[]): T | null {
  const above = all
    .flatMap((each) => basesOf(each).map((base) => ({ each, base })))
    .filter(({ base }) => base !== '' && isAtOrBelow(dn, base));
  const innermost = above.find(({ base }) => above.every((other) => isAtOrBelow(base, other.base)));
  return innermost?.each ?? null;
}

/** null: it is not there, or may not be read. */
export async function readPolicyAt(connection: LdapConnection, dn: string): Promise<LdapEntry | null> {
  const { result, entries } = await connection.search(dn, { scope: 'base', attributes });
  return succeeded(result) ? (entries[0] ?? null) : null;
}

async function searchAll(
  connection: LdapConnection,
  base: string,
  filter: ReturnType<typeof equals>,
  wanted: readonly string[],
): Promise<LdapEntry[]> {
  const { result, entries } = await connection.search(base, { scope: 'sub', filter, attributes: wanted, sizeLimit: 100 });
  return succeeded(result) ? entries : [];
}
