import { AppError } from '../../../shared/errors.ts';
import { withLines } from '../../../shared/fix-text.ts';
import type { LdapEntry } from '../ldap/entry.ts';

/**
 * Attributes that every account has: the first three and `accountExpires` are set when it is made (MS-SAMR 3.1.1.8), the computed one
 * is made up at each reading (MS-ADTS 3.1.1.4.5.17). Where one is missing it is hidden, and nothing follows from that: an account whose
 * flags may not be read is not "enabled", and one whose lock may not be read is not "unlocked".
 */
export const alwaysThere = [
  'sAMAccountType',
  'userAccountControl',
  'pwdLastSet',
  'accountExpires',
  'msDS-User-Account-Control-Computed',
] as const;

export type AlwaysThere = (typeof alwaysThere)[number];

/** Those of them that an entry was read without. */
export function hiddenAttributes(entry: LdapEntry): AlwaysThere[] {
  return alwaysThere.filter((attribute) => !/^-?\d{1,20}$/.test(entry.text(attribute) ?? ''));
}

/** What to grant, in words; `doctor` prints the command for it. */
export const readAccountsFix = withLines(
  'Let the service account read the property set Account Restrictions of the people (User-Account-Restrictions, 4c164200-20c0-11d0-a768-00aa006e0529), by the command that this prints',
  'keyturn doctor',
);

/**
 * The value of an attribute that every account has, a decimal number.
 * @throws AppError `directory.no-right` when it is hidden, or is no number
 */
export function valueAlwaysThere(entry: LdapEntry, attribute: AlwaysThere, server: string): string {
  const value = entry.text(attribute);
  if (value !== null && /^-?\d{1,20}$/.test(value)) return value;
  throw new AppError('directory.no-right', {
    server,
    operation: 'search',
    problem: `${attribute} of ${entry.dn} may not be read`,
    fix: readAccountsFix,
  });
}
