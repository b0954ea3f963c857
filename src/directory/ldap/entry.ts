import type { Entry } from 'ldapts';

/** One entry as a server sent it. Attribute names are matched without regard to case (RFC 4512 section 2.5). */
export interface LdapEntry {
  readonly dn: string;
  /** The first value as text; null when there is none. */
  text(attribute: string): string | null;
  texts(attribute: string): string[];
  /** The first value as bytes. Exact only for attributes that were asked for as binary. */
  bytes(attribute: string): Buffer | null;
  allBytes(attribute: string): Buffer[];
  /** Names as the server wrote them, options included (`member;range=0-1499`). */
  readonly names: readonly string[];
}

/** Wraps what ldapts returns: single values are not arrays there, and missing attributes come as empty arrays. */
export function toLdapEntry(raw: Entry): LdapEntry {
  const values = new Map<string, (string | Buffer)[]>();
  const names: string[] = [];
  for (const [name, value] of Object.entries(raw)) {
    if (name === 'dn') continue;
    const list = Array.isArray(value) ? [...value] : [value];
    if (list.length === 0) continue;
    names.push(name);
    values.set(name.toLowerCase(), list);
  }
  const all = (attribute: string): (string | Buffer)[] => values.get(attribute.toLowerCase()) ?? [];
  const texts = (attribute: string): string[] =>
    all(attribute).map((value) => (typeof value === 'string' ? value : value.toString('utf8')));
  const allBytes = (attribute: string): Buffer[] =>
    all(attribute).map((value) => (typeof value === 'string' ? Buffer.from(value, 'utf8') : value));
  return {
    dn: raw.dn,
    names,
    texts,
    allBytes,
    text: (attribute) => texts(attribute)[0] ?? null,
    bytes: (attribute) => allBytes(attribute)[0] ?? null,
  };
}

/** Mail addresses of a person, without the spaces that some end with. */
export function addressesOf(entry: LdapEntry): string[] {
  return [...new Set(entry.texts('mail').map((address) => address.trim()))].filter((address) => address !== '');
}
