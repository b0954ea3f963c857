import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixParts, shellWord } from '../../shared/fix-text.ts';
import { acisFor, aciValue, WRITTEN } from '../../src/core/delegation/ds389.ts';
import type { Directory, DirectoryKind } from '../../src/core/ports/directory.ts';
import type { DirectoryHealth } from '../../src/core/ports/directory-health.ts';
import { startDs389 } from '../servers/ds389.ts';
import type { SambaDirectory } from '../servers/samba-directory.ts';
import { sharedDs389, sharedSamba, sharedSlapd } from '../servers/shared-servers.ts';
import { startSlapd } from '../servers/slapd.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { createOpener, ldapSettings, type Reached } from './harness-ldap.ts';
import { createMovableClock, newLogin, newPassword } from './samples.ts';
import { reset } from './write.ts';

// What the doctor says of the service account's rights, with the account that the handbook describes, with one that may only read,
// and with an administrator. Each test looks at a unit of its own.

const verbs = ['read', 'reset-password', 'unlock-account', 'require-change', 'read-policy'];

const openers: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const opener of openers) await opener.close();
});

interface Account {
  readonly name: string;
  readonly password: string;
}

function open(kind: Exclude<DirectoryKind, 'embedded'>, server: Reached, account: Account, changes: Record<string, unknown>): Directory {
  const opener = createOpener(createMovableClock(), server);
  openers.push(opener);
  const settings = ldapSettings(kind, server, { ...changes, serviceAccount: { name: account.name, password: 'env:OTHER' } });
  return opener.open(settings, { OTHER: account.password });
}

async function inspect(
  ...how: Parameters<typeof open>
): Promise<DirectoryHealth & { of(verb: string): DirectoryHealth['rights'][number] }> {
  const health = await open(...how).health({ rights: true });
  expect(health.serviceAccount).toEqual({ ok: true, problem: null, fix: null });
  expect(health.rights.map(({ verb }) => verb)).toEqual(verbs);
  const of = (verb: string): DirectoryHealth['rights'][number] => {
    const right = health.rights.find((candidate) => candidate.verb === verb);
    if (right === undefined) throw new Error(`nothing is said of ${verb}`);
    return right;
  };
  return { ...health, of };
}

/** The words of a command line, as a shell takes them. */
async function shellWords(line: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('sh', ['-c', `printf '%s\\0' ${line}`]);
  return stdout.split('\0').slice(0, -1);
}

const allHeld = verbs.map((verb) => ({ verb, ok: true, problem: null, fix: null }));
const held = (health: DirectoryHealth): string[] => health.rights.filter(({ ok }) => ok === true).map(({ verb }) => verb);

describe('Active Directory', () => {
  let samba: SambaDirectory;
  beforeAll(async () => {
    samba = await sharedSamba();
  });

  async function unit(parentDn?: string): Promise<{ baseDn: string; personDn: string }> {
    const baseDn = await samba.createOrganizationalUnit(uniqueName('rights'), parentDn);
    const { dn } = await samba.createUser({ login: newLogin(), password: newPassword(), parentDn: baseDn });
    return { baseDn, personDn: dn };
  }

  it('finds the delegated account able to do its task and nothing else', async () => {
    const { baseDn, personDn } = await unit();
    const before = await samba.read(personDn, ['*', 'uSNChanged', 'nTSecurityDescriptor']);
    const health = await inspect('active-directory', samba, samba.service, { baseDn });
    expect(health.rights).toEqual(allHeld);
    expect(health.tooMuch).toEqual([]);
    expect(await samba.read(personDn, ['*', 'uSNChanged', 'nTSecurityDescriptor'])).toEqual(before);
  });

  it('says what a reading account lacks', async () => {
    const { baseDn, personDn } = await unit();
    const health = await inspect('active-directory', samba, samba.readOnly, { baseDn });
    expect(held(health)).toEqual(['read']);
    expect(health.rights.filter(({ ok }) => ok === null)).toEqual([]);
    expect(health.of('reset-password').problem).toBe(
      `the extended right Reset Password is missing on 1 of 1 people looked at, such as ${personDn}`,
    );
    expect(health.of('read-policy').fix).toContain('CN=Password Settings Container');
    expect(health.tooMuch).toEqual([]);
  });

  it('prints commands that grant exactly what is missing', async () => {
    const { baseDn } = await unit(samba.baseDn);
    const before = await inspect('active-directory', samba, samba.service, { baseDn });
    expect(held(before)).toEqual(['read', 'read-policy']);
    for (const verb of ['reset-password', 'unlock-account', 'require-change']) {
      const [command, group, set, host, url, user, name, ...options] = await shellWords(fixParts(before.of(verb).fix ?? '').lines[0] ?? '');
      expect([command, group, set, host, url, user, name]).toEqual([
        'samba-tool',
        'dsacl',
        'set',
        '-H',
        `ldap://${samba.host}`,
        '-U',
        'Administrator',
      ]);
      await samba.sambaTool('dsacl', 'set', ...options);
    }
    const after = await inspect('active-directory', samba, samba.service, { baseDn });
    expect(after.rights).toEqual(allHeld);
    expect(after.tooMuch).toEqual([]);
  });

  it('tells rights over a part of the people from none', async () => {
    const outer = await samba.createOrganizationalUnit(uniqueName('rights'), samba.baseDn);
    const inner = await unit(outer);
    const left = await unit(outer);
    const sid = (await inspect('active-directory', samba, samba.service, { baseDn: outer }))
      .of('reset-password')
      .fix?.match(/S-1-5-21[-\d]+/);
    const sddl = `(OA;CIIO;CR;00299570-246d-11d0-a768-00aa006e0529;bf967aba-0de6-11d0-a285-00aa003049e2;${sid?.[0]})`;
    await samba.sambaTool('dsacl', 'set', `--objectdn=${inner.baseDn}`, `--sddl=${sddl}`);
    const health = await inspect('active-directory', samba, samba.service, { baseDn: outer });
    expect(health.of('reset-password')).toMatchObject({
      ok: true,
      problem: expect.stringContaining(`1 of 2 people looked at, such as ${left.personDn}`),
    });
    expect(health.of('reset-password').fix).toMatch(/^Narrow baseDn or peopleFilter .*\nsamba-tool/);
    expect(health.of('unlock-account').ok).toBe(false);
    // Never the advice to delegate the whole domain.
    const whole = await inspect('active-directory', samba, samba.readOnly, { baseDn: samba.baseDn });
    expect(whole.of('reset-password').fix).toContain(`--objectdn='OU=<people to serve>,${samba.baseDn}'`);
  });

  it('agrees with what the server does, also when a denial stands before the permission', async () => {
    const { baseDn, personDn } = await unit();
    const directory = open('active-directory', samba, samba.readOnly, { baseDn });
    const [person] = (await directory.search({ pageSize: 1 })).accounts;
    if (person === undefined) throw new Error('the person is not found');
    const said = async () => (await directory.health({ rights: true })).rights.find(({ verb }) => verb === 'reset-password');
    const done = async () => (await reset(directory, person, newPassword())).done;
    const first = await said();
    expect([first?.ok, await done()]).toEqual([false, false]);
    const sid = /S-1-5-21[-\d]+/.exec(first?.fix ?? '')?.[0];
    const set = (...entries: string[]) => samba.sambaTool('dsacl', 'set', `--objectdn=${personDn}`, `--sddl=${entries.join('')}`);
    await set(`(OA;;CR;00299570-246d-11d0-a768-00aa006e0529;;${sid})`);
    expect([(await said())?.ok, await done()]).toEqual([true, true]);
    await set('(OD;;CR;00299570-246d-11d0-a768-00aa006e0529;;WD)');
    expect([(await said())?.ok, await done()]).toEqual([false, false]);
  });

  it('warns of a domain administrator', async () => {
    const { baseDn } = await unit();
    const health = await inspect('active-directory', samba, samba.admin, { baseDn });
    expect(health.rights).toEqual(allHeld);
    const said = health.tooMuch.join('\n');
    expect(said).toContain('is the built-in account Administrator');
    expect(said).toMatch(/is a member of .*Domain Admins/);
    expect(said).toMatch(/further attributes of people: userAccountControl, servicePrincipalName, /);
  });

  it('warns of rights by which an account takes the domain over without resetting anybody', async () => {
    const { baseDn } = await unit();
    const [login, password] = [newLogin(), newPassword()];
    const { dn } = await samba.createUser({ login, password });
    const { stdout } = await samba.sambaTool('user', 'show', login, '--attributes=objectSid');
    const sid = /objectSid: (S-[-\d]+)/.exec(stdout)?.[1];
    const account = { name: dn, password };
    expect((await inspect('active-directory', samba, account, { baseDn })).tooMuch).toEqual([]);
    const granted = [
      [samba.baseDn, '(OA;;CR;1131f6ad-9c07-11d1-f79f-00c04fc2dcd2;;', 'may read the stored passwords of everybody'],
      [samba.baseDn, '(A;;WDWO;;;', 'may change the access list and the owner of the whole domain'],
      [`CN=AdminSDHolder,CN=System,${samba.baseDn}`, '(A;;WD;;;', 'may change the access list that all administrators get'],
      [`CN=Domain Admins,CN=Users,${samba.baseDn}`, '(OA;;WP;bf9679c0-0de6-11d0-a285-00aa003049e2;;', 'is a member of Domain Admins'],
      [`CN=Administrators,CN=Builtin,${samba.baseDn}`, '(A;;WP;;;', 'is a member of Administrators, Domain Admins'],
      [baseDn, '(OA;;CC;bf967aba-0de6-11d0-a285-00aa003049e2;;', `may add entries below ${baseDn}: user`],
      [baseDn, '(A;;DC;;;', `may delete entries below ${baseDn}`],
    ] as const;
    for (const [place, entry, sentence] of granted) {
      await samba.sambaTool('dsacl', 'set', `--objectdn=${place}`, `--sddl=${entry}${sid})`);
      const { tooMuch } = await inspect('active-directory', samba, account, { baseDn });
      expect(tooMuch.join('\n'), entry).toContain(sentence);
    }
  });

  it('warns of privileged accounts within reach, marked ones and members of groups', async () => {
    for (const mark of ['adminCount', 'group'] as const) {
      const { baseDn } = await unit();
      const attributes = mark === 'adminCount' ? { adminCount: '1' } : {};
      const { dn } = await samba.createUser({ login: newLogin(), password: newPassword(), parentDn: baseDn, attributes });
      if (mark === 'group') await samba.addMember(`CN=Backup Operators,CN=Builtin,${samba.baseDn}`, dn);
      const health = await inspect('active-directory', samba, samba.service, { baseDn });
      expect(health.rights, mark).toEqual(allHeld);
      expect(health.tooMuch, mark).toEqual([`The service account may reset the password of privileged accounts, such as ${dn}`]);
    }
  });

  it('does not take hidden groups for none', async () => {
    const { baseDn, personDn } = await unit();
    await samba.sambaTool('dsacl', 'set', `--objectdn=${personDn}`, '--sddl=(OD;;RP;b7c69e6d-2cc7-11d2-854e-00a0c983f608;;WD)');
    const health = await inspect('active-directory', samba, samba.service, { baseDn });
    expect(health.of('read')).toMatchObject({ ok: false, problem: expect.stringContaining('tokenGroups') });
    const directory = open('active-directory', samba, samba.service, { baseDn });
    const [person] = (await directory.search({ pageSize: 1 })).accounts;
    if (person === undefined) throw new Error('the person is not found');
    await expect(directory.isProtected(person)).rejects.toMatchObject({ code: 'directory.no-right' });
    await samba.remove(personDn);
  });

  it('does not take a hidden state for none, and prints the command that shows it', async () => {
    const { baseDn, personDn } = await unit();
    await samba.sambaTool('dsacl', 'set', `--objectdn=${personDn}`, '--sddl=(OD;;RP;4c164200-20c0-11d0-a768-00aa006e0529;;WD)');
    const health = await inspect('active-directory', samba, samba.service, { baseDn });
    expect(health.of('read')).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/userAccountControl.*accountExpires.*may not be read$/),
      fix: expect.stringMatching(/\nsamba-tool dsacl set .*\(OA;CIIO;RP;4c164200-20c0-11d0-a768-00aa006e0529;/),
    });
    await samba.remove(personDn);
  });

  it('says that there is nobody, and asks nothing unless told to', async () => {
    const baseDn = await samba.createOrganizationalUnit(uniqueName('rights'));
    const health = await inspect('active-directory', samba, samba.service, { baseDn });
    expect(health.of('read')).toMatchObject({ ok: false, problem: `no unprotected person is found below ${baseDn}` });
    expect(health.of('reset-password').ok).toBeNull();
    expect(health.of('read-policy').ok).toBe(true);
    expect(await open('active-directory', samba, samba.service, { baseDn }).health()).toMatchObject({ rights: [], tooMuch: [] });
  });
});

describe('OpenLDAP', () => {
  it('finds the delegated account able to do its task and nothing else, and changes nothing by looking', async () => {
    const slapd = await sharedSlapd();
    const baseDn = await slapd.createOrganizationalUnit(uniqueName('rights'));
    const { dn } = await slapd.createUser({ login: newLogin(), password: newPassword(), parentDn: baseDn });
    const locked = await slapd.createUser({ login: newLogin(), password: newPassword(), parentDn: baseDn, mustChange: true });
    await slapd.lockUser(locked);
    // An entry that happens to hold the very values that are asked to be taken away.
    const odd = await slapd.createUser({ login: newLogin(), password: newPassword(), parentDn: baseDn });
    await slapd.modify(odd.dn, { pwdReset: 'FALSE', pwdAccountLockedTime: '19700101000001Z' });
    const read = () => Promise.all([dn, locked.dn, odd.dn].map((entry) => slapd.read(entry, ['*', '+'])));
    const before = await read();
    for (const account of [slapd.service, slapd.admin]) {
      const health = await inspect('openldap', slapd, account, { baseDn });
      expect(health.rights).toEqual(allHeld);
      if (account === slapd.service) expect(health.tooMuch).toEqual([]);
    }
    expect(await read()).toEqual(before);
  });

  it('says what a reading account lacks, with the access rule', async () => {
    const slapd = await sharedSlapd();
    const baseDn = await slapd.createOrganizationalUnit(uniqueName('rights'));
    const { dn } = await slapd.createUser({ login: newLogin(), password: newPassword(), parentDn: baseDn });
    const health = await inspect('openldap', slapd, slapd.readOnly, { baseDn });
    expect(held(health)).toEqual(['read', 'read-policy']);
    expect(health.of('reset-password')).toMatchObject({
      ok: false,
      problem: `the right to write userPassword is missing on 1 of 1 people looked at, such as ${dn}`,
      fix: expect.stringContaining(
        `\naccess to dn.subtree="${baseDn}" attrs=userPassword by dn.exact="${slapd.readOnly.name}" =w by self =xw by anonymous auth by * none\n`,
      ),
    });
    expect(health.tooMuch).toEqual([]);
  });

  it('warns of the root DN', async () => {
    const slapd = await sharedSlapd();
    const baseDn = await slapd.createOrganizationalUnit(uniqueName('rights'));
    await slapd.createUser({ login: newLogin(), password: newPassword(), parentDn: baseDn });
    const health = await inspect('openldap', slapd, slapd.admin, { baseDn });
    expect(health.tooMuch.join('\n')).toContain('may read stored passwords: userPassword');
    expect(health.tooMuch.join('\n')).toContain('root DN');
  });

  it('warns of the manage right, which lifts the policy', async () => {
    const slapd = await startSlapd();
    try {
      const person = `uid=alice,${slapd.peopleDn}`;
      const before = await slapd.read(person, ['*', '+']);
      expect((await inspect('openldap', slapd, slapd.service, {})).tooMuch).toEqual([]);
      await slapd.halt();
      const file = join(dirname(dirname(slapd.caFile)), 'slapd.conf');
      writeFileSync(file, readFileSync(file, 'utf8').replace(' =w\n', ' =wm\n'));
      await slapd.restart();
      const health = await inspect('openldap', slapd, slapd.service, {});
      expect(health.of('reset-password').ok).toBe(true);
      expect(health.tooMuch).toEqual([expect.stringContaining('manage right on userPassword')]);
      expect(await slapd.read(person, ['*', '+'])).toEqual(before);
    } finally {
      await slapd.stop();
    }
  });

  it('sees policies under which a right is of no use', async () => {
    const slapd = await startSlapd();
    try {
      for (const name of ['default', 'strict']) {
        await slapd.modify(`cn=${name},ou=policies,dc=example,dc=test`, { pwdSafeModify: 'TRUE', pwdMustChange: 'FALSE' });
      }
      const health = await inspect('openldap', slapd, slapd.service, {});
      expect(health.of('reset-password')).toMatchObject({ ok: false, problem: expect.stringContaining('pwdSafeModify') });
      expect(health.of('require-change')).toMatchObject({ ok: true, problem: expect.stringContaining('pwdMustChange') });
    } finally {
      await slapd.stop();
    }
  });
});

describe('389 Directory Server', () => {
  it('finds the delegated account able to do its task and nothing else', async () => {
    const server = await sharedDs389();
    const baseDn = await server.createOrganizationalUnit(uniqueName('rights'));
    const { dn } = await server.createUser({ login: newLogin(), password: newPassword(), parentDn: baseDn });
    const before = await server.read(dn, ['*', '+']);
    const health = await inspect('389ds', server, server.service, { baseDn });
    expect(health.rights).toEqual(allHeld);
    expect(health.tooMuch).toEqual([]);
    expect(await server.read(dn, ['*', '+'])).toEqual(before);
  });

  it('prints access rules that grant exactly what a reading account lacks', async () => {
    const server = await sharedDs389();
    const baseDn = await server.createOrganizationalUnit(uniqueName('rights'));
    await server.createUser({ login: newLogin(), password: newPassword(), parentDn: baseDn });
    const health = await inspect('389ds', server, server.readOnly, { baseDn });
    expect(held(health)).toEqual(['read']);
    expect(health.tooMuch).toEqual([]);
    const [line = ''] = fixParts(health.of('reset-password').fix ?? '').lines;
    // As it is printed; only the password is not asked for.
    const asked = line.replace(' -W ', ` -w ${shellWord(server.admin.password)} `);
    expect(asked).not.toBe(line);
    await promisify(execFile)('sh', ['-c', asked], { env: { ...process.env, LDAPTLS_CACERT: server.caFile } });
    const after = await inspect('389ds', server, server.readOnly, { baseDn });
    expect(held(after)).toEqual(['read', 'reset-password', 'unlock-account', 'require-change']);
    expect(after.tooMuch).toEqual([]);
  });

  it.each([...new Set(Object.values(WRITTEN).flat())])(
    'misses the right to write %s for each verb that writes it, and for no other',
    async (missing) => {
      const server = await sharedDs389();
      const baseDn = await server.createOrganizationalUnit(uniqueName('rights'));
      await server.createUser({ login: newLogin(), password: newPassword(), parentDn: baseDn });
      const whole = aciValue(acisFor({ baseDn, serviceAccount: server.readOnly }).write);
      const names = new Set<string>(Object.values(WRITTEN).flat());
      names.delete(missing);
      const less = whole.replace(/^\(targetattr="[^"]*"\)/, `(targetattr="${[...names].join(' || ')}")`);
      expect(less).not.toBe(whole);
      await server.modify(baseDn, { aci: less });
      const health = await inspect('389ds', server, server.readOnly, { baseDn });
      const writing = Object.entries(WRITTEN).filter(([, written]) => (written as readonly string[]).includes(missing));
      expect(health.rights.filter(({ ok, verb }) => ok !== true && verb in WRITTEN).map(({ verb }) => verb)).toEqual(
        writing.map(([verb]) => verb),
      );
      for (const [verb] of writing) expect(health.of(verb).problem).toContain(missing);
      expect(health.tooMuch).toEqual([]);
    },
  );

  it('warns of a password administrator, by itself or by a group', async () => {
    const server = await startDs389();
    try {
      const group = await server.createGroup('password-administrators', [server.service.dn]);
      for (const administrators of [server.service.dn, group]) {
        await server.modify('cn=config', { passwordAdminDN: administrators });
        const health = await inspect('389ds', server, server.service, { baseDn: server.peopleDn });
        expect(health.tooMuch, administrators).toContain(
          'The service account is a password administrator (passwordAdminDN): no password policy holds on its resets',
        );
      }
      await server.modify('cn=config', { passwordAdminDN: await server.createGroup('others', [server.readOnly.dn]) });
      expect((await inspect('389ds', server, server.service, { baseDn: server.peopleDn })).tooMuch).toEqual([]);
    } finally {
      await server.stop();
    }
  });

  it('warns of the Directory Manager', async () => {
    const server = await sharedDs389();
    const baseDn = await server.createOrganizationalUnit(uniqueName('rights'));
    await server.createUser({ login: newLogin(), password: newPassword(), parentDn: baseDn });
    const health = await inspect('389ds', server, server.admin, { baseDn });
    expect(health.rights).toEqual(allHeld);
    const said = health.tooMuch.join('\n');
    for (const words of ['is the Directory Manager', 'stored passwords: userPassword', 'nsAccountLock', 'delete them']) {
      expect(said).toContain(words);
    }
  });
});

describe('another LDAP server', () => {
  it('claims to know nothing that cannot be asked', async () => {
    const slapd = await sharedSlapd();
    const health = await inspect('ldap', slapd, slapd.service, { disabledPeople: 'not-told' });
    expect(held(health)).toEqual(['read']);
    expect(health.rights.filter(({ ok }) => ok === false)).toEqual([]);
    expect(health.of('reset-password').problem).toContain('without writing');
  });
});
