import { join } from 'node:path';
import type { LdapSettings } from '../../src/core/configuration/directory-section.ts';
import { run } from '../servers/processes.ts';
import { startSamba } from '../servers/samba.ts';
import type { Harness, NewAccount, TestAccount } from './harness.ts';
import { asTestAccount, commonAttributes, createOpener, ldapSettings } from './harness-ldap.ts';
import { createMovableClock, newLogin, newPassword } from './samples.ts';

/** Samba as Active Directory. It has no policy-hints control, so a plain reset knows neither history nor minimum age. */
export async function createActiveDirectoryHarness(historyOnReset: 'policy-hints' | 'two-step' = 'policy-hints'): Promise<Harness> {
  const server = await startSamba();
  const clock = createMovableClock();
  const opener = createOpener(clock, server);
  const identifiers = ['sAMAccountName', 'userPrincipalName', 'mail', 'employeeNumber'];
  const settings = (changes: Partial<LdapSettings> = {}): LdapSettings =>
    ldapSettings('active-directory', server, { identifiers, historyOnReset, ...changes });
  const directory = opener.open(settings());

  let precedence = 100;
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
      disabled: options.disabled ?? false,
      attributes: { ...commonAttributes(options), ...(options.ended === true ? { accountExpires: '132500000000000000' } : {}) },
      ...(options.outside === true ? { parentDn: `OU=Outside,${server.baseDn}` } : {}),
    });
    precedence += 1;
    const name = `pso-${login}`;
    if (options.policy === 'strict') {
      await server.createPasswordSettings({ name, precedence, minLength: 16, lockoutThreshold: 3, appliesTo: [dn] });
    }
    if (options.policy === 'minimum-age') await server.createPasswordSettings({ name, precedence, minAgeDays: 1, appliesTo: [dn] });
    let member = dn;
    for (const group of options.groups ?? []) {
      const groupDn = `CN=${group},${server.peopleDn}`;
      const known = member;
      await server.addMember(groupDn, known).catch(() => server.createGroup(group, [known]));
      member = groupDn;
    }
    return asTestAccount(directory, { login, password, dn });
  };

  return {
    kind: 'active-directory',
    directory,
    clock,
    facts: {
      minimumLength: 10,
      lockoutThreshold: 5,
      lengthUnit: 'utf16-units',
      policyKnown: true,
      historyOnReset: historyOnReset === 'two-step' ? 'two-step' : 'not-enforced',
      minimumAgeOnReset: 'not-enforced',
      simplePassword: 'password.not-complex',
      resetUnlocks: false,
      expiredCanChange: true,
      statusKnown: true,
      unlocks: true,
      states: {
        mustChange: { valid: false, reason: 'credentials.must-change', passwordWasRight: true },
        disabled: { valid: false, reason: 'credentials.disabled', passwordWasRight: true },
        // AD answers so with the password unlooked at: it proves nothing.
        ended: { valid: false, reason: 'credentials.account-expired', passwordWasRight: false },
        expired: { valid: false, reason: 'credentials.password-expired', passwordWasRight: true },
      },
    },
    createAccount,
    async expiredAccount() {
      const account = await createAccount();
      const base = `DC=${server.realm.split('.').join(',DC=')}`.toUpperCase();
      const partition = join(server.smbConfFile, '..', '..', 'private', 'sam.ldb.d', `${base}.ldb`);
      await server.halt();
      await run('ldbmodify', ['-H', partition], {
        input: `dn: ${account.dn}\nchangetype: modify\nreplace: pwdLastSet\npwdLastSet: 132500000000000000\n`,
      });
      await server.restart();
      return account;
    },
    async lock(account) {
      const pso = (await server.read(account.dn, ['msDS-ResultantPSO']))['msDS-ResultantPSO']?.[0] ?? '';
      const name = `${account.login}@${server.realm.toLowerCase()}`;
      await server.lockUser({ userPrincipalName: name }, pso.includes(account.login) ? 3 : 5);
    },
    async clientLogin(account, password) {
      const smb = await server.ntlmLogin(account.login, password);
      const kerberos = await server.kerberosLogin(account.login, password);
      if (smb !== kerberos) throw new Error(`SMB says ${smb}, Kerberos says ${kerberos}`);
      return smb;
    },
    async crowd() {
      const names = Array.from({ length: 1050 }, () => newLogin('crowd')).join(' ');
      // Samba's modules belong to the system's own Python.
      await run('/usr/bin/python3', ['-c', crowdScript, server.smbConfFile, server.peopleDn], { input: names });
    },
    open: (changes, secrets) => opener.open(settings(changes), secrets),
    ldap: {
      server,
      settings: settings(),
      readOnlyAccount: server.readOnly,
      ldapUrl: server.ldapUrl,
      host: server.host,
      port: 636,
      startExpired: () => startSamba({ expiredCertificate: true }),
    },
    async close() {
      await opener.close();
      await server.stop();
    },
  };
}

/** Over LDAP each account would be a transaction of its own and the thousand of them ten seconds. */
const crowdScript = `
import sys
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB
lp = LoadParm()
lp.load(sys.argv[1])
db = SamDB(lp=lp, session_info=system_session())
db.transaction_start()
for name in sys.stdin.read().split():
    db.add({'dn': 'CN=%s,%s' % (name, sys.argv[2]), 'objectClass': 'user', 'sAMAccountName': name, 'sn': 'Crowd'})
db.transaction_commit()
`;
