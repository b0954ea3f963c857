import type { LdapSettings } from '../../src/core/configuration/directory-section.ts';
import { withLdap } from '../servers/ldap-session.ts';
import { type SlapdServer, startSlapd } from '../servers/slapd.ts';
import { policyDn } from '../servers/slapd-seed.ts';
import type { Harness, NewAccount, TestAccount } from './harness.ts';
import { asTestAccount, commonAttributes, createOpener, ldapLogin, ldapSettings } from './harness-ldap.ts';
import { createMovableClock, eventually, newLogin, newPassword } from './samples.ts';

const policies = { default: 'default', strict: 'strict', 'minimum-age': 'minage' } as const;

/** OpenLDAP with ppolicy, seen as kind `openldap`, or as any LDAP server (kind `ldap`), which knows less. */
export async function createOpenldapHarness(kind: 'openldap' | 'ldap'): Promise<Harness> {
  const server = await startSlapd();
  const clock = createMovableClock();
  const opener = createOpener(clock, server);
  const identifiers = ['uid', 'mail', 'employeeNumber'];
  const settings = (changes: Partial<LdapSettings> = {}): LdapSettings =>
    ldapSettings(kind, server, {
      identifiers,
      ...(kind === 'ldap' ? { disabledPeople: 'not-told', expiredPassword: 'proves-the-password' } : {}),
      ...changes,
    });
  const directory = opener.open(settings());

  const createAccount = async (options: NewAccount = {}): Promise<TestAccount> => {
    const login = options.login ?? newLogin();
    const password = newPassword();
    const { dn } = await server.createUser({
      login,
      password,
      givenName: 'Ada',
      surname: options.surname ?? login,
      mail: `${login}@example.test`,
      mobile: '+15550100099',
      mustChange: options.mustChange ?? false,
      policyDn: policyDn(policies[options.policy ?? 'default']),
      attributes: {
        ...commonAttributes(options),
        ...(options.disabled === true ? { pwdAccountLockedTime: '000001010000Z' } : {}),
        ...(options.ended === true ? { pwdEndTime: '20200101000000Z' } : {}),
      },
      ...(options.outside === true ? { parentDn: `ou=outside,${server.baseDn}` } : {}),
    });
    await createGroups(server, dn, options.groups ?? []);
    return asTestAccount(directory, { login, password, dn });
  };

  const known = kind === 'openldap';
  return {
    kind,
    directory,
    clock,
    facts: {
      minimumLength: known ? 10 : 0,
      lockoutThreshold: known ? 5 : 0,
      lengthUnit: 'octets',
      policyKnown: known,
      historyOnReset: 'enforced',
      minimumAgeOnReset: 'enforced',
      simplePassword: null,
      resetUnlocks: true,
      expiredCanChange: false,
      statusKnown: known,
      unlocks: known,
      states: {
        mustChange: { valid: true, warning: 'must-change' },
        // The server says "locked" to all of these; only who can read the entry knows why.
        disabled: { valid: false, reason: known ? 'credentials.disabled' : 'credentials.locked', passwordWasRight: false },
        ended: { valid: false, reason: known ? 'credentials.account-expired' : 'credentials.locked', passwordWasRight: false },
        expired: { valid: false, reason: 'credentials.password-expired', passwordWasRight: true },
      },
    },
    createAccount,
    async expiredAccount() {
      const account = await createAccount();
      await server.modify(account.dn, { pwdPolicySubentry: policyDn('expiring') });
      // The policy ends passwords after three seconds and then lets them in twice more.
      await eventually(async () => !(await server.canBind(account.dn, account.password)));
      return account;
    },
    async lock(account) {
      await server.lockUser(
        account,
        (await server.read(account.dn, ['pwdPolicySubentry'])).pwdPolicySubentry?.[0] === policyDn('strict') ? 3 : 5,
      );
    },
    clientLogin: (account, password) => ldapLogin(server, account.dn, password),
    crowd: () => createCrowd(server),
    open: (changes, secrets) => opener.open(settings(changes), secrets),
    ldap: {
      server,
      settings: settings(),
      readOnlyAccount: server.readOnly,
      ldapUrl: server.ldapUrl,
      host: server.host,
      port: Number(new URL(server.url).port),
      startExpired: () => startSlapd({ expiredCertificate: true }),
    },
    async close() {
      await opener.close();
      await server.stop();
    },
  };
}

/** Puts an account into the first group, and each group into the next. */
export async function createGroups(
  server: Pick<SlapdServer, 'createGroup' | 'modify' | 'read' | 'groupsDn'>,
  dn: string,
  names: readonly string[],
): Promise<void> {
  let member = dn;
  for (const name of names) {
    const groupDn = `cn=${name},${server.groupsDn}`;
    const members = await server.read(groupDn, ['member']).then(
      (entry) => entry.member ?? [],
      () => [],
    );
    if (members.length === 0) await server.createGroup(name, [member]);
    else await server.modify(groupDn, { member: [...members, member] });
    member = groupDn;
  }
}

/** 1,050 people with the surname Crowd, over one connection. */
export async function createCrowd(server: Pick<SlapdServer, 'admin' | 'url' | 'caPem' | 'peopleDn'>): Promise<void> {
  await withLdap({ ...server.admin, url: server.url, caPem: server.caPem }, async (client) => {
    for (let batch = 0; batch < 21; batch += 1) {
      const names = Array.from({ length: 50 }, () => newLogin('crowd'));
      const add = (uid: string): Promise<void> =>
        client.add(`uid=${uid},${server.peopleDn}`, { objectClass: 'inetOrgPerson', uid, cn: `Member ${uid}`, sn: 'Crowd' });
      await Promise.all(names.map(add));
    }
  });
}
