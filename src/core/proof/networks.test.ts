import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInNetworks, isNetwork, isWithinNetworks } from './networks.ts';

const ipv4 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const dotted = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
const head = (value: number, length: number) => (length === 0 ? 0 : value >>> (32 - length));

describe('a network', () => {
  it('is an address of IPv4 or IPv6, with or without the length of its prefix', () => {
    for (const network of ['192.0.2.0/24', '192.0.2.7/32', '192.0.2.7', '0.0.0.0/0', '2001:db8::1/128', '2001:db8::/32', '::1', '::/0'])
      expect(isNetwork(network), network).toBe(true);
    for (const none of [
      '',
      'lan',
      '192.0.2.0/33',
      '192.0.2/24',
      '2001:db8::/129',
      '192.0.2.0/',
      '192.0.2.0/2/4',
      '192.0.2.0/x',
      'fe80::1%eth0',
      '192.0.2.0/-1',
      '192.0.2.0/24x',
      '192.0.2.0/0024',
      '192.0.2.0/ 24',
      '192.0.2.0/24 ',
      '192.0.2.0/+24',
      '192.0.2.0/1e1',
      '192.0.2.0/0x18',
    ]) {
      expect(isNetwork(none), none).toBe(false);
    }
  });

  it('holds the addresses that begin as it does', () => {
    fc.assert(
      fc.property(ipv4, ipv4, fc.integer({ min: 0, max: 32 }), fc.boolean(), (base, other, length, near) => {
        const address = near && length > 0 ? ((base & (-1 << (32 - length))) | (other & ~(-1 << (32 - length)))) >>> 0 : other;
        const holds = head(base, length) === head(address, length);
        expect(isInNetworks(dotted(address), ['198.51.100.7', `${dotted(base)}/${length}`])).toBe(holds || address === 0xc6336407);
        // However a proxy spells it.
        expect(isInNetworks(`::ffff:${dotted(address)}`, [`${dotted(base)}/${length}`])).toBe(holds);
      }),
    );
    expect(isInNetworks('2001:db8:1::5', ['2001:db8::/32'])).toBe(true);
    expect(isInNetworks('2001:db9::5', ['2001:db8::/32', '0.0.0.0/0'])).toBe(false);
    expect(isInNetworks('203.0.113.5', ['::/0'])).toBe(false);
    expect(isInNetworks('2001:db8::7', ['2001:db8::7'])).toBe(true);
    expect(isInNetworks('2001:db8::8', ['2001:db8::7'])).toBe(false);
  });

  it('holds no address that cannot be read', () => {
    for (const text of ['', 'unreadable', '300.1.1.1']) expect(isInNetworks(text, ['0.0.0.0/0', '::/0']), text).toBe(false);
  });

  it('lies within one that is as long or longer and begins as it does', () => {
    fc.assert(
      fc.property(
        ipv4,
        ipv4,
        fc.integer({ min: 0, max: 32 }),
        fc.integer({ min: 0, max: 32 }),
        (inner, outer, innerLength, outerLength) => {
          const within = outerLength <= innerLength && head(inner, outerLength) === head(outer, outerLength);
          expect(isWithinNetworks(`${dotted(inner)}/${innerLength}`, [`${dotted(outer)}/${outerLength}`])).toBe(within);
        },
      ),
    );
    expect(isWithinNetworks('10.1.2.3', ['10.1.0.0/16'])).toBe(true);
    expect(isWithinNetworks('10.1.0.0/16', ['10.1.2.3'])).toBe(false);
    expect(isWithinNetworks('10.1.2.3', ['192.0.2.0/24', '10.1.0.0/16'])).toBe(true);
    expect(isWithinNetworks('2001:db8:1::/48', ['2001:db8::/32'])).toBe(true);
    expect(isWithinNetworks('0.0.0.0/0', ['::/0'])).toBe(false);
    // One of IPv6 into which IPv4 is mapped holds nobody: who comes from there is read as IPv4.
    expect(isWithinNetworks('::ffff:10.1.2.3/128', ['10.0.0.0/8'])).toBe(false);
  });
});
