import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostOf, networkOf, plainAddress } from './network-of.ts';

const ipv4 = fc.ipV4();
const ipv6 = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }).filter((groups) => !isMapped(groups));
const port = fc.integer({ min: 0, max: 65_535 });
const zone = fc.constantFrom('', '%eth0', '%25', '%a.b:c]');

function isMapped(groups: readonly number[]): boolean {
  return groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
}

/** One IPv4 address in every spelling that servers and proxies have for it. */
function spellingsOf(address: string, atPort: number): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const hex = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  const mapped = [`::ffff:${address}`, `::FFFF:${hex}`, `0:0:0:0:0:ffff:${hex}`, `::ffff:${address}%eth0`];
  return [address, `${address}:${atPort}`, ` ${address} `, ...mapped, ...mapped.flatMap((text) => [`[${text}]`, `[${text}]:${atPort}`])];
}

describe('an address', () => {
  it('is one address in all spellings of IPv4', () => {
    fc.assert(
      fc.property(ipv4, port, (address, atPort) => {
        for (const spelling of spellingsOf(address, atPort)) expect(plainAddress(spelling), spelling).toBe(address);
      }),
    );
  });

  it('is one address in all spellings of IPv6, with port, brackets and zone', () => {
    fc.assert(
      fc.property(ipv6, port, zone, (groups, atPort, inZone) => {
        const long = groups.map((group) => group.toString(16).padStart(4, '0')).join(':');
        const short = new URL(`http://[${long}]`).hostname.slice(1, -1);
        const clean = inZone.includes(']') ? '%eth0' : inZone;
        for (const spelling of [long, long.toUpperCase(), short, `${long}${inZone}`, `[${long}${clean}]`, `[${short}]:${atPort}`]) {
          expect(plainAddress(spelling), spelling).toBe(short);
        }
      }),
    );
  });

  it.each([
    '',
    'evil',
    'garbage<script>',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '1.2.3.4:99999x',
    '[1.2.3.4]',
    '[::1',
    '::1]',
    ':::',
    '01.2.3.4',
    '_hidden',
    'unknown',
    'x[2001:db8::1]',
    '[2001:db8::1]x',
    '[2001:db8::1]:443x',
  ])('is none: %j', (text) => {
    expect(plainAddress(text)).toBeNull();
  });
});

describe('an address of IPv6', () => {
  it.each([
    ['::ffff:c000:201', '192.0.2.1'],
    ['0:0:1:0:0:ffff:c000:201', '::1:0:0:ffff:c000:201'],
    ['::fffe:c000:201', '::fffe:c000:201'],
    ['::192.0.2.1', '::c000:201'],
    ['fe80::1%eth0\n%x', 'fe80::1'],
  ])('%j is %s', (text, plain) => {
    expect(plainAddress(text)).toBe(plain);
  });

  it('is one caller by its first 64 bits, and of one network by its first 48', () => {
    expect(hostOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1::/48');
    expect(hostOf('2001:db8::1')).toBe('2001:db8:0:0::/64');
    expect(networkOf('192.0.2.77')).toBe('192.0.2.0/24');
  });
});

describe('whatever is given as an address', () => {
  const anything = fc.oneof(
    fc.string(),
    ipv4,
    fc.ipV6(),
    fc.tuple(ipv4, port).map(([address, atPort]) => `${address}:${atPort}`),
  );

  it('has a network and a host that no text can make up: those of a real address, or the one bucket of all that is none', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const plain = plainAddress(text);
        if (plain === null) {
          expect([hostOf(text), networkOf(text)]).toEqual(['unreadable', 'unreadable']);
          return;
        }
        expect(isIP(plain)).toBeGreaterThan(0);
        expect(plainAddress(plain)).toBe(plain);
        expect(networkOf(text)).toBe(networkOf(plain));
        expect(hostOf(text)).toBe(hostOf(plain));
        expect(isIP(networkOf(text).replace(/\/\d+$/, ''))).toBeGreaterThan(0);
      }),
    );
  });

  it('gets no second bucket by a port', () => {
    fc.assert(
      fc.property(ipv4, port, port, (address, one, other) => {
        expect(hostOf(`${address}:${one}`)).toBe(hostOf(`${address}:${other}`));
        expect(networkOf(`[::ffff:${address}]:${one}`)).toBe(networkOf(address));
      }),
    );
  });
});
