import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newLogin } from '../conformance/samples.ts';
import { reset } from '../conformance/write.ts';
import { sharedSlapd } from '../servers/shared-servers.ts';
import type { SlapdDirectory } from '../servers/slapd.ts';
import { slapdDns } from '../servers/slapd-configuration.ts';
import { prove, startJourney } from './journey-client.ts';
import { type RealDirectory, type RealPerson, reachRealDirectory } from './real-directories.ts';
import { type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const NEW = 'Second-Passw0rd-ever';

/** slapd demands the old password under a policy with pwdSafeModify, also of the service account: nobody under it can recover one. */
describe.each([
  ['openldap', {}],
  ['ldap', { kind: 'ldap', disabledPeople: 'not-told' }],
] as const)('pwdSafeModify, kind %s', (kind, changes) => {
  let slapd: SlapdDirectory;
  let directory: RealDirectory;
  let keyturn: Keyturn;
  let unit: string;
  let policy: string;

  beforeAll(async () => {
    slapd = await sharedSlapd();
    unit = await slapd.createOrganizationalUnit(newLogin('unit'));
    const cn = newLogin('policy');
    policy = `cn=${cn},${slapdDns.policies}`;
    const rules = { pwdAttribute: 'userPassword', pwdSafeModify: 'TRUE', pwdLockout: 'TRUE', pwdMaxFailure: '3' };
    await slapd.add(policy, { objectClass: ['device', 'pwdPolicy'], cn, ...rules });
    directory = await reachRealDirectory('openldap', { ...changes, baseDn: unit, groupBaseDn: slapd.groupsDn, protected: {} });
    keyturn = await startKeyturn({ directories: [directory.section] });
  });
  afterAll(async () => {
    await keyturn?.close();
    await directory?.proxy.stop();
  });

  async function person(policyDn?: string): Promise<RealPerson> {
    const login = newLogin();
    const user = { login, password: 'First-Passw0rd-ever', parentDn: unit, ...(policyDn === undefined ? {} : { policyDn }) };
    const { dn } = await slapd.createUser(user);
    return { login, password: user.password, mail: `${login}@work.example.test`, dn };
  }

  const rightToReset = async () => {
    const { rights } = await keyturn.deps.directories.get('people').health({ rights: true });
    return rights.find(({ verb }) => verb === 'reset-password');
  };

  it('nobody is asked for proofs of what will be refused, and doctor names the line to change', async () => {
    const owner = await person(policy);
    const { account } = await keyturn.enrol(owner.login);
    await startJourney(keyturn.url, owner.login);
    await until(async () => {
      const rows = await keyturn.deps.store.audit.read(0, 100_000);
      return rows.some(({ data }) => data.includes(account.id) && data.includes('directory-trouble'));
    }, 'the refusal in the audit');
    expect(await rightToReset()).toMatchObject({
      ok: false,
      problem: expect.stringContaining(`${policy} demands the old password for every new one (pwdSafeModify)`),
      fix: `Set pwdSafeModify: FALSE in ${policy}`,
    });
  });

  it('the server’s refusal is one of the installation, and none of the password', async () => {
    const owner = await person(policy);
    const people = keyturn.deps.directories.get('people');
    const [account] = await people.findAccounts(owner.login);
    if (account === undefined) throw new Error('not found');
    expect(await reset(people, account, NEW)).toMatchObject({ done: false, refusal: 'account.no-right' });
    expect(await slapd.canBind(owner.dn, owner.password)).toBe(true);
  });

  it('others of the directory are served, and doctor tells how many are not', async () => {
    const owner = await person();
    const enrolled = await keyturn.enrol(owner.login);
    const client = await startJourney(keyturn.url, owner.login);
    await prove(keyturn, client, enrolled);
    await client.answer({ password: NEW });
    expect(client.at('done').results).toMatchObject([{ outcome: 'password-reset' }]);
    expect(await rightToReset()).toMatchObject({
      ok: kind === 'openldap' ? true : null,
      problem: expect.stringMatching(/pwdSafeModify.*2 of 3 people looked at/),
    });
  });

  it('an unlock needs no password, and is offered where the kind can unlock', async () => {
    const owner = await person(policy);
    const enrolled = await keyturn.enrol(owner.login);
    if (kind === 'ldap') {
      await expect(startJourney(keyturn.url, owner.login, 'unlock-account')).rejects.toThrow();
      return;
    }
    await slapd.lockUser(owner);
    const client = await startJourney(keyturn.url, owner.login, 'unlock-account');
    await prove(keyturn, client, enrolled);
    client.at('confirm-unlock');
    await client.answer({ confirm: true });
    expect(client.at('done').results).toMatchObject([{ outcome: 'unlocked' }]);
    expect(await slapd.canBind(owner.dn, owner.password)).toBe(true);
  });
});
