import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalDn, dnsDomainOf, firstValue, isAtOrBelow } from './dn.ts';

describe('comparing DNs', () => {
  it.each([
    ['OU=People,DC=ad,DC=example,DC=test', 'ou=people, dc=AD , DC=example,dc=test'],
    ['CN=Smith\\, Ann,OU=x', 'cn=smith\\2C ann,ou=x'],
    ['CN=Chlo\\C3\\A9,OU=x', 'CN=Chloé,OU=x'],
    ['CN=a+OU=b,DC=c', 'ou=b+cn=A,dc=c'],
  ])('%s is %s', (one, other) => {
    expect(canonicalDn(one)).toBe(canonicalDn(other));
  });

  it.each([
    ['OU=People,DC=a', 'OU=Peoples,DC=a'],
    ['CN=x\\,OU=y,DC=a', 'CN=x,OU=y,DC=a'],
    ['CN=a\\+OU\\=b,DC=c', 'CN=a+OU=b,DC=c'],
  ])('%s is not %s', (one, other) => {
    expect(canonicalDn(one)).not.toBe(canonicalDn(other));
  });

  it('knows what lies below', () => {
    expect(isAtOrBelow('CN=alice,OU=People,DC=a', 'ou=people,dc=a')).toBe(true);
    expect(isAtOrBelow('OU=People,DC=a', 'OU=People,DC=a')).toBe(true);
    expect(isAtOrBelow('DC=a', 'OU=People,DC=a')).toBe(false);
    expect(isAtOrBelow('CN=x\\,OU=People,DC=a', 'OU=People,DC=a')).toBe(false);
    expect(isAtOrBelow('CN=alice,OU=NotPeople,DC=a', 'OU=People,DC=a')).toBe(false);
    expect(isAtOrBelow('CN=alice,DC=a', '')).toBe(false);
  });

  it('never places an escaped value below something by what it spells', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 }), (value) => {
        const escaped = [...value].map((character) => `\\${Buffer.from(character).toString('hex')}`).join('');
        const dn = `CN=${escaped},OU=Real,DC=a`;
        expect(isAtOrBelow(dn, 'OU=Real,DC=a')).toBe(true);
        expect(isAtOrBelow(dn, 'OU=Other,DC=a')).toBe(false);
        expect(firstValue(dn)).toBe(value);
      }),
    );
  });

  it('reads names for people', () => {
    expect(firstValue('CN=Smith\\, Ann,OU=x')).toBe('Smith, Ann');
    expect(dnsDomainOf('OU=People,DC=ad,DC=example,DC=test')).toBe('ad.example.test');
    expect(dnsDomainOf('o=example')).toBeNull();
  });
});
