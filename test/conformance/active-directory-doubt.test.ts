import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Account, Directory } from '../../src/core/ports/directory.ts';
import { findOutcome } from '../../src/core/writes/find-outcome.ts';
import { guidDn } from '../../src/directory/active-directory/guid.ts';
import { type ResetTarget, resetInTwoSteps } from '../../src/directory/active-directory/reset.ts';
import type { LdapConnection } from '../../src/directory/ldap/connection.ts';
import { openConnection } from '../../src/directory/ldap/open-connection.ts';
import type { SambaDirectory, SambaUser } from '../servers/samba-directory.ts';
import { sharedSamba } from '../servers/shared-servers.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { createOpener, ldapSettings } from './harness-ldap.ts';
import { createMovableClock, newLogin } from './samples.ts';
import { directoryDeps } from './test-deps.ts';
import { fingerprint, reset } from './write.ts';

// What Keyturn does on Active Directory where something is hidden, half done, or named in the configuration and not there.

const OLD = 'First-Passw0rd-1';
const NEW = 'Second-Passw0rd-2';
const denyChange = '(OD;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;WD)';

const clock = createMovableClock();
let samba: SambaDirectory;
let opener: ReturnType<typeof createOpener>;

beforeAll(async () => {
  samba = await sharedSamba();
  opener = createOpener(clock, samba);
});
afterAll(async () => {
  await opener?.close();
});

const open = (changes: Record<string, unknown> = {}): Directory =>
  opener.open(ldapSettings('active-directory', samba, { protected: {}, ...changes }));

async function person(attributes: Record<string, string> = {}): Promise<{ user: SambaUser; account: Account }> {
  const user = await samba.createUser({ login: newLogin(), password: OLD, attributes });
  const [account] = await open().findAccounts(user.login.toLowerCase());
  if (account === undefined) throw new Error(`${user.login} is not found`);
  return { user, account };
}

const dsacl = (dn: string, sddl: string) => samba.sambaTool('dsacl', 'set', `--objectdn=${dn}`, `--sddl=${sddl}`);

describe('a reset in two steps', () => {
  const twoStep = (changes: Record<string, unknown> = {}) => open({ historyOnReset: 'two-step', ...changes });

  it('is done in one for an account that may not change its password, and says that the history was not kept', async () => {
    const { user, account } = await person();
    await dsacl(user.dn, denyChange);
    const directory = twoStep();
    const before = await fingerprint(directory, account);
    expect(await reset(directory, account, NEW)).toEqual({ done: true, server: samba.url, unmet: ['history'] });
    expect(await samba.canBind(user.userPrincipalName, NEW)).toBe(true);
    const after = await fingerprint(directory, account);
    expect(after).not.toHaveProperty('temporary');
    expect(after.password).not.toBe(before.password);
  });

  /** The second step, as another one meets it who was quicker. */
  async function withBetween(account: Account, between: (connection: LdapConnection) => Promise<void> | void, unlock = false) {
    const deps = directoryDeps(clock, {});
    const url = samba.url;
    const connection = await openConnection({
      url,
      tls: { ca: samba.caPem },
      startTls: false,
      connectTimeout: 9000,
      operationTimeout: 9000,
    });
    try {
      await connection.bind(samba.service.name, samba.service.password);
      const directory = twoStep();
      const [policy, status] = [await directory.readPolicy(account), await directory.readStatus(account)];
      const target: ResetTarget = { dn: guidDn(account.id), locked: false, mayChange: null, facts: { policy, status, newPassword: NEW } };
      let writes = 0;
      const interrupted: LdapConnection = Object.create(connection, {
        modify: {
          value: async (...request: Parameters<LdapConnection['modify']>) => {
            writes += 1;
            if (writes === 2) await between(connection);
            return connection.modify(...request);
          },
        },
      });
      return await resetInTwoSteps(interrupted, target, NEW, { unlock }, deps.random);
    } finally {
      connection.close();
    }
  }

  it.each([false, true])('is completed when the account is locked between the steps (to be unlocked: %s)', async (unlock) => {
    const { user, account } = await person();
    expect(await withBetween(account, () => samba.lockUser(user), unlock)).toEqual({ done: true, server: samba.url, unmet: ['history'] });
    expect((await open().readStatus(account)).locked).toBe(!unlock);
    await samba.modify(user.dn, { lockoutTime: '0' });
    expect(await samba.canBind(user.userPrincipalName, NEW)).toBe(true);
  });

  it('is completed when the right to change is taken away between the steps', async () => {
    const { user, account } = await person();
    expect(await withBetween(account, async () => void (await dsacl(user.dn, denyChange)))).toMatchObject({
      done: true,
      unmet: ['history'],
    });
    expect(await samba.canBind(user.userPrincipalName, NEW)).toBe(true);
  });

  it('is completed when an administrator sets another password between the steps', async () => {
    const { user, account } = await person();
    expect(await withBetween(account, () => samba.setPassword(user.dn, 'Third-Passw0rd-3'))).toMatchObject({
      done: true,
      unmet: ['history'],
    });
    expect(await samba.canBind(user.userPrincipalName, NEW)).toBe(true);
  });

  it('that loses its connection between the steps leaves a password that nobody knows, which a reading tells from "must change"', async () => {
    const { user, account } = await person({ pwdLastSet: '0' });
    const directory = twoStep();
    const { fingerprint: before, server } = await directory.prepareWrite(account);
    const { directory: id } = account;
    const intent: Parameters<typeof findOutcome>[1] = {
      id: 'intent',
      verb: 'reset-password',
      account: { directory: id, id: account.id },
      journeyId: null,
      actor: { kind: 'person' } as never,
      proof: [],
      language: 'en',
      unlock: false,
      server,
      before,
      readAt: Date.now(),
      window: { notAfter: 0, leaseUntil: 0, settledAt: 0, givenUpAt: Number.MAX_SAFE_INTEGER },
    };
    const log = { info() {}, warn() {}, error() {} };
    const intents = { wroteSince: () => Promise.resolve(false) };
    const clock = { now: Date.now, monotonic: () => performance.now(), sleep: () => Promise.resolve() };
    const found = () => findOutcome({ directories: { get: () => directory } as never, store: { intents } as never, clock, log }, intent);
    // Nothing was written yet: the person had to change the password before, and still knows it.
    expect(before.temporary).toBe(true);
    expect(await found()).not.toHaveProperty('leftTemporary');
    await expect(withBetween(account, (connection) => connection.close())).rejects.toMatchObject({ code: 'directory.outcome-unknown' });
    expect(await samba.canBind(user.userPrincipalName, NEW)).toBe(false);
    expect(await found()).toMatchObject({ status: 'refused', leftTemporary: true });
    expect(await reset(directory, account, NEW)).toMatchObject({ done: true });
    expect(await samba.canBind(user.userPrincipalName, NEW)).toBe(true);
  });
});

describe('how often a password was written', () => {
  const denyReading = (schemaId: string) => `(OD;;RP;${schemaId};;WD)`;
  const metadata = '281416c0-1968-11d0-a28f-00aa003049e2';
  const keyVersion = 'c523e9c0-33b5-4ac8-8923-b57b927f42f6';

  it('is told by the server, grows with each write and with nothing else, and is not known where it is hidden', async () => {
    const { user, account } = await person();
    const directory = open();
    const count = async () => Number((await fingerprint(directory, account)).revision);
    const first = await count();
    expect(first).toBeGreaterThan(0);
    await reset(directory, account, NEW);
    expect(await count()).toBe(first + 1);
    // Neither a mark nor a lock is a password.
    await samba.modify(user.dn, { pwdLastSet: '0' });
    await samba.lockUser(user);
    expect(await count()).toBe(first + 1);
    // Another password for one that must be changed: its time stays 0.
    await samba.modify(user.dn, { lockoutTime: '0' });
    await samba.setPassword(user.dn, 'Third-Passw0rd-3');
    await samba.modify(user.dn, { pwdLastSet: '0' });
    expect(await count()).toBe(first + 2);
    // The same number by another way.
    await dsacl(user.dn, denyReading(metadata));
    expect(await count()).toBe(first + 2);
    await dsacl(user.dn, denyReading(keyVersion));
    expect(await fingerprint(directory, account)).not.toHaveProperty('revision');
  });
});

describe('protected groups', () => {
  const judged = async (group: string, account: Account) =>
    open({ protected: { groups: [group], privileged: false } }).isProtected(account);

  it('are found by DN, common name, sign-in name and SID, nested memberships included', async () => {
    const { user, account } = await person();
    const { account: other } = await person();
    const name = uniqueName('Tier');
    const inner = await samba.createGroup(uniqueName('Inner'), [user.dn]);
    const outer = await samba.createGroup(name, [inner]);
    await samba.modify(outer, { sAMAccountName: `${name}-login` });
    const shown = await samba.sambaTool('group', 'show', `${name}-login`, '--attributes=objectSid');
    const sid = /S-1-5-21[-\d]+/.exec(shown.stdout)?.[0] ?? '';
    for (const spelling of [outer, outer.toUpperCase(), name, name.toLowerCase(), `${name}-login`, sid]) {
      expect(await judged(spelling, account), spelling).toEqual({ protected: true, reason: `group ${spelling}` });
      expect(await judged(spelling, other), spelling).toEqual({ protected: false, reason: null });
    }
  });

  it('protect everybody while one is not there, cannot be seen, or holds no rights, and the doctor says so', async () => {
    const { account } = await person();
    const distribution = await samba.createGroup(uniqueName('Letters'), []);
    await samba.modify(distribution, { groupType: '2' });
    const hidden = await samba.createGroup(uniqueName('Hidden'), []);
    await dsacl(hidden, '(OD;;RP;;;WD)');
    const names: [string, RegExp][] = [
      ['No such group', /no group with this name/],
      [`CN=None,${samba.peopleDn}`, /no such group/],
      [`CN=Admins,DC=other,DC=example`, /./],
      [distribution, /distribution group/],
      [hidden, /may not be read|can be seen/],
      [samba.peopleDn, /no group/],
    ];
    for (const [name, problem] of names) {
      const directory = open({ protected: { groups: [name], privileged: false } });
      expect(await directory.isProtected(account), name).toEqual({ protected: true, reason: expect.stringMatching(problem) });
      expect((await directory.prepareWrite(account)).protection.protected, name).toBe(true);
      const health = await directory.health({ rights: true });
      expect(
        health.configured.find(({ value }) => value === name),
        name,
      ).toMatchObject({ ok: false, text: expect.stringMatching(problem) });
    }
  });

  it('and places and sign-in names that are not there protect everybody as well', async () => {
    const { account } = await person();
    const rules = [{ locations: [`OU=None,${samba.baseDn}`] }, { logins: ['nobody-of-this-name'] }, { logins: ['OTHER\\alice'] }];
    for (const rule of rules) {
      const directory = open({ protected: { ...rule, privileged: false } });
      expect(await directory.isProtected(account), JSON.stringify(rule)).toMatchObject({ protected: true });
    }
    expect(await open({ protected: { logins: ['alice'] } }).isProtected(account)).toMatchObject({ protected: false });
  });
});

describe('accounts for which a password of their own makes no sense', () => {
  it('sign in by smart card alone', async () => {
    const { account } = await person({ userAccountControl: String(0x200 | 0x40000) });
    expect((await open().readStatus(account)).passwordSignIn).toBe(false);
    expect((await open().prepareWrite(account)).status.passwordSignIn).toBe(false);
  });

  it('may not change it, where the configuration refuses those', async () => {
    const { user, account } = await person();
    const directory = open({ fixedPasswords: 'refuse' });
    expect(await directory.isProtected(account)).toMatchObject({ protected: false });
    await dsacl(user.dn, `${denyChange}(OD;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;PS)`);
    expect(await directory.isProtected(account)).toEqual({ protected: true, reason: 'may not change its password' });
    expect(await open().isProtected(account)).toMatchObject({ protected: false });
  });

  it('act for others', async () => {
    const { account } = await person({ userAccountControl: String(0x200 | 0x80000) });
    expect(await open().isProtected(account)).toEqual({ protected: true, reason: 'privileged: trusted for delegation' });
  });
});

it('does not take the first OTHER\\alice after a start for alice', async () => {
  const directory = open();
  const typed = directory.normaliseIdentifier('OTHER\\alice');
  expect(typed).not.toBeNull();
  expect(await directory.findAccounts(typed ?? '')).toEqual([]);
  const own = open();
  expect(await own.findAccounts(own.normaliseIdentifier(`${samba.domain}\\alice`) ?? '')).toMatchObject([{ login: 'alice' }]);
});

it('refuses the global catalogue when it is opened, and names the right port', () => {
  expect(() => open({ servers: [{ url: `ldaps://${samba.host}:3269` }] })).toThrow(
    expect.objectContaining({
      code: 'configuration.invalid',
      details: expect.objectContaining({ problem: expect.stringContaining('port 636') }),
    }),
  );
});
