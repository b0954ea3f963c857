/*
 * Comparing distinguished names (RFC 4514). Only for scopes and names in the configuration: servers are always asked with the text
 * they gave.
 */

/** A DN as its RDNs, from the entry upwards, in one spelling: lower case, unescaped, without spaces around the parts. */
export function dnParts(dn: string): string[] {
  return splitUnescaped(dn, /[,;]/)
    .map((rdn) => splitUnescaped(rdn, /\+/).map(canonicalPair).sort().join('\u0001'))
    .filter((rdn) => rdn !== '');
}

/** One spelling for each DN, to compare by. */
export function canonicalDn(dn: string): string {
  return dnParts(dn).join('\u0000');
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
  const rdn = splitUnescaped(dn, /[,;]/)[0] ?? '';
  return unescapeValue(rdn.slice(rdn.indexOf('=') + 1).trim());
}

/** `DC=ad,DC=example,DC=test` at the end of a DN as a DNS name; null where there are none. */
export function dnsDomainOf(dn: string): string | null {
  const labels = dnParts(dn)
    .filter((part) => part.startsWith('dc='))
    .map((part) => part.slice(3));
  return labels.length === 0 ? null : labels.join('.');
}

function canonicalPair(pair: string): string {
  const at = pair.indexOf('=');
  if (at < 0) return '';
  const value = unescapeValue(trimUnescaped(pair.slice(at + 1)));
  const folded = value.normalize('NFKC').toLowerCase().replace(/ +/g, ' ').trim();
  // Control characters separate the parts, so none may stand within one.
  return `${pair.slice(0, at).trim().toLowerCase()}=${folded.replace(/[%\p{Cc}]/gu, (character) => encodeURIComponent(character))}`;
}

/** Takes surrounding spaces away, except one that is escaped. */
function trimUnescaped(value: string): string {
  const start = value.trimStart();
  const end = start.trimEnd();
  return /(^|[^\\])(\\\\)*\\$/.test(end) && end.length < start.length ? `${end} ` : end;
}

function splitUnescaped(text: string, separator: RegExp): string[] {
  const parts: string[] = [];
  let part = '';
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (character === '\\') {
      part += character + (text[index + 1] ?? '');
      index += 1;
    } else if (separator.test(character)) {
      parts.push(part);
      part = '';
    } else {
      part += character;
    }
  }
  parts.push(part);
  return parts;
}

/** `\2C`, `\C3\A9` (UTF-8) and `\,` become what they mean (RFC 4514 section 2.4), each once. */
function unescapeValue(value: string): string {
  return value.replace(/(?:\\[0-9a-fA-F]{2})+|\\[\s\S]?/g, (escaped) =>
    /^\\[0-9a-fA-F]{2}/.test(escaped) ? Buffer.from(escaped.replaceAll('\\', ''), 'hex').toString('utf8') : escaped.slice(1),
  );
}
