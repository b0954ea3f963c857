import type { Filter } from 'ldapts';
import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import { isAtOrBelow } from '../ldap/dn.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { allOf, anyOf, atMost, equals, not, present } from '../ldap/filters.ts';
import { type EndSearch, type PasswordEnd, type PasswordEnds, type Period, seesEach } from '../ldap/password-ends.ts';
import { seesAttributes } from '../ldap/sees-attributes.ts';
import type { ServerCache } from '../ldap/server-cache.ts';
import { fromGeneralizedTime, toGeneralizedTime } from '../ldap/time.ts';
import { findPolicy, listPolicies, readPolicyAt } from './find-policy.ts';

/** Policies that are told apart in one search: each is a part of its filter. */
const MOST_POLICIES = 50;

/** Milliseconds; null: passwords under the policy have no end. */
type Age = number | null | 'not-told';

/**
 * When the password of an entry ends, as slapo-ppolicy(5) says it: by pwdChangedTime, without which it never does, and pwdMaxAge of the
 * policy in force.
 * @param found the policy in force; null: there is none, or none that may be read
 */
export async function readPasswordEnd(
  connection: LdapConnection,
  cache: ServerCache,
  entry: LdapEntry,
  found: LdapEntry | null,
): Promise<PasswordEnd> {
  const told = entry.text('pwdChangedTime');
  if (told === null) return (await seesAttributes(connection, cache, entry, ['pwdChangedTime'])) ? 'never' : 'not-told';
  const setAt = fromGeneralizedTime(told);
  const age = await readMaximumAge(connection, cache, found);
  if (age === null) return 'never';
  return setAt === null || age === 'not-told' ? 'not-told' : setAt + age;
}

async function readMaximumAge(connection: LdapConnection, cache: ServerCache, policy: LdapEntry | null): Promise<Age> {
  const told = policy?.text('pwdMaxAge') ?? null;
  if (told !== null) return /^\d{1,12}$/.test(told) ? Number(told) * 1000 || null : 'not-told';
  return policy !== null && (await seesAttributes(connection, cache, policy, ['pwdMaxAge'])) ? null : 'not-told';
}

/**
 * slapd keeps when a password was set, and its policy, by name, on each entry: so each policy is asked for by its own age. What is found is
 * judged all the same, as another database of the server may have another default.
 */
export function openldapPasswordEnds(
  settings: DirectorySettingsOf<'openldap'>,
  cache: ServerCache,
  policyOf: (connection: LdapConnection, entry: LdapEntry) => Promise<LdapEntry | null>,
): PasswordEnds {
  return {
    attributes: ['pwdChangedTime', 'pwdPolicySubentry', 'pwdReset'],
    sees: seesEach(cache, ['pwdChangedTime', 'pwdPolicySubentry', 'pwdReset']),
    async search(connection, { baseDn, people }, period): Promise<EndSearch> {
      const named = await cache.get(connection, `policies below ${baseDn}`, () => readNamedPolicies(connection, baseDn, people));
      const usual = await findPolicy(connection, cache, { dn: `cn=nobody,${baseDn}`, own: null }, settings.defaultPolicyDn ?? null);
      const ages: [Filter, Age][] = [[not(present('pwdPolicySubentry')), await readMaximumAge(connection, cache, usual)]];
      for (const [dn, policy] of named.policies)
        ages.push([equals('pwdPolicySubentry', dn), await readMaximumAge(connection, cache, policy)]);
      const parts = ages.flatMap(([under, age]) => (typeof age === 'number' ? [allOf(under, setWithin(period, age))] : []));
      const inForce = named.isWhole && !ages.slice(1).some(([, age]) => age === 'not-told');
      const databases = connection.rootDse.namingContexts.filter((context) => context !== baseDn && isAtOrBelow(context, baseDn));
      const untold = !inForce || ages[0]?.[1] === 'not-told' || databases.length > 0;
      return { filter: parts.length === 0 ? null : anyOf(...parts), untold };
    },
    async endOf(connection, entry) {
      const policy = await policyOf(connection, entry);
      const mustChange = [policy?.text('pwdMustChange'), entry.text('pwdReset')].every((value) => value?.toUpperCase() === 'TRUE');
      return mustChange ? 'never' : readPasswordEnd(connection, cache, entry, policy);
    },
  };
}

/** Set so that the age, milliseconds, ends it within the period. */
function setWithin({ after, upTo }: Period, age: number): Filter {
  const setUpTo = (end: number) => atMost('pwdChangedTime', toGeneralizedTime(end - age));
  // Times of slapd have whole seconds.
  return after === null ? setUpTo(upTo + 1000) : allOf(setUpTo(upTo + 1000), not(setUpTo(after - 1000)));
}

interface NamedPolicies {
  /** By the DN that entries name it by; null: it cannot be read. */
  readonly policies: ReadonlyMap<string, LdapEntry | null>;
  readonly isWhole: boolean;
}

/** The policies that entries of people name: those that can be seen, and then whatever else is named. */
async function readNamedPolicies(connection: LdapConnection, baseDn: string, people: Filter): Promise<NamedPolicies> {
  const policies = new Map<string, LdapEntry | null>((await listPolicies(connection)).map((policy) => [policy.dn, policy]));
  while (policies.size <= MOST_POLICIES) {
    const other = [...policies.keys()].map((dn) => not(equals('pwdPolicySubentry', dn)));
    const filter = allOf(people, present('pwdPolicySubentry'), ...other);
    const { entries } = await connection.search(baseDn, { scope: 'sub', filter, attributes: ['pwdPolicySubentry'], sizeLimit: 1 });
    const name = entries[0]?.text('pwdPolicySubentry') ?? null;
    if (name === null) return { policies, isWhole: entries.length === 0 };
    policies.set(name, await readPolicyAt(connection, name));
  }
  return { policies, isWhole: false };
}
