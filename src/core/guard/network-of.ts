import { isIPv4, isIPv6 } from 'node:net';

/**
 * The network an address belongs to, for limits that one household or attacker should share: the first 24 bits of
 * IPv4, the first 48 of IPv6. IPv4-mapped IPv6 addresses (RFC 4291 2.5.5.2) count as IPv4.
 */
export function networkOf(address: string): string {
  const plain = plainAddress(address);
  if (isIPv4(plain)) return `${plain.split('.').slice(0, 3).join('.')}.0/24`;
  if (isIPv6(plain)) return `${expandIpv6(plain).slice(0, 3).join(':')}::/48`;
  return plain;
}

/**
 * What counts as one caller: an IPv4 address, the first 64 bits of IPv6. Every customer has at least that many addresses to
 * choose from (RFC 6177 2), so a limit on single ones would be none.
 */
export function hostOf(address: string): string {
  const plain = plainAddress(address);
  return isIPv6(plain) ? `${expandIpv6(plain).slice(0, 4).join(':')}::/64` : plain;
}

function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

function expandIpv6(address: string): string[] {
  const [head = '', tail = ''] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  const groups = address.includes('::') ? [...left, ...zeros, ...right] : left;
  return groups.map((group) => Number.parseInt(group, 16).toString(16));
}
