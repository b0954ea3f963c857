import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOpener, ldapSettings } from '../../../test/conformance/harness-ldap.ts';
import { createMovableClock } from '../../../test/conformance/samples.ts';
import { fingerprint, requireChange, reset, unlock } from '../../../test/conformance/write.ts';
import { run } from '../../../test/servers/processes.ts';
import { type SambaServer, startSamba } from '../../../test/servers/samba.ts';
import type { NewSambaUser, SambaUser } from '../../../test/servers/samba-directory.ts';
import { seedPassword } from '../../../test/servers/seed-people.ts';
import { startTcpProxy } from '../../../test/servers/tcp-proxy.ts';
import type { Account, Directory, WriteOutcome } from '../../core/ports/directory.ts';
import { toFiletime } from '../ldap/time.ts';

const day = 86_400_000;
const firstPassword = 'First-Passw0rd-1';

let clock: ReturnType<typeof createMovableClock>;
let samba: SambaServer;
let opener: ReturnType<typeof createOpener> | undefined;
let counter = 0;

beforeAll(async () => {
  samba = await startSamba();
});

beforeEach(() => {
  clock = createMovableClock();
});

afterEach(async () => {
  await opener?.close();
  opener = undefined;
});

afterAll(async () => {
  await samba?.stop();
});

function connect(changes: Record<string, unknown> = {}, password = samba.service.password): Directory {
  opener ??= createOpener(clock, samba);
  return opener.open(ldapSettings('active-directory', samba, { id: 'ad', protected: {}, ...changes }), { SERVICE: password, X: password });
}

async function find(directory: Directory, typed: string): Promise<Account> {
  const [account, ...others] = await directory.findAccounts(directory.normaliseIdentifier(typed) ?? '');
  if (account === undefined || others.length > 0) throw new Error(`${typed}: ${others.length + 1} accounts`);
  return account;
}

async function person(directory: Directory, changes: Partial<NewSambaUser> = {}): Promise<{ user: SambaUser; account: Account }> {
  counter += 1;
  const user = await samba.createUser({ login: `person${counter}`, password: firstPassword, ...changes });
  return { user, account: await find(directory, user.login) };
}

/** Over LDAP pwdLastSet takes 0 and -1 only, so that an old password has to be made in the database of a stopped server. */
async function expirePassword(user: SambaUser): Promise<void> {
  const folder = dirname(dirname(samba.smbConfFile));
  await samba.halt();
  const change = `dn: ${user.dn}\nchangetype: modify\nreplace: pwdLastSet\npwdLastSet: 132500000000000000\n`;
  await run('ldbmodify', ['-H', join(folder, 'private', 'sam.ldb.d', 'DC=AD,DC=EXAMPLE,DC=TEST.ldb')], { input: change });
  await samba.restart();
}

function refusal(outcome: WriteOutcome): string {
  return outcome.done ? 'done' : outcome.refusal;
}

describe('identifiers', () => {
  it('finds one account under every spelling that the domain treats as the same', async () => {
    const directory = connect();
    const spellings = [
      'alice',
      'ALICE ',
      'EXAMPLE\\alice',
      'example\\ALICE',
      'alice@ad.example.test',
      'Alice@AD.example.TEST',
      'alice@example.test',
    ];
    for (const spelling of spellings) expect((await find(directory, spelling)).login, spelling).toBe('alice');
    expect(directory.normaliseIdentifier('OTHER\\alice')).toBeNull();
  });

  it('takes what a person types as a value, never as part of a filter or name', async () => {
    const directory = connect();
    const hostile = ['*', 'ali*', 'alice)(objectClass=*', '(|(cn=*))', 'a,b+c"d<e>f;g=h', '\\2a', 'alice\u0000', 'CN=alice', ',+"<>;=*()'];
    for (const typed of hostile) {
      const normalised = directory.normaliseIdentifier(typed);
      expect(normalised === null ? [] : await directory.findAccounts(normalised), typed).toEqual([]);
      expect((await directory.search({ text: `${typed}|`, pageSize: 10 })).accounts, typed).toEqual([]);
    }
    await expect(directory.readStatus({ directory: 'ad', id: '*' })).rejects.toMatchObject({ code: 'directory.account-missing' });
  });

  it('works on an account whose DN is full of special characters', async () => {
    const directory = connect();
    const ou = await samba.createOrganizationalUnit('Odd\\, \\+ \\"Ones\\" \\<\\>\\;\\=*()\\\\');
    const { account } = await person(directory, { parentDn: ou });
    expect(refusal(await reset(directory, account, 'Second-Passw0rd-2'))).toBe('done');
    expect(await directory.verifyPassword(account, 'Second-Passw0rd-2')).toMatchObject({ valid: true });
    expect(await connect({ protected: { locations: [ou.toUpperCase()] } }).isProtected(account)).toMatchObject({ protected: true });
  });

  it('stays with the account when it is moved and renamed in between', async () => {
    const directory = connect();
    const { user, account } = await person(directory);
    const ou = await samba.createOrganizationalUnit(`Moved${counter}`);
    await samba.sambaTool('user', 'move', user.login, ou);
    await samba.modify(`CN=${user.login},${ou}`, { sAMAccountName: `${user.login}x` });
    expect(refusal(await reset(directory, account, 'Second-Passw0rd-2'))).toBe('done');
    expect(await directory.verifyPassword(account, 'Second-Passw0rd-2')).toMatchObject({ valid: true });
    expect((await directory.readAccount(account))?.location).toContain(`OU=Moved`);
  });

  it('does not reach accounts outside of the base DN, even by their identifier', async () => {
    const outside = await find(connect(), 'outside');
    const directory = connect({ baseDn: samba.peopleDn });
    expect(await directory.findAccounts('outside')).toEqual([]);
    expect(await directory.readAccount(outside)).toBeNull();
    expect(await reset(directory, outside, 'Second-Passw0rd-2')).toMatchObject({ done: false, refusal: 'account.missing' });
  });
});

describe('verifying a password', () => {
  it('tells the reason of every refusal, and whether the password was right', async () => {
    const directory = connect();
    const { account: plain } = await person(directory);
    expect(await directory.verifyPassword(plain, firstPassword)).toEqual({ valid: true, warning: 'none' });
    expect(await directory.verifyPassword(plain, 'Wrong-Passw0rd-1')).toEqual({
      valid: false,
      reason: 'credentials.wrong',
      passwordWasRight: false,
    });
    expect(await directory.verifyPassword(plain, '')).toMatchObject({ valid: false, reason: 'credentials.wrong' });
    expect(await directory.verifyPassword(plain, `${firstPassword}\u0000x`)).toMatchObject({ valid: false, reason: 'credentials.wrong' });

    const { account: must } = await person(directory, { mustChange: true });
    expect(await directory.verifyPassword(must, firstPassword)).toEqual({
      valid: false,
      reason: 'credentials.must-change',
      passwordWasRight: true,
    });
    expect(await directory.verifyPassword(must, 'Wrong-Passw0rd-1')).toMatchObject({
      reason: 'credentials.wrong',
      passwordWasRight: false,
    });

    const { account: disabled } = await person(directory, { disabled: true });
    expect(await directory.verifyPassword(disabled, firstPassword)).toEqual({
      valid: false,
      reason: 'credentials.disabled',
      passwordWasRight: true,
    });

    const { account: ended } = await person(directory, { attributes: { accountExpires: toFiletime(Date.now() - day) } });
    expect(await directory.verifyPassword(ended, firstPassword)).toEqual({
      valid: false,
      reason: 'credentials.account-expired',
      passwordWasRight: false,
    });
    expect((await directory.readStatus(ended)).accountExpired).toBe(true);

    const { account: elsewhere } = await person(directory, { attributes: { userWorkstations: 'OTHERPC' } });
    expect(await directory.verifyPassword(elsewhere, firstPassword)).toMatchObject({ reason: 'credentials.not-allowed-here' });

    const { user, account: locked } = await person(directory);
    await samba.lockUser(user);
    expect(await directory.verifyPassword(locked, firstPassword)).toEqual({
      valid: false,
      reason: 'credentials.locked',
      passwordWasRight: false,
    });
  });
});

describe('policy and state', () => {
  it('reads the domain policy', async () => {
    const directory = connect();
    expect(await directory.readPolicy(await find(directory, 'alice'))).toEqual({
      name: 'Default domain policy',
      minimumLength: 10,
      maximumLength: 256,
      lengthUnit: 'utf16-units',
      complexity: 'active-directory',
      nameTokensChecked: false,
      categories: null,
      minimumAge: 0,
      maximumAge: 90 * day,
      historyLength: 24,
      historyOnReset: 'not-enforced',
      minimumAgeOnReset: 'not-enforced',
      lockoutThreshold: 5,
      lockoutDuration: 1_800_000,
      failuresForgottenAfter: 1_800_000,
    });
    const twoStep = connect({ historyOnReset: 'two-step' });
    expect((await twoStep.readPolicy(await find(twoStep, 'alice'))).historyOnReset).toBe('two-step');
  });

  it('keeps what a policy says for half a minute, not longer than a refusal, and never which one is in force', async () => {
    const directory = connect();
    const { user, account } = await person(directory);
    const settings = (precedence: number) => ({ name: `kept-${precedence}`, precedence, minLength: 12, appliesTo: [user.dn] });
    const first = await samba.createPasswordSettings(settings(502));
    const minimumLength = async () => (await directory.readPolicy(account)).minimumLength;
    const write = (dn: string, length: number) => samba.modify(dn, { 'msDS-MinimumPasswordLength': String(length) });
    expect(await minimumLength()).toBe(12);

    await write(first, 13);
    expect(await minimumLength()).toBe(12);
    clock.forward(30_000);
    expect(await minimumLength()).toBe(13);

    // The server has judged by what was not read yet, and its refusal is told by that.
    await write(first, 20);
    expect(await reset(directory, account, 'Sixteen-Chars-1!')).toMatchObject({ done: false, refusal: 'password.too-short' });
    expect(await minimumLength()).toBe(20);

    await samba.createPasswordSettings({ ...settings(501), minLength: 15 });
    expect(await minimumLength()).toBe(15);
  });

  it('reads the fine-grained policy of an account, and says when it must not', async () => {
    const directory = connect();
    const strict = await find(directory, 'strict');
    expect(await directory.readPolicy(strict)).toMatchObject({
      name: 'strict',
      minimumLength: 16,
      maximumAge: 30 * day,
      lockoutThreshold: 3,
    });
    expect(refusal(await reset(directory, strict, 'Short-Pw-1x'))).toBe('password.too-short');
    const reader = connect({ serviceAccount: { name: samba.readOnly.name, password: 'env:X' } }, samba.readOnly.password);
    expect(await reader.readPolicy(strict)).toMatchObject({ name: 'strict (not readable)', minimumLength: 10, uncertain: true });
    // Whether another one applies to alice is not shown to it either.
    expect(await reader.readPolicy(await find(directory, 'alice'))).toMatchObject({ name: 'Default domain policy', uncertain: true });
  });

  it('tells locked, must-change and the time before which a password may not be changed', async () => {
    const directory = connect();
    const { user, account } = await person(directory);
    await samba.createPasswordSettings({ name: `aged-${user.login}`, precedence: 100 + counter, minAgeDays: 2, appliesTo: [user.dn] });
    const fresh = await directory.readStatus(account);
    expect(fresh).toMatchObject({
      locked: false,
      lockedUntil: null,
      disabled: false,
      mustChange: false,
      passwordExpired: false,
      badAttempts: 0,
    });
    expect(fresh.changeableAt).toBe((fresh.passwordSetAt ?? 0) + 2 * day);
    const young = await directory.changePassword(account, firstPassword, 'Second-Passw0rd-2');
    expect(young).toMatchObject({ done: false, refusal: 'password.too-young', changeableAt: fresh.changeableAt });

    await samba.lockUser(user);
    const locked = await directory.readStatus(account);
    expect(locked).toMatchObject({ locked: true, badAttempts: 5 });
    expect(Math.abs((locked.lockedUntil ?? 0) - Date.now() - 1_800_000)).toBeLessThan(60_000);
    expect((await directory.search({ text: user.login, filter: 'locked', pageSize: 5 })).accounts.map(({ login }) => login)).toEqual([
      user.login,
    ]);
    expect(refusal(await unlock(directory, account))).toBe('done');
    expect((await directory.readStatus(account)).locked).toBe(false);
    expect(refusal(await requireChange(directory, account))).toBe('done');
    expect(await directory.readStatus(account)).toMatchObject({ mustChange: true, passwordExpired: false, passwordSetAt: null });
  });

  it('pages through people with a cursor that any connection can go on with', async () => {
    const logins: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await connect().search({ pageSize: 3, ...(cursor ? { cursor } : {}) });
      expect(page.accounts.length).toBeLessThanOrEqual(3);
      logins.push(...page.accounts.map(({ login }) => login));
      cursor = page.cursor;
    } while (cursor !== null);
    expect(new Set(logins).size).toBe(logins.length);
    expect(logins).toEqual(expect.arrayContaining(['alice', 'bruno', 'chloe', 'henrik', 'strict', 'domina', 'disabled', 'outside']));
  });
});

describe('changing', () => {
  it('tells a wrong old password from one that the policy refuses', async () => {
    const directory = connect();
    const { account } = await person(directory);
    expect(refusal(await directory.changePassword(account, 'Wrong-Passw0rd-1', 'Second-Passw0rd-2'))).toBe('password.old-wrong');
    expect(refusal(await directory.changePassword(account, '', 'Second-Passw0rd-2'))).toBe('password.old-wrong');
    expect(refusal(await directory.changePassword(account, firstPassword, 'Shrt-1'))).toBe('password.too-short');
    expect(refusal(await directory.changePassword(account, firstPassword, 'onlylowercaseletters'))).toBe('password.not-complex');
    expect(refusal(await directory.changePassword(account, firstPassword, ''))).toBe('password.too-short');
    expect(refusal(await directory.changePassword(account, firstPassword, 'Bad-Passw0rd-\ud800'))).toBe('password.refused');
    expect(refusal(await directory.changePassword(account, firstPassword, firstPassword))).toBe('password.in-history');
    expect(refusal(await directory.changePassword(account, firstPassword, 'Second-Passw0rd-2'))).toBe('done');
    expect(refusal(await directory.changePassword(account, 'Second-Passw0rd-2', firstPassword))).toBe('password.in-history');
  });

  it('lets a person change who must, though he cannot sign in, and only with the right password', async () => {
    const directory = connect();
    const { user, account } = await person(directory, { mustChange: true });
    expect(refusal(await directory.changePassword(account, 'Wrong-Passw0rd-1', 'Second-Passw0rd-2'))).toBe('password.old-wrong');
    expect(refusal(await directory.changePassword(account, firstPassword, 'Second-Passw0rd-2'))).toBe('done');
    expect(await samba.kerberosLogin(user.login, 'Second-Passw0rd-2')).toBe(true);
  });

  it('lets a person change whose password has expired, without a restart after the server had one', async () => {
    const directory = connect();
    const { user, account } = await person(directory);
    await expirePassword(user);
    expect(await directory.readStatus(account)).toMatchObject({ passwordExpired: true, mustChange: false });
    expect(await directory.verifyPassword(account, firstPassword)).toEqual({
      valid: false,
      reason: 'credentials.password-expired',
      passwordWasRight: true,
    });
    expect(refusal(await directory.changePassword(account, 'Wrong-Passw0rd-1', 'Second-Passw0rd-2'))).toBe('password.old-wrong');
    expect(refusal(await directory.changePassword(account, firstPassword, firstPassword))).toBe('password.in-history');
    expect(refusal(await directory.changePassword(account, firstPassword, 'Second-Passw0rd-2'))).toBe('done');
    expect(await directory.verifyPassword(account, 'Second-Passw0rd-2')).toMatchObject({ valid: true });
  });

  it('sets and takes passwords of any language and of full length', async () => {
    const directory = connect();
    const { account } = await person(directory);
    const long = `Aa1-${'x'.repeat(123)}`;
    const texts = [long, 'Größe-Übung-ß9', 'Пароль-Секрет-7', '密码密码密码-Aa1密', 'Key-🔑🔑🔑🔑-Aa1', ' "Quoted\\, and spaced" 1 '];
    let current = firstPassword;
    for (const text of texts) {
      expect(refusal(await directory.changePassword(account, current, text)), text).toBe('done');
      expect(await directory.verifyPassword(account, text), text).toMatchObject({ valid: true });
      current = text;
    }
  });
});

describe('resetting', () => {
  it('resets, unlocks and demands a change in one request', async () => {
    const directory = connect();
    const { user, account } = await person(directory);
    await samba.lockUser(user);
    const before = await fingerprint(directory, account);
    expect(await reset(directory, account, 'Second-Passw0rd-2', { unlock: true, mustChange: true })).toEqual({
      done: true,
      server: samba.url,
    });
    const after = await fingerprint(directory, account);
    expect(after.password).not.toBe(before.password);
    expect(after.lock).not.toBe(before.lock);
    expect(await directory.readStatus(account)).toMatchObject({ locked: false, mustChange: true });
    expect(await directory.verifyPassword(account, 'Second-Passw0rd-2')).toMatchObject({
      reason: 'credentials.must-change',
      passwordWasRight: true,
    });
  });

  it('keeps to the history in two steps, and says when the person is left with a random password', async () => {
    const directory = connect({ historyOnReset: 'two-step' });
    const { user, account } = await person(directory);
    const short = await reset(directory, account, 'Short-1');
    expect(short).toMatchObject({ refusal: 'password.too-short' });
    expect(short).not.toHaveProperty('leftTemporary');
    expect(await samba.canBind(user.userPrincipalName, firstPassword)).toBe(true);

    expect(await reset(directory, account, firstPassword)).toMatchObject({ refusal: 'password.in-history', leftTemporary: true });
    expect(await samba.canBind(user.userPrincipalName, firstPassword)).toBe(false);
    expect((await directory.readStatus(account)).mustChange).toBe(true);
    expect(await reset(directory, account, firstPassword)).toMatchObject({ refusal: 'password.in-history', leftTemporary: true });
    expect(await reset(directory, account, 'Second-Passw0rd-2')).toMatchObject({ done: true });
    expect(await directory.verifyPassword(account, 'Second-Passw0rd-2')).toMatchObject({ valid: true });
    expect(await reset(directory, account, 'Third-Passw0rd-3', { mustChange: true })).toMatchObject({ done: true });
    expect((await directory.readStatus(account)).mustChange).toBe(true);

    await samba.lockUser(user);
    expect(await reset(directory, account, 'Fourth-Passw0rd-4')).toMatchObject({ refusal: 'password.account-locked' });
    expect(await reset(directory, account, 'Fourth-Passw0rd-4', { unlock: true })).toMatchObject({ done: true });
    expect(await directory.verifyPassword(account, 'Fourth-Passw0rd-4')).toMatchObject({ valid: true });
  });

  it('says that it does not know when the answer to a write is lost, and can find out by reading', async () => {
    const proxy = await startTcpProxy({ host: samba.host, targetHost: samba.host, targetPort: 636 });
    try {
      const directory = connect({ servers: [{ url: `ldaps://${samba.host}:${proxy.port}` }, { url: samba.url }] });
      const { user, account } = await person(directory);
      const before = await fingerprint(directory, account);
      // The account is read on the connection that writes, before it does: warm it up, then count.
      expect(refusal(await unlock(directory, account))).toBe('done');
      proxy.swallowAnswer(2);
      await expect(reset(directory, account, 'Second-Passw0rd-2')).rejects.toMatchObject({ code: 'directory.outcome-unknown' });
      expect((await fingerprint(directory, account)).password).not.toBe(before.password);
      expect(await samba.canBind(user.userPrincipalName, 'Second-Passw0rd-2')).toBe(true);
      expect(refusal(await reset(directory, account, 'Third-Passw0rd-3'))).toBe('done');
    } finally {
      await proxy.stop();
    }
  });

  it('reports a missing right as such', async () => {
    const directory = connect();
    const outside = await find(directory, 'outside');
    expect(refusal(await reset(directory, outside, 'Second-Passw0rd-2'))).toBe('account.no-right');
    expect(refusal(await unlock(directory, outside))).toBe('account.no-right');
    expect(await samba.canBind('outside@ad.example.test', seedPassword)).toBe(true);
  });
});

describe('protected accounts', () => {
  it('names nested administrators, built-in accounts, and what is configured', async () => {
    const directory = connect();
    const domina = await find(directory, 'domina');
    expect(domina.privileged).toBe(false);
    expect(await directory.isProtected(domina)).toEqual({ protected: true, reason: 'privileged: Domain Admins' });
    expect(await directory.isProtected(await find(directory, 'Administrator'))).toMatchObject({ protected: true });
    expect(await directory.isProtected(await find(directory, 'svc-keyturn'))).toEqual({
      protected: true,
      reason: 'service account of Keyturn',
    });
    const alice = await find(directory, 'alice');
    expect(await directory.isProtected(alice)).toEqual({ protected: false, reason: null });
    expect(await directory.isProtected({ ...alice, privileged: true })).toEqual({ protected: true, reason: 'adminCount' });

    const rules: [Record<string, unknown>, string][] = [
      [{ groups: ['staff'] }, 'group staff'],
      [{ groups: [`cn=STAFF, ${samba.peopleDn}`] }, `group cn=STAFF, ${samba.peopleDn}`],
      [{ locations: ['ou=people, dc=AD,dc=example,dc=test'] }, 'location ou=people, dc=AD,dc=example,dc=test'],
      [{ logins: ['EXAMPLE\\Alice '] }, 'login EXAMPLE\\Alice '],
    ];
    for (const [rule, reason] of rules) expect(await connect({ protected: rule }).isProtected(alice)).toEqual({ protected: true, reason });
    expect(await connect({ protected: { privileged: false } }).isProtected(domina)).toEqual({ protected: false, reason: null });
  });

  it('reads nested groups with their names, and the manager', async () => {
    const directory = connect();
    const alice = await find(directory, 'alice');
    const groups = await directory.readGroups(alice);
    expect(groups).toContainEqual({ id: `CN=Staff,${samba.peopleDn}`, name: 'Staff' });
    expect(groups.map(({ name }) => name)).toEqual(expect.arrayContaining(['Engineering', 'Staff', 'Domain Users']));
    expect(await directory.readManager(alice)).toEqual({ known: false, because: 'not-told' });
    const { account } = await person(directory, { attributes: { manager: `CN=alice,${samba.peopleDn}` } });
    expect(await directory.readManager(account)).toMatchObject({ known: true, manager: { id: alice.id } });
  });
});

describe('health', () => {
  it('says what a reset does about the history, and how far the clocks are apart', async () => {
    const health = await connect().health();
    expect(health.servers).toMatchObject([{ url: samba.url, ok: true, problem: null, fix: null, skippedUntil: null }]);
    expect(health.serviceAccount).toEqual({ ok: true, problem: null, fix: null });
    expect(Math.abs(health.clockSkew ?? Number.NaN)).toBeLessThan(5000);
    expect(health.notes.map(({ text }) => text).join()).toContain('does not honour password history');
  });

  it('tells of people of whom the domain demands no password length', async () => {
    const directory = connect();
    const { user } = await person(directory);
    const told = async (rights: boolean) =>
      (await directory.health({ rights })).notes.map(({ text }) => text).filter((text) => text.includes('PASSWD_NOTREQD'));
    expect(await told(true)).toEqual([]);
    await samba.modify(user.dn, { userAccountControl: String(0x200 | 0x20) });
    expect(await told(true)).toEqual([expect.stringContaining(`of 1 people, such as ${user.dn}`)]);
    expect(await told(false)).toEqual([]);
  });

  it('works over StartTLS and refuses to work without encryption', async () => {
    const secured = connect({ servers: [{ url: samba.ldapUrl }], tls: { ca: samba.caPem, startTls: true } });
    expect((await find(secured, 'alice')).login).toBe('alice');
    const plain = connect({ servers: [{ url: samba.ldapUrl }] });
    await expect(plain.findAccounts('alice')).rejects.toMatchObject({ code: 'directory.plain-refused' });
    expect((await plain.health()).servers[0]?.fix).toContain('ldaps://');
  });

  it('does not try a refused service account again and again', async () => {
    const directory = connect({}, 'Wrong-Passw0rd-1');
    for (let attempt = 0; attempt < 8; attempt += 1) {
      await expect(directory.findAccounts('alice')).rejects.toMatchObject({ code: 'directory.service-account-refused' });
    }
    expect((await directory.health()).serviceAccount.ok).toBe(false);
    expect(await samba.read(samba.service.dn, ['badPwdCount'])).toEqual({ badPwdCount: ['1'] });
  });
});
