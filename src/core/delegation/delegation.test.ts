import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rdnsOf } from '../../directory/ldap/dn.ts';
import type { DirectoryVerb } from '../ports/directory-health.ts';
import { type DelegatedSection, delegationFor } from './delegation.ts';
import { parentDn, printedDn, treeOf } from './printed-dn.ts';
import { verbsInUse } from './verbs-in-use.ts';

const everything: readonly DirectoryVerb[] = ['read', 'reset-password', 'unlock-account', 'require-change', 'read-policy'];

const sections = (place: string): DelegatedSection[] => {
  const common = { baseDn: `${place},dc=example,dc=com`, serviceAccount: { name: `cn=keyturn,${place}`, password: 'env:SECRET' } };
  const servers = [{ url: 'ldaps://directory.example.com' }];
  return [
    { kind: 'active-directory', ...common, servers },
    { kind: 'openldap', ...common, servers, defaultPolicyDn: `cn=default,${place}` },
    { kind: '389ds', ...common, servers, groupBaseDn: `ou=groups,${place}` },
  ];
};
const text = (section: DelegatedSection, verbs: readonly DirectoryVerb[]) =>
  delegationFor(section, new Set(verbs))
    .map((one) => one.text)
    .join('\n');

/** An RDN of any value, escaped by the book (RFC 4514 section 2.4). */
const anyValue = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).map((value) => value.toWellFormed());
const toRdn = (value: string) => `ou=${value.replace(/[\\"+,;<>=#\0]|^ | $/g, (c) => `\\${Buffer.from(c).toString('hex')}`)}`;

describe('what is printed for a place of any name', () => {
  it('names the same entry', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(rdnsOf(printedDn(`${toRdn(value)},dc=example`))).toEqual([[{ type: 'ou', value }], [{ type: 'dc', value: 'example' }]]);
        expect(printedDn(`${toRdn(value)},dc=example`)).not.toMatch(/["%|?\p{Cc}]/u);
      }),
    );
  });

  it('has no line and no quotation mark more than for a plain one', () => {
    const shape = (place: string) => sections(place).map((section) => text(section, everything).replace(/[^\n"]/g, ''));
    const plain = shape('ou=people');
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(shape(toRdn(value))).toEqual(plain);
      }),
    );
  });

  it('is one word of a shell', () => {
    for (const value of ["it's", '$(touch /tmp/x)', '`id`', 'a b', '!!', "'; reboot; '"]) {
      const place = toRdn(value);
      const script = text({ ...sections(place)[0], kind: 'active-directory' } as DelegatedSection, ['read'])
        .split('\n')
        .find((line) => line.startsWith('samba-tool dsacl'));
      const words = execFileSync('sh', ['-c', `sid=S-1; printf '%s\\0' ${script}`])
        .toString()
        .split('\0');
      expect(words).toContain(`--objectdn=${printedDn(`${place},dc=example,dc=com`)}`);
    }
  });
});

describe('what is granted', () => {
  it('is less for each verb that is not used, and for no other', () => {
    const marks: Readonly<Record<string, RegExp>> = {
      'reset-password': /Reset Password|=w\n|targetattr="userPassword \|\|/,
      'unlock-account': /lockoutTime|pwdAccountLockedTime\n\s+by dn\.exact="[^"]*" write/,
      'require-change': /pwdLastSet|pwdReset(,pwdAccountLockedTime)?\n\s+by dn\.exact="[^"]*" write|passwordExpirationTime/,
    };
    const places = sections('ou=people');
    fc.assert(
      fc.property(fc.subarray(Object.keys(marks)), (used) => {
        for (const section of places) {
          const printed = text(section, ['read', 'read-policy', ...(used as DirectoryVerb[])]);
          for (const [verb, mark] of Object.entries(marks)) {
            // On 389 Directory Server a reset takes the counted failures away, and so ends a lock.
            if (section.kind === '389ds' && verb === 'unlock-account') continue;
            expect(mark.test(printed), `${section.kind} ${verb} of ${used.join()}`).toBe(used.includes(verb));
          }
          expect(printed).toMatch(/GR;;user|by dn\.exact="[^"]*" read|Keyturn reads people/);
        }
      }),
    );
  });

  it('is what the configuration uses', () => {
    const recovery = { goals: ['reset-password'], unlockOnReset: false } as unknown as Parameters<typeof verbsInUse>[0]['recovery'];
    const role = (...may: string[]) => [{ may }] as unknown as Parameters<typeof verbsInUse>[0]['roles'];
    const used = (changes: object, roles = role(), section: Parameters<typeof verbsInUse>[1] = { kind: 'openldap' }) =>
      [...verbsInUse({ recovery: { ...recovery, ...changes }, roles }, section)].slice(2);
    expect(used({})).toEqual(['reset-password']);
    expect(used({ unlockOnReset: true })).toEqual(['reset-password', 'unlock-account']);
    expect(used({ goals: ['find-username'] })).toEqual([]);
    expect(used({ goals: ['unlock-account'] })).toEqual(['unlock-account']);
    expect(used({ goals: ['find-username'] }, role('unlock-account'))).toEqual(['unlock-account']);
    expect(used({ goals: ['find-username'] }, role('reset-password'))).toEqual(['reset-password', 'require-change']);
    expect(used({}, role('view-history'), { kind: 'active-directory', historyOnReset: 'two-step' })).toEqual([
      'reset-password',
      'require-change',
    ]);
  });

  it('says the same to every tool of Active Directory', () => {
    const [section] = sections('OU=People');
    if (section === undefined) throw new Error('no section');
    const printed = Object.fromEntries(delegationFor(section, new Set(everything)).map((one) => [one.form, one.text]));
    // By the names that Microsoft gives them (dsacls, ActiveDirectoryRights of .NET, MS-DTYP 2.5.1.1).
    const rights: Readonly<Record<string, string>> = {
      ...{ GR: 'LCRPLORC', CA: 'CR', RPWP: 'RPWP' },
      ...{ GenericRead: 'LCRPLORC', ExtendedRight: 'CR', 'ReadProperty,WriteProperty': 'RPWP' },
    };
    const guids: Readonly<Record<string, string>> = {
      'Reset Password': '00299570-246d-11d0-a768-00aa006e0529',
      lockoutTime: '28630ebf-41d5-11d1-a9c1-0000f80367c1',
      pwdLastSet: 'bf967a0a-0de6-11d0-a285-00aa003049e2',
      user: 'bf967aba-0de6-11d0-a285-00aa003049e2',
    };
    const entry = (dn: string, onUsers: boolean, right: string, object: string, onto: string) =>
      `${dn} (${onUsers ? 'OA' : 'A'};${onUsers ? 'CIIO' : 'CI'};${rights[right]};${object};${onto};$sid)`;
    const lines = (form: string, pattern: RegExp) => [...(printed[form] ?? '').matchAll(pattern)].map(([, ...parts]) => parts);
    const bySamba = lines('samba-tool', /--objectdn='?(.+?)'? --sddl="(.+)"$/gm).map(([dn, sddl]) => `${dn} ${sddl}`);
    const byDsacls = lines('dsacls', /^dsacls "(.+)" \/I:([ST]) \/G "[^:]+:(\w+)(?:;(.*);(user))?"$/gm).map(
      ([dn = '', flag, right = '', object = '', onto = '']) => entry(dn, flag === 'S', right, guids[object] ?? '', guids[onto] ?? ''),
    );
    const zero = /^0[0-]+$/;
    const byPowerShell = lines('powershell', /^Grant-Keyturn '(.+)' '(.+)' '(.+)' '(Descendents|All)' '(.+)'$/gm).map(
      ([dn = '', right = '', object = '', flag, onto = '']) =>
        entry(dn, flag === 'Descendents', right, object.replace(zero, ''), onto.replace(zero, '')),
    );
    expect(bySamba).toHaveLength(5);
    expect(byDsacls).toEqual(bySamba);
    expect(byPowerShell).toEqual(bySamba);
  });
});

it('knows the tree and the parent of an entry by its name', () => {
  expect(treeOf('ou=people,dc=example,dc=com')).toBe('dc=example,dc=com');
  expect(treeOf('OU=People, DC=ad, DC=example')).toBe('DC=ad,DC=example');
  expect(treeOf('ou=a\\,dc=b,o=example')).toBe('o=example');
  expect(parentDn('cn=Smith\\, Ann,ou=x')).toBe('ou=x');
});
