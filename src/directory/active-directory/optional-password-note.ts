import type { LdapConnection } from '../ldap/connection.ts';
import type { DirectoryBase } from '../ldap/directory-base.ts';
import { allOf, hasBits, not } from '../ldap/filters.ts';
import { FLAG } from './status.ts';

/** More are not counted. */
const most = 50;

/**
 * Sentence for the operator on people with UF_PASSWD_NOTREQD: no policy asks a length of their passwords (MS-SAMR 3.1.1.7.1), so the
 * directory takes an empty one from any administrator. null: nobody who may be seen has it.
 */
export async function optionalPasswordNote(base: Pick<DirectoryBase, 'sample'>, connection: LdapConnection): Promise<string | null> {
  // Every domain is born with a guest who has it, and is disabled.
  const filter = allOf(hasBits('userAccountControl', FLAG.passwordNotRequired), not(hasBits('userAccountControl', FLAG.disabled)));
  const people = await base.sample(connection, most, { attributes: ['1.1'], filter });
  const [first] = people;
  if (first === undefined) return null;
  const count = people.length < most ? String(people.length) : `${most} or more`;
  return `The directory demands no password length of ${count} people, such as ${first.dn} (PASSWD_NOTREQD in userAccountControl). Take the flag away.`;
}
