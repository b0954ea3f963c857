import { isIPv4, isIPv6 } from 'node:net';

/** Where everything falls whose address cannot be read: one bucket for all, so that garbage never buys a fresh limit. */
const UNREADABLE = 'unreadable';

/**
 * An address as limits and the audit log spell it, or null for what is none. Proxies append ports (`203.0.113.7:4711`, IIS
 * ARR and Azure Application Gateway do), write IPv6 in brackets (RFC 3986 3.2.2) and leave zones in (RFC 4007 11); IPv4
 * comes mapped into IPv6 in two spellings (RFC 4291 2.5.5.2). All spellings of one address become the same text: dotted
 * IPv4, or IPv6 in the short form of RFC 5952.
 */
export function plainAddress(text: string): string | null {
  const trimmed = text.trim();
  const bracketed = /^\[([^[\]]+)\](?::\d{1,5})?$/.exec(trimmed)?.[1];
  const withPort = /^([^:[\]]+):\d{1,5}$/.exec(trimmed)?.[1];
  const address = (bracketed ?? withPort ?? trimmed).replace(/%.*/s, '');
  if (isIPv4(address)) return bracketed === undefined ? address : null;
  if (!isIPv6(address)) return null;
  const groups = expandIpv6(address);
  const mapped = groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff';
  return mapped ? dotted(groups.slice(6)) : new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/**
 * The network an address belongs to, for limits that one household or attacker should share: the first 24 bits of
 * IPv4, the first 48 of IPv6.
 */
export function networkOf(address: string): string {
  const plain = plainAddress(address);
  if (plain === null) return UNREADABLE;
  if (isIPv4(plain)) return `${plain.split('.').slice(0, 3).join('.')}.0/24`;
  return `${expandIpv6(plain).slice(0, 3).join(':')}::/48`;
}

/**
 * What counts as one caller: an IPv4 address, the first 64 bits of IPv6. Every customer has at least that many addresses to
 * choose from (RFC 6177 2), so a limit on single ones would be none.
 */
export function hostOf(address: string): string {
  const plain = plainAddress(address);
  if (plain === null) return UNREADABLE;
  return isIPv6(plain) ? `${expandIpv6(plain).slice(0, 4).join(':')}::/64` : plain;
}

/** The eight groups of an IPv6 address, in hexadecimal without leading zeros. A dotted tail counts as two. */
function expandIpv6(address: string): string[] {
  const [left, right = []] = address.split('::').map(groupsOf) as [string[], string[]?];
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16).toString(16));
}

function groupsOf(part: string): string[] {
  return part === '' ? [] : part.split(':').flatMap((group) => (group.includes('.') ? hexadecimal(group) : [group]));
}

function hexadecimal(ipv4: string): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number);
  return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
}

function dotted(groups: readonly string[]): string {
  return groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]).join('.');
}
