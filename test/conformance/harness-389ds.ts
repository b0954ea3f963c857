import type { LdapSettings } from '../../src/core/configuration/directory-section.ts';
import { type Ds389Server, startDs389 } from '../servers/ds389.ts';
import type { Harness, NewAccount, PolicyName, TestAccount } from './harness.ts';
import { asTestAccount, commonAttributes, createOpener, ldapLogin, ldapSettings } from './harness-ldap.ts';
import { createCrowd, createGroups } from './harness-openldap.ts';
import { createMovableClock, newLogin, newPassword } from './samples.ts';

const day = '86400';

/** 389 Directory Server with the right to read its global policy, as the handbook asks for. */
export async function create389dsHarness(): Promise<Harness> {
  const server = await startDs389();
  await prepare(server);
  const clock = createMovableClock();
  const opener = createOpener(clock, server);
  const identifiers = ['uid', 'mail', 'employeeNumber'];
  const settings = (changes: Partial<LdapSettings> = {}): LdapSettings => ldapSettings('389ds', server, { identifiers, ...changes });
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
      attributes: {
        ...commonAttributes(options),
        ...(options.disabled === true ? { nsAccountLock: 'true' } : {}),
        ...(options.policy === undefined || options.policy === 'default'
          ? {}
          : { pwdpolicysubentry: localPolicyDn(server, options.policy) }),
      },
      ...(options.outside === true ? { parentDn: `ou=outside,${server.baseDn}` } : {}),
    });
    if (options.policy === 'minimum-age') await server.modify(dn, { passwordAllowChangeTime: tomorrow() });
    await createGroups(server, dn, options.groups ?? []);
    return asTestAccount(directory, { login, password, dn });
  };

  return {
    kind: '389ds',
    directory,
    clock,
    facts: {
      minimumLength: 10,
      lockoutThreshold: 5,
      lengthUnit: 'code-points',
      policyKnown: true,
      historyOnReset: 'enforced',
      minimumAgeOnReset: 'enforced',
      simplePassword: 'password.not-complex',
      resetUnlocks: true,
      expiredCanChange: false,
      statusKnown: true,
      unlocks: true,
      states: {
        mustChange: { valid: true, warning: 'must-change' },
        disabled: { valid: false, reason: 'credentials.disabled', passwordWasRight: false },
        ended: { none: 'the server has no end date of an account; administrators set nsAccountLock' },
        expired: { valid: false, reason: 'credentials.password-expired', passwordWasRight: true },
      },
    },
    createAccount,
    async expiredAccount() {
      const account = await createAccount();
      await server.modify(account.dn, { passwordExpirationTime: '20200101000000Z' });
      return account;
    },
    async lock(account) {
      const local = (await server.read(account.dn, ['pwdpolicysubentry'])).pwdpolicysubentry?.[0] ?? '';
      await server.lockUser(account, local.includes('strict') ? 3 : 5);
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
      startExpired: () => startDs389({ expiredCertificate: true }),
    },
    async close() {
      await opener.close();
      await server.stop();
    },
  };
}

function localPolicyDn(server: Ds389Server, name: PolicyName): string {
  return `cn=${name},cn=nsPwPolicyContainer,${server.peopleDn}`;
}

async function prepare(server: Ds389Server): Promise<void> {
  await server.modify('cn=config', { passwordTrackUpdateTime: 'on' });
  // The suite wants people whom the service account finds and may do nothing with.
  const seeing = `(targetattr!="userPassword")(version 3.0; acl "sees them"; allow (read,search,compare) userdn="ldap:///${server.service.dn}";)`;
  await server.modify(`ou=outside,${server.baseDn}`, { aci: seeing });
  await server.add(`cn=nsPwPolicyContainer,${server.peopleDn}`, { objectClass: 'nsContainer', cn: 'nsPwPolicyContainer' });
  const common = {
    objectClass: ['ldapsubentry', 'passwordPolicy'],
    passwordCheckSyntax: 'on',
    passwordHistory: 'on',
    passwordInHistory: '24',
    passwordTrackUpdateTime: 'on',
    passwordLockout: 'on',
    passwordLockoutDuration: '1800',
    passwordResetFailureCount: '1800',
  };
  const policies = {
    strict: { ...common, passwordMinLength: '16', passwordMaxFailure: '3' },
    'minimum-age': { ...common, passwordMinLength: '10', passwordMinAge: day, passwordMaxFailure: '5' },
  };
  for (const [name, policy] of Object.entries(policies)) {
    await server.add(localPolicyDn(server, name as PolicyName), { ...policy, cn: name });
  }
}

/** The server writes this with each password set by a person or a service, but not with those that the root account sets. */
function tomorrow(): string {
  return `${new Date(Date.now() + 86_400_000).toISOString().replace(/\D/g, '').slice(0, 14)}Z`;
}
