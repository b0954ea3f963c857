import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChangedPasswords } from '../../shared/api/me.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { atBegun } from './journey-client.ts';
import { REAL_KINDS, type RealDirectory, type RealPerson, reachRealDirectory } from './real-directories.ts';
import { askedForPassword, exchange, inSession, proveSignIn, signIn } from './sign-in-client.ts';
import { type Enrolled, type Keyturn, startKeyturn } from './start-keyturn.ts';

/** Signing in where a real server judges the password, counts the wrong ones and locks. */
describe.each(REAL_KINDS)('a sign-in judged by %s', (kind) => {
  let real: RealDirectory;
  let keyturn: Keyturn;

  beforeAll(async () => {
    real = await reachRealDirectory(kind, kind === 'active-directory' ? { historyOnReset: 'two-step' } : {});
    keyturn = await startKeyturn({
      directories: [real.section],
      configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true } },
    });
  });
  afterAll(async () => {
    await keyturn?.close();
    await real?.proxy.stop();
  });

  async function person(): Promise<RealPerson & Enrolled> {
    const owner = await real.createPerson();
    return { ...owner, ...(await keyturn.enrol(owner.login)) };
  }
  const directory = () => keyturn.deps.directories.get('people');

  it('lets in who gives the password and another proof, and nobody with another one', async () => {
    const owner = await person();
    const wrong = await proveSignIn(keyturn.url, owner.login, undefined, 'Wrong-Passw0rd-1');
    expect(wrong.at('password')).toMatchObject({ attemptsLeft: 4, messageTone: 'error' });
    const { session } = await signIn(keyturn, owner.login, owner, owner.password);
    expect(session).toMatchObject({ rights: 'full', login: owner.login });
  });

  it('has a password changed that must be, with the reasons of the server, before anything is opened', async () => {
    const owner = await person();
    expect(await directory().requireChange(await directory().prepareWrite(owner.account))).toMatchObject({ done: true });
    keyturn.clock.move(31_000);
    const client = await proveSignIn(keyturn.url, owner.login, owner, owner.password);
    expect(client.at('new-password').messageTone).toBe('info');
    expect((await exchange(keyturn.url, client)).body.code).toBe('session.not-proven');
    await client.answer({ password: 'short' });
    expect(client.at('new-password').verdicts?.some(({ ok }) => ok === false)).toBe(true);
    const next = 'Second-Passw0rd-ever';
    await client.answer({ password: next });
    expect(client.at('done').results).toMatchObject([{ outcome: 'password-reset' }]);
    expect((await exchange(keyturn.url, client)).status).toBe(201);
    expect(await real.realClientSignsIn(owner, next)).toBe(true);
    // And is asked for no other one the next time.
    await signIn(keyturn, owner.login, owner, next);
  });

  it('locks nobody out, however many guess at the same moment: the owner still signs in there', async () => {
    const owner = await person();
    const { policy } = await directory().readFacts(owner.account);
    expect(policy.lockoutThreshold).toBeGreaterThan(1);
    const clients = await Promise.all(
      Array.from({ length: policy.lockoutThreshold + 4 }, () => askedForPassword(keyturn.url, owner.login)),
    );
    const replies = await Promise.all(clients.map((client) => client.answer({ password: 'Wrong-Passw0rd-1' })));
    expect(replies.map(({ status }) => status)).toEqual(clients.map(() => 200));
    expect((await directory().readFacts(owner.account)).status.locked).toBe(false);
    const refused = (await proveSignIn(keyturn.url, owner.login, undefined, owner.password)).at('password');
    expect(refused.message).toBe(clients[0]?.at('password').message);
    expect(await real.signsIn(owner, owner.password)).toBe(true);
  });

  it('tells of a lock nothing that it does not tell of a wrong password', async () => {
    const [owner, other] = [await person(), await person()];
    await real.lock(owner);
    const locked = await proveSignIn(keyturn.url, owner.login, undefined, owner.password);
    const wrong = await proveSignIn(keyturn.url, other.login, undefined, 'Wrong-Passw0rd-1');
    const { id: _locked, expiresAt: _until, ...told } = locked.at('password');
    const { id: _wrong, expiresAt: _end, ...usual } = wrong.at('password');
    expect(told).toEqual(usual);
  });

  it('adds nothing for who got in by a password alone that was changed there since', async () => {
    const owner = await real.createPerson();
    const held = await signIn(keyturn, owner.login, undefined, owner.password);
    expect(held.session.rights).toBe('enrolment');
    const [account] = await directory().findAccounts(owner.login);
    if (account === undefined) throw new Error('no account');
    // Past Keyturn, as an administrator does who has heard that somebody knows it.
    const next = 'Another-Passw0rd-ever';
    expect(await directory().resetPassword(await directory().prepareWrite(account), next)).toMatchObject({ done: true });
    keyturn.clock.move(11 * 60_000);
    const refused = await held.call('POST', '/me/factors/totp', {});
    expect(refused.body).toMatchObject({ code: 'session.step-up-needed', anyOf: [['password']] });
    const stepUp = async (password: string) => {
      const begun = await held.call('POST', '/session/step-up', { anyOf: [['password']] });
      const client = atBegun(keyturn.url, begun);
      if (client.step.kind === 'choose-factor') await client.answer({ option: 'password' });
      await client.answer({ password });
      return { client, taken: { journey: begun.body.journey, journeyToken: client.token } };
    };
    (await stepUp(owner.password)).client.at('password');
    // Its owner goes on with the new one.
    const { client, taken } = await stepUp(next);
    client.at('done');
    const raised = await held.call('PUT', '/session', taken);
    expect(raised).toMatchObject({ status: 200, body: { session: { rights: 'enrolment' } } });
    expect((await inSession(keyturn.url, String(raised.body.token), 'POST', '/me/factors/totp', {})).status).toBe(201);
  });

  it('changes the password of who is signed in as the person, with the history of the server', async () => {
    const owner = await person();
    const held = await signIn(keyturn, owner.login, owner, owner.password);
    const change = async (current: string, password: string) => {
      const { body } = await held.call('POST', '/me/password', { password, accounts: [{ account: 'own', current }] });
      return (body as unknown as ChangedPasswords).results[0];
    };
    expect(await change('Wrong-Passw0rd-1', 'Second-Passw0rd-ever')).toMatchObject({ outcome: 'refused', code: 'password.old-wrong' });
    expect(await change(owner.password, 'Second-Passw0rd-ever')).toMatchObject({ outcome: 'changed' });
    expect(await real.realClientSignsIn(owner, 'Second-Passw0rd-ever')).toBe(true);
    expect(await real.realClientSignsIn(owner, owner.password)).toBe(false);
    expect(await change('Second-Passw0rd-ever', owner.password)).toMatchObject({
      outcome: 'refused',
      code: expect.stringMatching(/^password\.(in-history|refused)$/),
      message: expect.stringMatching(/\w/),
    });
    expect(await real.realClientSignsIn(owner, 'Second-Passw0rd-ever')).toBe(true);
    expect((await held.call('GET', '/session')).status).toBe(200);
  });

  it('does not call it a wrong password when the server is gone', async () => {
    const owner = await person();
    const client = await askedForPassword(keyturn.url, owner.login);
    await real.proxy.stop();
    await client.answer({ password: owner.password });
    expect(client.at('password')).toMatchObject({ attemptsLeft: 5, messageTone: 'error' });
    expect(client.at('password').message).toContain('did not answer');
  });
});
