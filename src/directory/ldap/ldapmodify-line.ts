import { shellWord } from '../../../shared/fix-text.ts';

/** A command on one line that adds values to an attribute of an entry (ldapmodify(1), LDIF of RFC 2849). */
export function ldapmodifyLine(
  options: readonly string[],
  change: { readonly dn: string; readonly add: string; readonly values: readonly string[] },
): string {
  const ldif = [`dn: ${change.dn}`, 'changetype: modify', `add: ${change.add}`, ...change.values.map((value) => `${change.add}: ${value}`)];
  return `printf '%s\\n' ${ldif.map(shellWord).join(' ')} | ldapmodify ${options.map(shellWord).join(' ')}`;
}
