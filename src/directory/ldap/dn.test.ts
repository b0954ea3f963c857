import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalDn, dnsDomainOf, firstValue, isAtOrBelow, isDn, sameDn, withoutUid } from './dn.ts';

const anyType = fc.constantFrom(
  ['cn', 'commonName', 'CN', '2.5.4.3', 'OID.2.5.4.3'],
  ['ou', 'organizationalUnitName', '2.5.4.11'],
  ['dc', 'DomainComponent', '0.9.2342.19200300.100.1.25'],
  ['uid', 'userid', '0.9.2342.19200300.100.1.1'],
  ['employeeType'],
);
const anyValue = fc.oneof(fc.string({ minLength: 1, maxLength: 8 }), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }));

function pick<T>(options: readonly T[], choices: fc.Stream<number>): T {
  return options[(choices.next().value ?? 0) % options.length] as T;
}

const escapeAll = (value: string): string => [...Buffer.from(value)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');

/** One of the ways in which RFC 4514 and its predecessors allow a pair to be written. */
function spell(names: readonly string[], value: string, choices: fc.Stream<number>): string {
  const escaped = value.replace(/[\\"+,;<>=#]/g, '\\$&').replace(/^ | $/g, '\\ ');
  const value1 = pick(
    [
      escapeAll(value),
      escaped,
      `"${value.replace(/["\\]/g, '\\$&')}"`,
      `#04${Buffer.from([Buffer.byteLength(value)]).toString('hex')}${Buffer.from(value).toString('hex')}`,
    ],
    choices,
  );
  return `${pick(names, choices)}${pick(['=', ' = '], choices)}${value1}`;
}

describe('comparing DNs', () => {
  it.each([
    ['OU=People,DC=ad,DC=example,DC=test', 'ou=people, dc=AD , DC=example,dc=test'],
    ['CN=Smith\\, Ann,OU=x', 'cn=smith\\2C ann,ou=x'],
    ['CN=Chlo\\C3\\A9,OU=x', 'CN=Chloé,OU=x'],
    ['CN=a+OU=b,DC=c', 'ou=b+cn=A,dc=c'],
    ['cn=Admins,ou=groups,dc=a', '2.5.4.3=Admins , organizationalUnitName=groups ; domainComponent=a'],
    ['cn=Admins,ou=groups', 'OID.2.5.4.3="Admins" , oid.2.5.4.11 = "groups"'],
    ['uid=a,o=b', '0.9.2342.19200300.100.1.1=A,organizationName=B'],
    ['CN=Smith\\, Ann,OU=x', 'cn="Smith, Ann",ou=x'],
    ['cn=a\\"b,ou=x', 'cn="a\\"b",ou=x'],
    ['cn=Lucy,ou=x', 'cn=#04044C756379,ou=x'],
    ['cn=Server  Operations,ou=x', 'CN= server operations ,ou=x'],
    ['cn=a\\20b,ou=x', 'cn=a b,ou=x'],
    ['cn=\\ a\\ ,ou=x', 'cn=a,ou=x'],
    ['cn=Ange\u0301lique,ou=x', 'cn=Ang\u00e9lique,ou=x'],
    ['cn=Ａｄｍｉｎｓ,ou=x', 'cn=ad\u00admi\u200bns,ou=x'],
    ['cn=ΓΙΩΡΓΟΣ,ou=x', 'cn=γιωργος,ou=x'],
    ['cn=STRASSE,ou=x', 'cn=straße,ou=x'],
    ['cn=a\tb,ou=x', 'cn=a b,ou=x'],
  ])('%s is %s', (one, other) => {
    expect(canonicalDn(one)).toBe(canonicalDn(other));
  });

  it.each([
    ['OU=People,DC=a', 'OU=Peoples,DC=a'],
    ['CN=x\\,OU=y,DC=a', 'CN=x,OU=y,DC=a'],
    ['CN=a\\+OU\\=b,DC=c', 'CN=a+OU=b,DC=c'],
    ['cn="a,ou=b",dc=c', 'cn=a,ou=b,dc=c'],
    ['cn=a,dc=c', 'ou=a,dc=c'],
    ['cn=a+cn=b,dc=c', 'cn=a,cn=b,dc=c'],
    ['cn=#04044C756379,ou=x', 'cn=\\#04044C756379,ou=x'],
    ['cn=Muller,ou=x', 'cn=Müller,ou=x'],
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

  it('knows what is no DN, and never takes two such texts for one', () => {
    for (const text of ['', 'Administrators', 'cn', '=a', 'cn=a,', 'cn=a,b', 'cn="a', 'cn="a"b,ou=x', 'c n=a', 'cn=a\\'])
      expect(isDn(text), text).toBe(false);
    expect(sameDn('Administrators', 'Administrators')).toBe(false);
    expect(sameDn('', '')).toBe(false);
    expect(canonicalDn('cn=a,')).not.toBe(canonicalDn('cn=a,b'));
    expect(isAtOrBelow('cn=a,', 'cn=a')).toBe(false);
  });

  it('is one relation over all spellings of a DN: each equals itself and every other', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyType, anyValue), { minLength: 1, maxLength: 4 }), fc.infiniteStream(fc.nat()), (rdns, choices) => {
        const plain = rdns.map(([names, value]) => `${names[0]}=${escapeAll(value)}`).join(',');
        for (let round = 0; round < 4; round += 1) {
          const spelt = rdns.map(([names, value]) => spell(names, value, choices)).join(pick([',', ' , ', ';', ', '], choices));
          expect(sameDn(spelt, plain), spelt).toBe(true);
          expect(isAtOrBelow(`cn=x+sn=y, ${spelt}`, plain)).toBe(true);
        }
      }),
    );
  });

  it('takes a bit string off a name, and nothing else', () => {
    expect(withoutUid("cn=a,dc=b#'0101'B")).toBe('cn=a,dc=b');
    expect(withoutUid("cn=a,dc=b#''B")).toBe('cn=a,dc=b');
    expect(withoutUid("cn=a#'01',dc=b")).toBe("cn=a#'01',dc=b");
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
