import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpener, ldapSettings } from '../../../test/conformance/harness-ldap.ts';
import { createMovableClock, newLogin, newPassword } from '../../../test/conformance/samples.ts';
import { reset } from '../../../test/conformance/write.ts';
import { type SlapdServer, startSlapd } from '../../../test/servers/slapd.ts';
import { slapdDns } from '../../../test/servers/slapd-configuration.ts';
import { policyDn } from '../../../test/servers/slapd-seed.ts';
import type { Account, Directory } from '../../core/ports/directory.ts';

const clock = createMovableClock();
const other = 'dc=other,dc=test';

/** Another tree with a policy of its own, twenty characters. */
const otherLdif = `dn: ${other}
objectClass: domain
dc: other

dn: cn=default,${other}
objectClass: device
objectClass: pwdPolicy
cn: default
pwdAttribute: userPassword
pwdCheckQuality: 2
pwdMinLength: 20

dn: uid=otto,${other}
objectClass: inetOrgPerson
uid: otto
cn: Otto
sn: Other
`;

const config = `database config
access to * by dn.exact="${slapdDns.service}" read by * none`;

async function ask(directory: Directory, login: string, length: number) {
  const [account] = await directory.findAccounts(login);
  const ref = account as Account;
  const { minimumLength } = await directory.readPolicy(ref);
  const exact = newPassword().padEnd(length, 'k').slice(0, length);
  const shorter = await reset(directory, ref, exact.slice(0, -1));
  return { minimumLength, shorter, exact: await reset(directory, ref, exact) };
}

describe.each([
  ['without a right to read cn=config', []],
  ['with cn=config to read', [config]],
] as const)('two databases, each with a default policy, %s', (_, globalLines) => {
  let slapd: SlapdServer;
  const closers: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const lines = [
      `access to * by dn.exact="${slapdDns.service}" read by anonymous auth`,
      'overlay ppolicy',
      `ppolicy_default cn=default,${other}`,
    ];
    slapd = await startSlapd({ globalLines, otherDatabase: { suffix: other, lines, ldif: otherLdif } });
  });
  afterAll(async () => {
    for (const close of closers) await close();
    await slapd?.stop();
  });

  function open(baseDn: string): Directory {
    const opener = createOpener(clock, slapd);
    closers.push(() => opener.close());
    return opener.open(ldapSettings('openldap', slapd, { baseDn }));
  }

  it('the policy of the database that holds the person is shown, and it is the one in force', async () => {
    const login = newLogin();
    await slapd.createUser({ login, password: newPassword() });
    const answer = await ask(open(slapd.baseDn), login, 10);
    expect(answer).toMatchObject({ minimumLength: 10, shorter: { refusal: 'password.too-short' }, exact: { done: true } });
    expect((await open(other).findAccounts('otto')).length).toBe(1);
    const [otto] = await open(other).findAccounts('otto');
    expect((await open(other).readPolicy(otto as Account)).minimumLength).toBe(20);
  });

  it('a policy of the person’s own comes first', async () => {
    const login = newLogin();
    await slapd.createUser({ login, password: newPassword(), policyDn: policyDn('strict') });
    const answer = await ask(open(slapd.baseDn), login, 16);
    expect(answer).toMatchObject({ minimumLength: 16, shorter: { refusal: 'password.too-short' }, exact: { done: true } });
  });
});

describe('what the service account may not see', () => {
  const service = `by dn.exact="${slapdDns.service}"`;
  const people = `dn.subtree="${slapdDns.people}"`;
  /** The state may be written and not read: what is there cannot be known. */
  const blind = [
    `access to ${people} attrs=userPassword ${service} =w by self =xw by anonymous auth by * none`,
    `access to ${people} attrs=pwdReset,pwdAccountLockedTime ${service} =w by * none`,
    `access to attrs=userPassword by self =xw by anonymous auth by * none`,
    'access to * by users read',
  ];
  let slapd: SlapdServer;
  let directory: Directory;
  let opener: ReturnType<typeof createOpener>;

  beforeAll(async () => {
    slapd = await startSlapd({ accessLines: blind });
    opener = createOpener(clock, slapd);
    directory = opener.open(ldapSettings('openldap', slapd));
  });
  afterAll(async () => {
    await opener?.close();
    await slapd?.stop();
  });

  it('is not known: neither locked nor not, and nothing is written that could lift a lock', async () => {
    const login = newLogin();
    const { dn } = await slapd.createUser({ login, password: newPassword(), attributes: { pwdAccountLockedTime: '000001010000Z' } });
    const [account] = await directory.findAccounts(login);
    expect(await directory.readStatus(account as Account)).toMatchObject({ locked: null, disabled: null, accountExpired: null });
    expect(await reset(directory, account as Account, newPassword())).toMatchObject({
      refusal: 'account.no-right',
      detail: expect.stringContaining('pwdAccountLockedTime'),
    });
    expect((await slapd.read(dn, ['pwdAccountLockedTime'])).pwdAccountLockedTime).toEqual(['000001010000Z']);
  });

  it('is told by doctor with the access rule', async () => {
    const { rights } = await directory.health({ rights: true });
    expect(rights.find(({ verb }) => verb === 'read')).toMatchObject({
      ok: false,
      problem: expect.stringContaining('locked, disabled or has ended'),
      fix: expect.stringContaining('attrs=pwdReset,pwdAccountLockedTime'),
    });
  });
});

it('doctor tells which policies have a minimum age, and whose password lives elsewhere too', async () => {
  const slapd = await startSlapd();
  const opener = createOpener(clock, slapd);
  try {
    const baseDn = await slapd.createOrganizationalUnit(newLogin('unit'));
    const directory = opener.open(ldapSettings('openldap', slapd, { baseDn, groupBaseDn: slapd.groupsDn, protected: {} }));
    const person = () => slapd.createUser({ login: newLogin(), password: newPassword(), parentDn: baseDn });
    const notes = async () => (await directory.health({ rights: true })).notes.map(({ text }) => text).join('\n');
    const first = await person();
    expect(await notes()).not.toMatch(/shadowLastChange|Nobody under the policy/);
    await slapd.modify(first.dn, { objectClass: ['inetOrgPerson', 'shadowAccount'] });
    await slapd.modify(slapd.admin.dn.replace(/^cn=admin/, 'cn=default,ou=policies'), { pwdMinAge: '86400' });
    await person();
    clock.forward(60_000);
    expect(await notes()).toContain(
      `shadowLastChange (RFC 2307), so hosts may call the new password aged: 1 of 2 people looked at, such as ${first.dn}`,
    );
    expect(await notes()).toContain('Nobody under the policy default can recover a password that was set within the last 24 hours');
  } finally {
    await opener.close();
    await slapd.stop();
  }
});
