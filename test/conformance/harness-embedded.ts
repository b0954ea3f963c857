import { randomBytes } from 'node:crypto';
import { directorySchema } from '../../src/core/configuration/directory-section.ts';
import type { Directory } from '../../src/core/ports/directory.ts';
import { createDirectory } from '../../src/directory/create-directory.ts';
import { createEmbeddedAccount } from '../../src/directory/embedded/create-embedded-account.ts';
import { createStore } from '../../src/store/create-store.ts';
import type { Harness, PolicyName, TestAccount } from './harness.ts';
import { createMovableClock, newLogin, newPassword } from './samples.ts';
import { directoryDeps, random } from './test-deps.ts';

const day = 86_400_000;

/** The embedded directory on SQLite. It has one policy for everybody, so each policy of the suite is a directory of its own. */
export async function createEmbeddedHarness(): Promise<Harness> {
  const clock = createMovableClock();
  const deps = directoryDeps(clock, {});
  const sealingKey = { id: 'test', key: randomBytes(32) };
  const store = await createStore({ url: 'sqlite::memory:', sealingKeys: [sealingKey], log: deps.log });
  const accounts = store.embedded;
  const open = (id: string, policy: Record<string, number | null>): Directory =>
    createDirectory(
      directorySchema.parse({ kind: 'embedded', id, label: 'People', policy, protected: { groups: ['Admins'], logins: ['kept'] } }),
      { ...deps, accounts },
    );
  const directories: Record<PolicyName | 'expiring', Directory> = {
    default: open('people', { historyLength: 3, minimumLength: 12 }),
    strict: open('people-strict', { minimumLength: 16, lockoutThreshold: 3 }),
    'minimum-age': open('people-aged', { minimumAgeHours: 24 }),
    expiring: open('people-expiring', { maximumAgeDays: 1 }),
  };

  const create = async (policy: PolicyName | 'expiring', options: Parameters<Harness['createAccount']>[0] = {}): Promise<TestAccount> => {
    const directory = directories[policy];
    const login = options.login ?? newLogin();
    const password = newPassword();
    const row = await createEmbeddedAccount(
      { accounts, clock, random },
      {
        directory: directory.id,
        login,
        password,
        displayName: `Ada ${options.surname ?? login}`,
        givenName: 'Ada',
        surname: options.surname ?? login,
        mail: `${login}@example.test`,
        mobile: '+15550100099',
        groups: options.groups ?? [],
        ...(options.employeeNumber === undefined ? {} : { employeeNumber: options.employeeNumber }),
        ...(options.manager === undefined ? {} : { managerId: options.manager.ref.id }),
        mustChange: options.mustChange ?? false,
        disabled: options.disabled ?? false,
        ...(options.ended === true ? { expiresAt: clock.now() - 1000 } : {}),
        ...(policy === 'expiring' ? { passwordSetAt: clock.now() - 2 * day } : {}),
      },
    );
    return { ref: { directory: directory.id, id: row.id }, directory, login, mail: `${login}@example.test`, password, dn: '' };
  };

  return {
    kind: 'embedded',
    directory: directories.default,
    clock,
    facts: {
      minimumLength: 12,
      lockoutThreshold: 5,
      lengthUnit: 'code-points',
      policyKnown: true,
      historyOnReset: 'enforced',
      minimumAgeOnReset: 'enforced',
      simplePassword: null,
      resetUnlocks: false,
      expiredCanChange: true,
      statusKnown: true,
      unlocks: true,
      states: {
        mustChange: { valid: false, reason: 'credentials.must-change', passwordWasRight: true },
        disabled: { valid: false, reason: 'credentials.disabled', passwordWasRight: true },
        ended: { valid: false, reason: 'credentials.account-expired', passwordWasRight: true },
        expired: { valid: false, reason: 'credentials.password-expired', passwordWasRight: true },
      },
    },
    createAccount: (options = {}) => create(options.policy ?? 'default', options),
    expiredAccount: () => create('expiring'),
    async lock(account) {
      const { lockoutThreshold } = await account.directory.readPolicy(account.ref);
      for (let attempt = 0; attempt < lockoutThreshold; attempt += 1)
        await account.directory.verifyPassword(account.ref, `wrong-${attempt}`);
    },
    // There is no client but Keyturn itself: another instance on the same database stands for it.
    async clientLogin(account, password) {
      return (await account.directory.verifyPassword(account.ref, password)).valid;
    },
    async crowd() {
      const first = await create('default', { surname: 'Crowd' });
      const row = await accounts.find(first.ref.directory, first.ref.id);
      if (row === null) throw new Error('the first of the crowd is missing');
      await store.transaction(async (inner) => {
        for (let number = 0; number < 1050; number += 1) {
          await inner.embedded.insert({ ...row, id: `crowd-${number}`, login: newLogin(), mail: null });
        }
      });
    },
    open: () => directories.default,
    ldap: null,
    async close() {
      for (const directory of Object.values(directories)) await directory.close();
      await store.close();
    },
  };
}
