import { AppError } from '../../../shared/errors.ts';
import type { LdapConnection } from './connection.ts';
import { canonicalDn, isAtOrBelow, sameDn } from './dn.ts';
import type { LdapEntry } from './entry.ts';
import { equals } from './filters.ts';
import type { GroupClosure } from './group-closure.ts';
import { isWithin } from './ldap-url.ts';
import { type NamedGroup, readNestedGroups } from './nested-groups.ts';
import { prepareString } from './prepared-string.ts';
import { type Protection, protectedBecause, protectedForMissing, unprotected } from './protection.ts';
import type { ResolvedProtection } from './resolve-protection.ts';
import { holds, maySearch } from './three-valued.ts';

/** What has to be read of a person to judge this. */
export const protectionAttributes = ['uid', 'gidNumber', 'memberOf', 'nsRole', 'objectClass'] as const;

/** What is missing of what the configuration names: then nobody can be told to be outside of it. null: nothing is. */
export function protectedForWant(rules: ResolvedProtection): Protection | null {
  const missing = rules.names.find(({ ok }) => !ok);
  return missing === undefined ? null : protectedForMissing(missing);
}

/** Whether sign-in name or place put a person out of reach, or the account is the one that Keyturn signs in with. */
export function judgeByName(rules: ResolvedProtection, person: { readonly dn: string; readonly logins: readonly string[] }): Protection {
  // Whoever could reset it would hold its rights.
  if (rules.serviceAccount.some((dn) => sameDn(dn, person.dn))) return protectedBecause({ by: 'service-account', name: null });
  const own = new Set(person.logins.map(prepareString));
  const login = rules.logins.find(({ wanted, dns }) => own.has(prepareString(wanted)) || dns.some((dn) => sameDn(dn, person.dn)));
  if (login !== undefined) return protectedBecause({ by: 'login', name: login.wanted });
  const location = rules.locations.find(({ wanted, dn }) => isAtOrBelow(person.dn, wanted) || isAtOrBelow(person.dn, dn));
  return location === undefined ? unprotected : protectedBecause({ by: 'location', name: location.wanted });
}

/**
 * Whether a protected group holds a person. Looked at from both sides: from the groups, whose members are known from when they were
 * resolved, and from the person, as they are now.
 * @param person with `protectionAttributes`
 * @throws AppError `directory.*` when it cannot be told
 */
export async function judgeByGroups(connection: LdapConnection, rules: ResolvedProtection, person: LdapEntry): Promise<Protection> {
  for (const { wanted, closure } of rules.groups) {
    if (await isInClosure(connection, closure, person)) return protectedBecause({ by: 'group', name: wanted });
  }
  const groups = await readGroupsOrTrust(connection, rules, person);
  const group = rules.groups.find(({ wanted, closure }) =>
    groups.some(
      ({ id, names }) => closure.groups.has(canonicalDn(id)) || names.some((name) => prepareString(name) === prepareString(wanted)),
    ),
  );
  return group === undefined ? unprotected : protectedBecause({ by: 'group', name: group.wanted });
}

async function isInClosure(connection: LdapConnection, closure: GroupClosure, person: LdapEntry): Promise<boolean> {
  if (closure.members.has(canonicalDn(person.dn))) return true;
  if (person.texts('memberOf').some((dn) => closure.groups.has(canonicalDn(dn)))) return true;
  if ((await valuesOf(connection, person, 'uid', closure.logins.size > 0)).some((uid) => closure.logins.has(prepareString(uid))))
    return true;
  if ((await valuesOf(connection, person, 'gidNumber', closure.gids.size > 0)).some((gid) => closure.gids.has(gid))) return true;
  for (const url of closure.urls) {
    if (isWithin(person.dn, url) && (await known(connection, person, url.filter, 'the filter of a dynamic group'))) return true;
  }
  const roles = person.texts('nsRole').map(canonicalDn);
  for (const role of closure.roles) {
    if (roles.includes(canonicalDn(role)) || (await known(connection, person, equals('nsRole', role), 'nsRole'))) return true;
  }
  return false;
}

/** Values that decide something; none at all only where it can be told that there are none. */
async function valuesOf(connection: LdapConnection, person: LdapEntry, attribute: string, wanted: boolean): Promise<string[]> {
  const values = person.texts(attribute);
  if (!wanted || values.length > 0) return values;
  // A person who is no POSIX account has no primary group; whether they are one must be told.
  const classes = person.texts('objectClass').map((name) => name.toLowerCase());
  if (attribute === 'gidNumber' && classes.length > 0 && !classes.includes('posixaccount')) return values;
  if (await maySearch(connection, person.dn, attribute)) return values;
  throw hidden(connection, person, attribute);
}

async function known(connection: LdapConnection, person: LdapEntry, filter: Parameters<typeof holds>[2], what: string): Promise<boolean> {
  const answer = await holds(connection, person.dn, filter);
  if (answer === null) throw hidden(connection, person, what);
  return answer;
}

function hidden(connection: LdapConnection, person: LdapEntry, what: string): AppError {
  return new AppError('directory.no-right', {
    server: connection.server,
    operation: 'search',
    problem: `${what} of ${person.dn} may not be read, so it cannot be told whether a protected group holds the person`,
    fix: 'Let the service account read and search the people.',
  });
}

/** Where the server does not give all groups of a person, the members of the protected ones are enough if all of them are known. */
async function readGroupsOrTrust(connection: LdapConnection, rules: ResolvedProtection, person: LdapEntry): Promise<NamedGroup[]> {
  try {
    return await readNestedGroups(connection, rules.groupBase, person);
  } catch (error) {
    const limited = error instanceof AppError && error.code === 'directory.limit-exceeded';
    if (limited && rules.groups.every(({ closure }) => closure.complete)) return [];
    throw error;
  }
}
