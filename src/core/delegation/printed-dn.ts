/*
 * Distinguished names in commands. They may come from a server that nobody trusts yet, and end up in a shell.
 */

/** Within quotation marks of cmd.exe, of slapd.conf(5), of an aci and of an LDAP URL (RFC 4516), these mean something else. */
const SPECIAL = /["%?|&^!\p{Cc}\u2028\u2029]/u;

/**
 * A DN that can stand within quotation marks and on one line: what would end either is written as its bytes, which name the same entry
 * (RFC 4514 section 2.4).
 */
export function printedDn(dn: string): string {
  return dn.replace(/\\[0-9a-f]{2}|\\?(.)/gisu, (whole, character: string | undefined) =>
    character === undefined || !SPECIAL.test(character) ? whole : hexOf(character),
  );
}

function hexOf(character: string): string {
  return [...new TextEncoder().encode(character)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
}

/** A name that is no DN, such as `svc-keyturn@example.com`: what would end a quotation or a line is left out. */
export function printedName(name: string): string {
  if (/^[A-Za-z0-9.-]+\s*=/.test(name)) return printedDn(name);
  return [...name].filter((character) => !SPECIAL.test(character)).join('');
}

/** The parts of a DN, from the entry upwards, as they are written; commas that are escaped part nothing. */
function partsOf(dn: string): string[] {
  return (dn.match(/(?:\\.|"(?:\\.|[^"\\])*"|[^,;\\"])+/gs) ?? []).map((part) => part.trim());
}

/** The entry above. */
export function parentDn(dn: string): string {
  return partsOf(dn).slice(1).join(',');
}

/**
 * The tree in which an entry stands, as far as its name tells: its domain components (RFC 2247), or the last part where there are none,
 * as in `o=example`.
 */
export function treeOf(dn: string): string {
  const parts = partsOf(dn);
  const domain = parts.findLastIndex((part) => !/^dc\s*=/i.test(part)) + 1;
  return (domain < parts.length ? parts.slice(domain) : parts.slice(-1)).join(',');
}
