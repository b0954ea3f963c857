import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpener, ldapSettings } from '../../../test/conformance/harness-ldap.ts';
import { createMovableClock, newLogin, newPassword } from '../../../test/conformance/samples.ts';
import type { LdapDirectory } from '../../../test/servers/ldap-directory.ts';
import { withLdap } from '../../../test/servers/ldap-session.ts';
import { sharedDs389, sharedSlapd } from '../../../test/servers/shared-servers.ts';
import { type SlapdServer, startSlapd } from '../../../test/servers/slapd.ts';
import { uniqueName } from '../../../test/servers/unique-name.ts';
import type { Directory } from '../../core/ports/directory.ts';
import { canonicalDn, sameDn } from './dn.ts';

// Who is protected, asked of real servers with the rights that the handbook gives the service account. Every test has a person whom
// nothing protects beside the one whom something does.

const clock = createMovableClock();
const openers: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const opener of openers) await opener.close();
});

type Kind = 'openldap' | 'ldap' | '389ds';

/** A part of a server of its own, with two people in it. */
async function place(kind: Kind, server: LdapDirectory) {
  const peopleDn = await server.createOrganizationalUnit(uniqueName('people'));
  const groupsDn = await server.createOrganizationalUnit(uniqueName('groups'), server.groupsDn);
  const person = async (attributes: Record<string, string | string[]> = {}, login = newLogin()) => {
    const { dn } = await server.createUser({ login, password: newPassword(), parentDn: peopleDn, attributes });
    return { login, dn };
  };
  const open = (rules: Record<string, unknown>, changes: Record<string, unknown> = {}): Directory => {
    const opener = createOpener(clock, server);
    openers.push(opener);
    return opener.open(ldapSettings(kind, server, { baseDn: peopleDn, groupBaseDn: groupsDn, protected: rules, ...changes }));
  };
  const verdict = async (directory: Directory, login: string) => {
    const [account] = await directory.findAccounts(login);
    if (account === undefined) throw new Error(`${login} is not found`);
    return directory.isProtected(account);
  };
  /** Whether the first of them is protected; the second, a person like any other, never is. */
  const protects = async (directory: Directory, login: string): Promise<boolean> => {
    expect(await verdict(directory, free.login)).toEqual({ protected: false, reason: null });
    return (await verdict(directory, login)).protected;
  };
  const free = await person();
  return { server, peopleDn, groupsDn, person, open, verdict, protects };
}

describe.each<[Kind, () => Promise<LdapDirectory>]>([
  ['openldap', sharedSlapd],
  ['ldap', sharedSlapd],
  ['389ds', sharedDs389],
])('kind %s', (kind, start) => {
  let here: Awaited<ReturnType<typeof place>>;
  beforeAll(async () => {
    here = await place(kind, await start());
  });

  const group = (name: string, attributes: Record<string, string | string[]>) =>
    here.server.add(`cn=${name},${here.groupsDn}`, { cn: name, ...attributes });

  describe('what is configured and not there', () => {
    it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
      ['protected.groups[1]', { groups: ['there', 'Admnistrators'] }, {}],
      ['protected.groups[0]', { groups: ['cn=Admnistrators,ou=groups,dc=example,dc=test'] }, {}],
      ['protected.groups[0]', { groups: ['ou=groups,dc=example,dc=test'] }, {}],
      ['groupBaseDn', { groups: ['there'] }, { groupBaseDn: 'ou=grups,dc=example,dc=test' }],
      ['groupBaseDn', {}, { groupBaseDn: 'ou=grups,dc=example,dc=test' }],
      ['protected.locations[0]', { locations: ['ou=administrators,dc=example,dc=test'] }, {}],
      ['protected.logins[0]', { logins: ['nobody-has-this-name'] }, {}],
    ])('%s protects everybody, and the doctor says so (%o)', async (setting, rules, changes) => {
      const { login, dn } = await here.person();
      await group('there', { objectClass: 'groupOfNames', member: dn }).catch(() => {});
      const directory = here.open(rules, changes);
      expect(await here.verdict(directory, login)).toMatchObject({ protected: true, reason: expect.stringContaining(setting) });
      const { configured } = await directory.health({ rights: true });
      const missing = configured.filter(({ ok }) => !ok);
      expect(missing.map((name) => name.setting)).toContain(setting);
      for (const { fix } of missing) expect(fix).toMatch(/^(Correct|Let) /);
    });

    it('is looked up again, so that the remedy works', async () => {
      const { login, dn } = await here.person();
      const name = uniqueName('late');
      const directory = here.open({ groups: [name] });
      expect((await here.verdict(directory, login)).protected).toBe(true);
      await group(name, { objectClass: 'groupOfNames', member: dn });
      clock.forward(11_000);
      expect(await here.protects(directory, login)).toBe(true);
      expect((await directory.health({ rights: true })).configured.find(({ setting }) => setting === 'protected.groups[0]')).toMatchObject({
        ok: true,
        text: 'found, 1 member',
      });
      await here.server.remove(`cn=${name},${here.groupsDn}`);
      clock.forward(61_000);
      expect((await here.verdict(directory, login)).reason).toContain('protected.groups[0]');
    });

    it('says that baseDn does not exist', async () => {
      const directory = here.open({}, { baseDn: 'ou=poeple,dc=example,dc=test', groupBaseDn: undefined });
      const { configured } = await directory.health({ rights: true });
      expect(configured).toEqual([
        expect.objectContaining({ setting: 'baseDn', ok: false, text: expect.stringContaining('does not exist') }),
      ]);
    });
  });

  describe('a group is meant by', () => {
    it('each of its names and every spelling of its DN', async () => {
      const { login, dn } = await here.person();
      const name = `${uniqueName('Server')}  Operations, West`;
      const groupDn = `cn=${name.replace(',', '\\,')},${here.groupsDn}`;
      await here.server.add(groupDn, { objectClass: 'groupOfNames', cn: [name, `${name} second`], member: dn });
      const [unit = '', ...rest] = here.groupsDn.split(',').map((rdn) => rdn.split('=')[1] ?? '');
      const spellings = [
        name,
        `${name} second`.toUpperCase(),
        name.replace('  ', ' '),
        groupDn.toUpperCase(),
        `2.5.4.3=${name.replace(',', '\\2c').replace('  ', ' ')},2.5.4.11=${unit},ou=${rest[0]},0.9.2342.19200300.100.1.25=${rest[1]},dc=${rest[2]}`,
        `commonName = ${name.replace(',', '\\,')} , organizationalUnitName=${unit}, ou=${rest[0]}, domainComponent=${rest[1]}, DC=${rest[2]}`,
      ];
      for (const wanted of spellings) expect(await here.protects(here.open({ groups: [wanted] }), login), wanted).toBe(true);
    });
  });

  describe('a member is whoever is named by', () => {
    it('member, uniqueMember with and without a bit string, memberUid in any case and by any uid, and the primary group', async () => {
      const uid = newLogin();
      const second = newLogin('Second');
      const gid = String(100_000 + Math.floor(Math.random() * 1e8));
      const posix = { objectClass: ['inetOrgPerson', 'posixAccount'], uidNumber: gid, gidNumber: gid, homeDirectory: '/' };
      const people = await Promise.all([
        here.person(),
        here.person(),
        here.person(),
        here.person({ uid: [uid, second] }, uid),
        here.person(),
        here.person(posix),
      ]);
      const [member, unique, withBits, byUid, byCase, byPrimary] = people.map(({ dn, login }) => ({ dn, login }));
      const ways: [typeof member, Record<string, string | string[]>][] = [
        [member, { objectClass: 'groupOfNames', member: member?.dn ?? '' }],
        [unique, { objectClass: 'groupOfUniqueNames', uniqueMember: unique?.dn ?? '' }],
        [withBits, { objectClass: 'groupOfUniqueNames', uniqueMember: `${withBits?.dn}#'0101'B` }],
        [byUid, { objectClass: 'posixGroup', gidNumber: '1', memberUid: second }],
        [byCase, { objectClass: 'posixGroup', gidNumber: '2', memberUid: byCase?.login.toUpperCase() ?? '' }],
        [byPrimary, { objectClass: 'posixGroup', gidNumber: gid }],
      ];
      for (const [person, attributes] of ways) {
        const name = uniqueName('way');
        await group(name, attributes);
        expect(await here.protects(here.open({ groups: [name] }), person?.login ?? ''), JSON.stringify(attributes)).toBe(true);
        expect(
          await here.protects(here.open({ groups: [name] }, { groupBaseDn: undefined }), person?.login ?? ''),
          'without groupBaseDn',
        ).toBe(true);
        // A group around it, which names itself and its own member as members: a circle.
        const around = uniqueName('around');
        await group(around, { objectClass: 'groupOfNames', member: [`cn=${name},${here.groupsDn}`, `cn=${around},${here.groupsDn}`] });
        expect(await here.protects(here.open({ groups: [around] }), person?.login ?? ''), 'nested').toBe(true);
      }
    });

    it('a search (dynamic groups)', async () => {
      const { login } = await here.person({ employeeNumber: newLogin('dyn') });
      const [dynamic] = [uniqueName('dynamic')];
      await group(dynamic, { objectClass: 'groupOfURLs', memberURL: `ldap:///${here.peopleDn}??sub?(uid=${login})` });
      expect(await here.protects(here.open({ groups: [dynamic] }), login)).toBe(true);
      await here.server.modify(`cn=${dynamic},${here.groupsDn}`, {
        memberURL: `ldap://elsewhere.example/${here.peopleDn}??sub?(uid=${login})`,
      });
      expect((await here.verdict(here.open({ groups: [dynamic] }), login)).reason).toContain('cannot be understood');
    });

    it('sign-in name, by every value of uid, and place, in every spelling', async () => {
      const uid = newLogin();
      const second = newLogin('second');
      await here.person({ uid: [uid, second] }, uid);
      expect(await here.protects(here.open({ logins: [second.toUpperCase()] }), uid)).toBe(true);
      const unit = await here.server.createOrganizationalUnit('Board  of, Directors'.replace(',', '\\,'), here.peopleDn);
      const { dn } = await here.server.createUser({ login: newLogin(), password: newPassword(), parentDn: unit });
      const login = dn.slice(4, dn.indexOf(','));
      for (const spelling of [
        unit,
        unit.toUpperCase(),
        `2.5.4.11=board of\\2C directors,${here.peopleDn}`,
        `organizationalUnitName= Board  of\\, Directors ,  ${here.peopleDn}`,
      ]) {
        expect(await here.protects(here.open({ locations: [spelling] }), login), spelling).toBe(true);
      }
    });
  });
});

describe('the account that Keyturn signs in with', () => {
  const check = async (kind: Kind, server: LdapDirectory, allow: (dn: string) => Promise<void>): Promise<void> => {
    const [login, password] = [newLogin(), newPassword()];
    const { dn } = await server.createUser({ login, password });
    const free = await server.createUser({ login: newLogin(), password: newPassword() });
    await allow(dn);
    const opener = createOpener(clock, server);
    openers.push(opener);
    const oids = kind === '389ds' ? [] : [dn.replace('uid=', '0.9.2342.19200300.100.1.1=')];
    for (const name of [dn, `UID = ${login.toUpperCase()} , ${server.peopleDn}`, ...oids]) {
      const settings = ldapSettings(kind, server, {
        baseDn: server.peopleDn,
        protected: {},
        serviceAccount: { name, password: 'env:OTHER' },
      });
      const directory = opener.open(settings, { OTHER: password });
      const [own] = await directory.findAccounts(login);
      const [other] = await directory.findAccounts(free.login);
      if (own === undefined || other === undefined) throw new Error('they are not found');
      expect(await directory.isProtected(own), name).toEqual({ protected: true, reason: 'service account of Keyturn' });
      expect(await directory.isProtected(other)).toEqual({ protected: false, reason: null });
    }
  };

  it.each(['openldap', 'ldap'] as const)('is protected among the people of OpenLDAP, kind %s', async (kind) => {
    const server = await ownSlapd();
    await check(kind, server, (dn) => withRules(server, `access to * by dn.exact="${dn}" read by * break`));
    await withRules(server, '');
  });

  it('is protected among the people of 389 Directory Server', async () => {
    const server = await sharedDs389();
    await check('389ds', server, async (dn) => {
      const unit = await server.read(server.baseDn, ['aci']);
      const rule = `(targetattr!="userPassword")(version 3.0; acl "own ${dn}"; allow (read,search,compare) userdn="ldap:///${dn}";)`;
      await server.modify(server.baseDn, { aci: [...(unit.aci ?? []), rule] });
    });
  });
});

let slapd: SlapdServer | undefined;
async function ownSlapd(): Promise<SlapdServer> {
  slapd ??= await startSlapd();
  return slapd;
}
afterAll(async () => {
  await slapd?.stop();
});

/** Starts a server with further access rules in front of the handbook's. */
async function withRules(server: SlapdServer, rules: string): Promise<void> {
  await server.halt();
  const file = join(dirname(dirname(server.caFile)), 'slapd.conf');
  const conf = readFileSync(file, 'utf8').replace(/# test rules[\s\S]*?# end\n/, '');
  writeFileSync(
    file,
    conf.replace(/(access to attrs=userPassword,pwdHistory by dn\.exact="cn=readonly)/, `# test rules\n${rules}\n# end\n$1`),
  );
  await server.restart();
}

describe('groups that are hidden', () => {
  it('on OpenLDAP: the entry, its members, a group within, the whole subtree', async () => {
    const server = await ownSlapd();
    const { login, dn } = await server.createUser({ login: newLogin(), password: newPassword() });
    const free = await server.createUser({ login: newLogin(), password: newPassword() });
    const inner = await server.createGroup('Inner', [dn]);
    const outer = await server.createGroup('Outer', [inner]);
    const hidden = [
      `access to dn.exact="${outer}" by * none`,
      `access to dn.exact="${outer}" attrs=member by * none`,
      `access to dn.exact="${outer}" attrs=objectClass by * none`,
      `access to dn.exact="${inner}" by * none`,
      `access to dn.exact="${inner}" attrs=member by * none`,
      `access to dn.subtree="${server.groupsDn}" by * none`,
      `access to dn.subtree="${server.groupsDn}" by * search`,
      `access to filter=(objectClass=groupOfNames) by * none`,
    ];
    const opener = createOpener(clock, server);
    openers.push(opener);
    for (const rule of ['', ...hidden]) {
      await withRules(server, rule.replace(/by \*/, `by dn.exact="${server.service.name}"`).replace(/$/, rule === '' ? '' : ' by * break'));
      for (const wanted of ['Outer', outer]) {
        const directory = opener.open(
          ldapSettings('openldap', server, { baseDn: server.peopleDn, groupBaseDn: server.groupsDn, protected: { groups: [wanted] } }),
        );
        const verdicts = await Promise.all(
          [login, free.login].map(async (name) => {
            const [account] = await directory.findAccounts(name);
            if (account === undefined) throw new Error(`${name} is not found`);
            return (await directory.isProtected(account)).protected;
          }),
        );
        expect(verdicts, `${rule} ${wanted}`).toEqual([true, rule !== '']);
      }
    }
    await withRules(server, '');
  });

  it('on 389 Directory Server: where no rule lets them be read, and where their members are left out', async () => {
    const server = await sharedDs389();
    const here = await place('389ds', server);
    const { login, dn } = await here.person();
    const outside = `ou=outside,${server.baseDn}`;
    const name = uniqueName('unseen');
    await server.add(`cn=${name},${outside}`, { objectClass: 'groupOfNames', cn: name, member: dn });
    for (const wanted of [name, `cn=${name},${outside}`]) {
      expect((await here.verdict(here.open({ groups: [wanted] }, { groupBaseDn: outside }), login)).reason).toContain('groupBaseDn');
      expect((await here.verdict(here.open({ groups: [wanted] }), login)).reason).toContain('protected.groups[0]');
    }
    const half = await server.createOrganizationalUnit(uniqueName('half'), server.groupsDn);
    const empty = uniqueName('empty');
    await server.add(`cn=${empty},${half}`, { objectClass: 'groupOfNames', cn: empty });
    // Nobody is in it, and that can be told.
    expect(await here.protects(here.open({ groups: [empty] }, { groupBaseDn: half }), login)).toBe(false);
    const denial = `(targetattr="member")(version 3.0; acl "no members"; deny (search) userdn="ldap:///${server.service.dn}";)`;
    await server.modify(half, { aci: denial });
    expect((await here.verdict(here.open({ groups: [empty] }, { groupBaseDn: half }), login)).reason).toContain('member of');
  });
});

it('389 Directory Server: a role protects those who have it', async () => {
  const server = await sharedDs389();
  const here = await place('389ds', server);
  const managed = await here.person();
  const filtered = await here.person({ employeeNumber: newLogin('role') });
  const role = `cn=${uniqueName('role')},${here.peopleDn}`;
  await server.add(role, { objectClass: ['ldapSubEntry', 'nsRoleDefinition', 'nsSimpleRoleDefinition', 'nsManagedRoleDefinition'] });
  await server.modify(managed.dn, { nsRoleDN: role });
  const second = `cn=${uniqueName('role')},${here.peopleDn}`;
  await server.add(second, {
    objectClass: ['ldapSubEntry', 'nsRoleDefinition', 'nsComplexRoleDefinition', 'nsFilteredRoleDefinition'],
    nsRoleFilter: `(uid=${filtered.login})`,
  });
  expect(await here.protects(here.open({ groups: [role] }), managed.login)).toBe(true);
  expect(await here.protects(here.open({ groups: [second] }), filtered.login)).toBe(true);
  expect(await here.protects(here.open({ groups: [second] }), managed.login)).toBe(false);
});

describe('comparing DNs', () => {
  it('agrees with slapd, asked by a base search with the other spelling', async () => {
    const server = await sharedSlapd();
    const values = [
      'Smith, Ann',
      'a+b=c',
      '  x',
      'Chloé',
      'Server  Operations',
      '#1',
      'a"b',
      'c\\d',
      'e;f',
      'Γιώργος',
      'x²y',
      'ﬁn',
      'Ａｂ',
    ];
    const unit = await server.createOrganizationalUnit(uniqueName('dn'), server.groupsDn);
    const escapeAll = (value: string): string => [...Buffer.from(value)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
    const dns: string[] = [];
    for (const value of values) {
      const dn = `cn=${escapeAll(value)},${unit}`;
      await server.add(dn, { objectClass: 'applicationProcess', cn: value });
      dns.push(dn);
    }
    const anyValue = fc.constantFrom(...values);
    const anySpelling = fc
      .tuple(anyValue, fc.constantFrom('cn', 'CN', 'commonName', '2.5.4.3', 'OID.2.5.4.3'), fc.nat(5), fc.boolean())
      .map(([value, type, way, spaced]) => {
        const escaped = value.replace(/[\\"+,;<>=#]/g, '\\$&').replace(/^ /, '\\ ');
        const text =
          [escapeAll(value), escaped, escapeAll(value.toUpperCase()), escaped.replace(/ +/g, ' '), value, escaped.toLowerCase()][way] ??
          escaped;
        return `${type}${spaced ? ' = ' : '='}${text}${spaced ? ' , ' : ','}${unit}`;
      });
    await withLdap({ ...server.admin, url: server.url, caPem: server.caPem }, async (client) => {
      await fc.assert(
        fc.asyncProperty(anySpelling, async (spelt) => {
          const found = await client.search(spelt, { scope: 'base', attributes: ['1.1'] }).then(
            ({ searchEntries }) => searchEntries[0]?.dn ?? null,
            () => null,
          );
          const ours = dns.filter((dn) => sameDn(dn, spelt));
          // What it takes for an entry, we take for that entry; what it takes for none may be a spelling that we take for one.
          if (found !== null) expect(ours.map(canonicalDn), spelt).toEqual([canonicalDn(found)]);
          expect(ours.length, spelt).toBeLessThanOrEqual(1);
        }),
        { numRuns: 400 },
      );
    });
  });
});
