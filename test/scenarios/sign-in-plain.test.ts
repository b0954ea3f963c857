import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import type { Directory } from '../../src/core/ports/directory.ts';
import { eventually } from '../conformance/samples.ts';
import { policyDn } from '../servers/slapd-seed.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type RealDirectory, type RealPerson, reachRealDirectory } from './real-directories.ts';
import { askedForPassword, exchange, proveSignIn, signIn } from './sign-in-client.ts';
import { type Enrolled, type Keyturn, startKeyturn } from './start-keyturn.ts';

/** As its default policy has it: 5 wrong passwords within half an hour lock. */
const lockout = { failures: 5, minutes: 30 };
/** Fewer than half of them. */
const SENT = 2;
const WRONG = 'Wrong-Passw0rd-1';

/** What is said to an answer. */
async function told(keyturn: Keyturn, login: string, password: string) {
  const { id: _id, expiresAt: _until, ...rest } = (await proveSignIn(keyturn.url, login, undefined, password)).at('password');
  return rest;
}

describe('a sign-in judged by a server that tells of no lock', () => {
  let real: RealDirectory;
  let keyturn: Keyturn;

  const start = (changes: Record<string, unknown>) =>
    startKeyturn({
      directories: [{ ...real.section, ...changes } as RealDirectory['section']],
      configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true } },
    });

  beforeAll(async () => {
    real = await reachRealDirectory('openldap', { kind: 'ldap', disabledPeople: 'not-told' });
    keyturn = await start({ lockout, expiredPassword: 'proves-the-password' });
  });
  afterAll(async () => {
    await keyturn?.close();
    await real?.proxy.stop();
  });

  async function person(at = keyturn): Promise<RealPerson & Enrolled> {
    const owner = await real.createPerson();
    return { ...owner, ...(await at.enrol(owner.login)) };
  }
  const wrongPasswords = async (owner: RealPerson, times: number, at = keyturn) => {
    const clients = await Promise.all(Array.from({ length: times }, () => askedForPassword(at.url, owner.login)));
    await Promise.all(clients.map((client) => client.answer({ password: WRONG })));
  };
  /** How many wrong passwords the server itself has counted. */
  const counted = async (owner: RealPerson) => ((await real.read(owner, ['pwdFailureTime'])).pwdFailureTime ?? []).length;

  it('lets in who gives the password and another proof', async () => {
    const owner = await person();
    const { session } = await signIn(keyturn, owner.login, owner, owner.password);
    expect(session).toMatchObject({ rights: 'full', login: owner.login });
  });

  it('locks nobody out, however many guess at the same moment, or again when ours are forgotten before those of the server', async () => {
    const owner = await person();
    await wrongPasswords(owner, lockout.failures + 2);
    expect(await counted(owner)).toBe(SENT);
    expect((await proveSignIn(keyturn.url, owner.login, undefined, owner.password)).at('password').messageTone).toBe('error');
    // Only our clock goes on: the server still counts the first ones.
    keyturn.clock.move((lockout.minutes + 10) * 60_000 + 1000);
    await wrongPasswords(owner, lockout.failures + 2);
    expect(await counted(owner)).toBe(2 * SENT);
    expect(await real.signsIn(owner, owner.password)).toBe(true);
  });

  it('takes right passwords for no failures, and forgets none because of them', async () => {
    const owner = await person();
    for (let times = 0; times < lockout.failures; times += 1) await signIn(keyturn, owner.login, owner, owner.password);
    await wrongPasswords(owner, 1);
    await signIn(keyturn, owner.login, owner, owner.password);
    await wrongPasswords(owner, 3);
    expect(await counted(owner)).toBe(SENT - 1);
    expect((await proveSignIn(keyturn.url, owner.login, undefined, owner.password)).at('password').messageTone).toBe('error');
  });

  it('counts what the server may have counted, though its answer never came', async () => {
    const owner = await person();
    const directory = keyturn.deps.directories.get('people') as { -readonly [K in keyof Directory]: Directory[K] };
    const { verifyPassword } = directory;
    let asked = 0;
    directory.verifyPassword = () => {
      asked += 1;
      return Promise.reject(new AppError('directory.timed-out'));
    };
    try {
      await wrongPasswords(owner, 6);
    } finally {
      directory.verifyPassword = verifyPassword;
    }
    expect(asked).toBe(SENT);
  });

  it('has a password changed that must be, as the server says when it judges the old one', async () => {
    const owner = await person();
    await real.set(owner, { pwdReset: 'TRUE' });
    const client = await proveSignIn(keyturn.url, owner.login, owner, owner.password);
    expect(client.at('new-password')).toMatchObject({ messageTone: 'info', message: expect.stringContaining('choose a new one') });
    expect((await exchange(keyturn.url, client)).body.code).toBe('session.not-proven');
    await client.answer({ password: 'short' });
    expect(client.at('new-password').messageTone).toBe('error');
    await client.answer({ password: 'Second-Passw0rd-ever' });
    expect(client.at('done').results).toMatchObject([{ outcome: 'password-reset' }]);
    expect((await exchange(keyturn.url, client)).status).toBe(201);
    expect(await real.realClientSignsIn(owner, 'Second-Passw0rd-ever')).toBe(true);
    await signIn(keyturn, owner.login, owner, 'Second-Passw0rd-ever');
  });

  it('has one changed that has expired, where the server says so to whoever knows it alone; else it looks like a wrong one', async () => {
    const doubting = await start({ lockout });
    try {
      const owner = await person();
      const doubted = await person(doubting);
      for (const each of [owner, doubted]) await real.set(each, { pwdPolicySubentry: policyDn('expiring') });
      // Three seconds, and the two sign-ins that the policy allows afterwards.
      for (const each of [owner, doubted]) await eventually(async () => !(await real.signsIn(each, each.password)), 20_000);
      const refused = (await proveSignIn(doubting.url, doubted.login, undefined, doubted.password)).at('password');
      const wrong = (await proveSignIn(doubting.url, (await person(doubting)).login, undefined, WRONG)).at('password');
      expect([refused.message, refused.messageTone]).toEqual([wrong.message, 'error']);
      expect((await proveSignIn(keyturn.url, owner.login, undefined, WRONG)).at('password').message).toBe(wrong.message);
      const client = await proveSignIn(keyturn.url, owner.login, owner, owner.password);
      expect(client.at('new-password')).toMatchObject({ messageTone: 'info', message: expect.stringContaining('expired') });
      await client.answer({ password: 'Second-Passw0rd-ever' });
      expect((await exchange(keyturn.url, client)).status).toBe(201);
      expect(await real.realClientSignsIn(owner, 'Second-Passw0rd-ever')).toBe(true);
    } finally {
      await doubting.close();
    }
  });

  it('tells of a lock nothing that it does not tell of a wrong password', async () => {
    const [owner, other] = [await person(), await person()];
    await real.lock(owner);
    const usual = await told(keyturn, other.login, WRONG);
    expect(await told(keyturn, owner.login, owner.password)).toEqual(usual);
    expect(await told(keyturn, owner.login, WRONG)).toEqual(usual);
    expect(await told(keyturn, 'nobody-has-it', WRONG)).toEqual(usual);
  });

  it('nor of an account that another kind of server lets in no more, for reasons that no standard knows', async () => {
    const other = await reachRealDirectory('389ds', {
      kind: 'ldap',
      disabledPeople: 'not-told',
      idAttribute: { name: 'nsUniqueId' },
      lockout,
    });
    const beside = await startKeyturn({
      directories: [other.section],
      configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true } },
    });
    try {
      const [usable, disabled, locked] = [
        await other.createPerson(),
        await other.createPerson({ disabled: true }),
        await other.createPerson(),
      ];
      await other.lock(locked);
      const usual = await told(beside, usable.login, WRONG);
      for (const closed of [disabled, locked])
        for (const password of [closed.password, WRONG]) expect(await told(beside, closed.login, password)).toEqual(usual);
      (await proveSignIn(beside.url, usable.login, undefined, usable.password)).at('done');
    } finally {
      await beside.close();
      await other.proxy.stop();
    }
  });

  it('is none, and reaches no server, as long as nobody has said when it locks; the health page says what to do', async () => {
    const silent = await start({});
    try {
      const owner = await person(silent);
      await wrongPasswords(owner, 3, silent);
      expect(await counted(owner)).toBe(0);
      expect((await proveSignIn(silent.url, owner.login, undefined, owner.password)).at('password').messageTone).toBe('error');
      const { notes } = await silent.deps.directories.get('people').health();
      expect(notes.find(({ text }) => text.includes('signs in'))?.fix).toContain('lockout');
    } finally {
      await silent.close();
    }
  });
});
