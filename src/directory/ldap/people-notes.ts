import type { DirectoryNote } from '../../core/ports/directory-health.ts';
import type { LdapConnection } from './connection.ts';
import type { LdapEntry } from './entry.ts';
import { isHeldElsewhere } from './held-elsewhere.ts';
import { advice, fact } from './notes.ts';
import type { PasswordFacts } from './person-dialect.ts';

/** Attributes that tell where else a person's password lives. */
export const passwordPlaces = ['objectClass', 'userPassword'] as const;

/** Object classes whose attributes hold a password, or its age, a second time: what a reset leaves as it is. */
const elsewhere: readonly [objectClass: string, kept: string][] = [
  ['shadowaccount', 'shadowLastChange (RFC 2307), so hosts may call the new password aged'],
  ['sambasamaccount', 'sambaNTPassword, so file servers go on asking for the old password'],
];

/**
 * Sentences for the operator on passwords of these people that a reset does not reach, or would cut off.
 * @param people read with {@link passwordPlaces}; a userPassword that may not be read, as it should not, tells nothing
 */
export function passwordsElsewhere(people: readonly LdapEntry[]): DirectoryNote[] {
  const count = (those: readonly LdapEntry[]): string => `${those.length} of ${people.length} people looked at, such as ${those[0]?.dn}`;
  const lines: DirectoryNote[] = [];
  for (const [objectClass, kept] of elsewhere) {
    const those = people.filter((person) => person.texts('objectClass').some((name) => name.toLowerCase() === objectClass));
    if (those.length > 0) lines.push(fact(`A reset does not change ${kept}: ${count(those)}`));
  }
  const passed = people.filter(isHeldElsewhere);
  if (passed.length > 0) {
    lines.push(
      advice(
        `The password is held by another service ({SASL}), and a reset is refused, as it would cut the link: ${count(passed)}`,
        'Leave these people out by peopleFilter',
      ),
    );
  }
  return lines;
}

/** Sentences on the minimum age of the policies that these people are under, which counts for a reset too. */
export async function minimumAges(
  connection: LdapConnection,
  people: readonly LdapEntry[],
  readFacts: (connection: LdapConnection, entry: LdapEntry) => Promise<PasswordFacts>,
): Promise<DirectoryNote[]> {
  const ages = new Map<string | null, number>();
  for (const person of people) {
    const { name, minimumAge, minimumAgeOnReset } = (await readFacts(connection, person)).policy;
    if (minimumAgeOnReset === 'enforced' && minimumAge > 0) ages.set(name, minimumAge);
  }
  return [...ages].map(([name, age]) =>
    fact(
      `Nobody under ${name === null ? 'a policy that is not known' : `the policy ${name}`} can recover a password that was set within the last ${spell(age)}`,
    ),
  );
}

function spell(milliseconds: number): string {
  const minutes = Math.ceil(milliseconds / 60_000);
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}
