import type { LdapConnection } from '../ldap/connection.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { succeeded } from '../ldap/result-codes.ts';
import { unexpectedResult } from '../ldap/translate-error.ts';

/**
 * All values of an attribute of one entry, as bytes. Windows hands out a long list in portions (`member;range=0-1499`, MS-ADTS
 * 3.1.1.3.1.3.3) and only says so in the attribute's name: whoever overlooks it works with the first 1,500.
 */
export async function readAllBytes(connection: LdapConnection, dn: string, attribute: string): Promise<Buffer[]> {
  const values: Buffer[] = [];
  let wanted = attribute;
  for (;;) {
    const entry = await readOne(connection, dn, wanted);
    const portion = rangedName(entry, attribute);
    if (portion === null) return [...values, ...entry.allBytes(attribute)];
    values.push(...entry.allBytes(portion.name));
    // A portion that does not advance would go on for ever.
    if (portion.last === null || portion.last < values.length - 1) return values;
    wanted = `${attribute};range=${portion.last + 1}-*`;
  }
}

async function readOne(connection: LdapConnection, dn: string, attribute: string): Promise<LdapEntry> {
  const { result, entries } = await connection.search(dn, { scope: 'base', attributes: [attribute], binary: [attribute] });
  const [entry] = entries;
  if (succeeded(result) && entry !== undefined) return entry;
  throw unexpectedResult(succeeded(result) ? { ...result, message: 'the entry is not readable' } : result, connection.server, 'search');
}

/** The portion an answer holds; `last` is null for the final one. null: the values came whole. */
export function rangedName(entry: Pick<LdapEntry, 'names'>, attribute: string): { name: string; last: number | null } | null {
  for (const name of entry.names) {
    const [type, ...options] = name.split(';');
    if (type?.toLowerCase() !== attribute.toLowerCase()) continue;
    const range = options.map((option) => /^range=(\d+)-(\d+|\*)$/i.exec(option)).find((match) => match !== null);
    if (range?.[2] !== undefined) return { name, last: range[2] === '*' ? null : Number(range[2]) };
  }
  return null;
}
