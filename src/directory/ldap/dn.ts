import { attributeName } from './attribute-names.ts';
import { prepareString } from './prepared-string.ts';

/*
 * Comparing distinguished names (RFC 4514, distinguishedNameMatch of RFC 4517). Only for scopes and names in the configuration:
 * servers are always asked with the text they gave.
 */

/** Attribute and value of an RDN. */
export interface Pair {
  /** In the one spelling of attribute-names.ts. */
  readonly type: string;
  readonly value: string;
}

const TYPE = /^(?:oid\.)?(?:\d+(?:\.\d+)*|[a-z][a-z0-9_-]*)(?:;[a-z0-9-]+)*$/i;

/**
 * A DN as its RDNs, from the entry upwards; null for text that is none. Takes all spellings that servers take: of RFC 4514 with
 * escapes and `#` values, and of the older RFC 1779 and RFC 2253 with quotes, semicolons, spaces around the parts and `OID.`.
 */
function parseDn(text: string): Pair[][] | null {
  const rdns: Pair[][] = [];
  let rdn: Pair[] = [];
  let rest = text.trimStart();
  if (rest === '') return rdns;
  for (;;) {
    const equal = rest.indexOf('=');
    const type = rest.slice(0, Math.max(0, equal)).trim();
    if (!TYPE.test(type)) return null;
    const read = readValue(rest.slice(equal + 1));
    if (read === null) return null;
    rdn.push({ type: attributeName(type), value: read.value });
    rest = read.rest;
    const separator = rest[0];
    if (separator !== '+') {
      rdns.push(rdn);
      rdn = [];
    }
    if (separator === undefined) return rdns;
    rest = rest.slice(1);
  }
}

/** The value at the beginning of `text`, and what follows from the separator on; null when it is malformed. */
function readValue(text: string): { value: string; rest: string } | null {
  const start = text.replace(/^[ \n\r\t]+/, '');
  if (start.startsWith('"')) return readQuoted(start);
  const bytes: Buffer[] = [];
  /** Bytes up to the last character that is not an unescaped space. */
  let kept = 0;
  let index = 0;
  while (index < start.length) {
    const character = String.fromCodePoint(start.codePointAt(index) ?? 0);
    if (character === ',' || character === ';' || character === '+') break;
    const read = readCharacter(start, index);
    if (read === null) return null;
    bytes.push(read.bytes);
    index = read.next;
    if (character !== ' ') kept = bytes.length;
  }
  const value = Buffer.concat(bytes.slice(0, kept)).toString('utf8');
  const rest = start.slice(index);
  return { value: start.startsWith('#') ? fromHex(value) : value, rest };
}

function readQuoted(text: string): { value: string; rest: string } | null {
  const bytes: Buffer[] = [];
  let index = 1;
  while (index < text.length && text[index] !== '"') {
    const read = readCharacter(text, index);
    if (read === null) return null;
    bytes.push(read.bytes);
    index = read.next;
  }
  const rest = text.slice(index + 1).trimStart();
  if (index >= text.length || !/^($|[,;+])/.test(rest)) return null;
  return { value: Buffer.concat(bytes).toString('utf8'), rest };
}

/** `\2C`, `\C3\A9` (bytes of UTF-8) and `\,` become what they mean (RFC 4514 section 2.4), each once. */
function readCharacter(text: string, index: number): { bytes: Buffer; next: number } | null {
  const hex = /^\\([0-9a-fA-F]{2})/.exec(text.slice(index, index + 3))?.[1];
  if (hex !== undefined) return { bytes: Buffer.from(hex, 'hex'), next: index + 3 };
  const at = text[index] === '\\' ? index + 1 : index;
  const point = text.codePointAt(at);
  if (point === undefined) return null;
  const character = String.fromCodePoint(point);
  return { bytes: Buffer.from(character, 'utf8'), next: at + character.length };
}

/** Tags of BER strings (X.690 section 8.23) and of OCTET STRING, which a `#` value spells byte by byte. */
const STRINGS = new Set([0x04, 0x0c, 0x12, 0x13, 0x14, 0x16, 0x1a]);

function fromHex(text: string): string {
  if (!/^#(?:[0-9a-fA-F]{2})+$/.test(text)) return text;
  const bytes = Buffer.from(text.slice(1), 'hex');
  const [tag = 0, length = 0] = bytes;
  const header = length < 0x80 ? 2 : 2 + (length & 0x7f);
  const told = length < 0x80 ? length : bytes.subarray(2, header).reduce((sum, byte) => sum * 256 + byte, 0);
  return STRINGS.has(tag) && bytes.length === header + told ? bytes.subarray(header).toString('utf8') : text.toLowerCase();
}

/** The RDNs of a DN, from the entry upwards, with their values as they are meant; null for text that is no DN. */
export function rdnsOf(dn: string): readonly (readonly Pair[])[] | null {
  return parseDn(dn);
}

/** The DN of what stands below `parent` with this RDN, in the spelling of RFC 4514. */
export function joinDn(rdn: readonly Pair[], parent: string): string {
  const pairs = rdn.map(
    ({ type, value }) => `${type}=${value.replace(/[\\"+,;<>=#\0]|^ | $/g, (character) => `\\${Buffer.from(character).toString('hex')}`)}`,
  );
  return parent === '' ? pairs.join('+') : `${pairs.join('+')},${parent}`;
}

/** Whether a text is a DN that names something. */
export function isDn(text: string): boolean {
  return (parseDn(text) ?? []).length > 0;
}

/** A DN as its RDNs, from the entry upwards, in one spelling. What is no DN is one part that nothing else equals. */
export function dnParts(dn: string): string[] {
  const rdns = parseDn(dn);
  return rdns === null ? [`\u0002${dn}`] : rdns.map((rdn) => rdn.map(spelling).sort().join('\u0001'));
}

function spelling({ type, value }: Pair): string {
  // Control characters separate the parts, and preparation leaves none within one.
  return `${type}=${prepareString(value)}`;
}

/** One spelling for each DN, to compare by. */
export function canonicalDn(dn: string): string {
  return dnParts(dn).join('\u0000');
}

/** Whether both name the same entry. */
export function sameDn(one: string, other: string): boolean {
  return isDn(one) && canonicalDn(one) === canonicalDn(other);
}

/** Whether an entry is the one named by `base` or lies below it. An empty base contains nothing: it would be everything by mistake. */
export function isAtOrBelow(dn: string, base: string): boolean {
  const inner = dnParts(dn);
  const outer = dnParts(base);
  if (outer.length === 0 || inner.length < outer.length) return false;
  return outer.every((part, index) => part === inner[inner.length - outer.length + index]);
}

/** The value of the first RDN, for people to read: `CN=Smith\, Ann,OU=x` is "Smith, Ann". */
export function firstValue(dn: string): string {
  return parseDn(dn)?.[0]?.[0]?.value ?? dn;
}

/** `DC=ad,DC=example,DC=test` at the end of a DN as a DNS name; null where there are none. */
export function dnsDomainOf(dn: string): string | null {
  const labels = (parseDn(dn) ?? [])
    .flat()
    .filter(({ type }) => type === 'dc')
    .map(({ value }) => prepareString(value));
  return labels.length === 0 ? null : labels.join('.');
}

/** A value of Name And Optional UID (RFC 4517 section 3.3.21), as `uniqueMember` has them, without its bit string. */
export function withoutUid(value: string): string {
  return value.replace(/#'[01]*'B$/i, '');
}
