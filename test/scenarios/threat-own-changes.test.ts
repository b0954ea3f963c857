import { Secret, TOTP } from 'otpauth';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { liftThreat, raiseThreat } from '../../src/core/threat/threat.ts';
import { consoleAuthor } from '../../src/core/threat/threat-author.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { atBegun, type JourneyClient, request } from './journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD } from './sample-directory.ts';
import { askedForPassword, exchange, inSession, type SessionReply, signIn } from './sign-in-client.ts';
import { codeIn, type Enrolled, holdsCode, type Keyturn, until } from './start-keyturn.ts';

const MINUTE = 60_000;
type Call = (method: string, path: string, body?: unknown) => Promise<SessionReply>;
interface Owner extends Enrolled {
  login: string;
}

/** Mails count for nothing while the threat is raised, authenticators do. */
describeEachEngine('what proves people while a threat is raised, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection()],
      configuration: {
        guard: GENEROUS_LIMITS,
        organisation: { name: 'Test', publicUrl: 'http://localhost' },
        signIn: { enabled: true },
        recovery: { rules: [{ name: 'everybody', accepted: [['email'], ['totp']] }] },
        threat: { withoutKinds: ['email'] },
      },
    });
  });

  beforeEach(calm);
  async function calm(): Promise<void> {
    if ((await keyturn.deps.store.threats.current()) === null) return;
    for (const name of ['one', 'two']) await liftThreat(keyturn.deps, consoleAuthor(name));
    await keyturn.takeUpConfiguration();
  }
  async function raise(): Promise<void> {
    await raiseThreat(keyturn.deps, consoleAuthor('one'), 'a test');
    await keyturn.takeUpConfiguration();
  }
  async function owner(): Promise<Owner> {
    const login = newLogin('owner');
    await addPerson(keyturn, login);
    return { login, ...(await keyturn.enrol(login, `${login}@example.test`)) };
  }
  async function giveMailed(client: JourneyClient, { address }: Owner): Promise<void> {
    keyturn.clock.move(31_000);
    const codes = () => keyturn.messages(address).filter(holdsCode).map(codeIn);
    const before = new Set(codes());
    await client.answer({ option: 'email' });
    await until(() => codes().some((code) => !before.has(code)), 'a code');
    await client.answer({ code: codes().find((code) => !before.has(code)) });
  }
  /** Signed in by password and mail. */
  async function byMail(person: Owner): Promise<Call> {
    const client = await askedForPassword(keyturn.url, person.login);
    await client.answer({ password: OLD_PASSWORD });
    await giveMailed(client, person);
    const { token = '' } = (await exchange(keyturn.url, client)).body;
    return (method, path, body) => inSession(keyturn.url, token, method, path, body);
  }
  /** Signed in by password and authenticator. */
  const byApp = async (person: Owner): Promise<Call> => (await signIn(keyturn, person.login, person)).call;
  const proofsOf = async ({ account }: Owner) =>
    (await keyturn.deps.store.factors.ofAccount(account)).map(({ id, label }) => ({ id, label }));

  it('is changed in no session that rests on what does not count; the session ends', async () => {
    const factor = async (person: Owner) => (await proofsOf(person)).find(({ label }) => label === 'app')?.id ?? '';
    const changes: Record<string, (call: Call, person: Owner) => Promise<SessionReply>> = {
      'takes a proof away': async (call, person) => call('DELETE', `/me/factors/${await factor(person)}?anyway=true`),
      'renames one': async (call, person) => call('PATCH', `/me/factors/${await factor(person)}`, { name: 'mine now' }),
      'begins to link': async (call) => call('POST', '/me/accounts/proof', { account: (await owner()).login }),
      links: async (call) => call('POST', '/me/accounts', { journey: 'none', journeyToken: 'none' }),
      parts: async (call) => call('DELETE', '/me/accounts/none'),
      'offers a code to a phone': async (call) => call('POST', '/me/phones', {}),
    };
    for (const [what, change] of Object.entries(changes)) {
      const person = await owner();
      const [mail, app] = [await byMail(person), await byApp(person)];
      const before = await proofsOf(person);
      await raise();
      expect([what, (await change(mail, person)).body.code]).toEqual([what, 'session.ended']);
      expect([what, (await mail('GET', '/session')).body.code]).toEqual([what, 'session.ended']);
      expect(await proofsOf(person)).toEqual(before);
      expect([what, (await change(app, person)).body.code]).not.toEqual([what, 'session.ended']);
      expect([what, (await app('GET', '/session')).status]).toEqual([what, 200]);
      await calm();
    }
  });

  it('is added to on no phone that was let in by such a session, neither before nor since', async () => {
    const person = await owner();
    const letIn = async (call: Call) => {
      const offered = await call('POST', '/me/phones', {});
      const link = new URL(String(offered.body.address)).hash.slice(1);
      const { token: ownToken = '', journey, step } = (await request(keyturn.url, 'POST', '/phone', { link })).body;
      const digits = step?.kind === 'waiting' && 'digits' in step ? step.digits : 'none';
      const answer = (): Promise<SessionReply> => call('POST', `/me/phones/${offered.body.phone}`, { digits });
      const standing = async () =>
        (await request(keyturn.url, 'GET', `/journeys/${journey}`, undefined, { authorization: `Bearer ${ownToken}` })).body;
      const enter = async (): Promise<Call> => {
        await until(async () => (await standing()).step?.kind === 'done', 'the phone');
        const { token = '' } = (await inSession(keyturn.url, ownToken, 'POST', '/session', { journey })).body;
        return (method, path, body) => inSession(keyturn.url, token, method, path, body);
      };
      return { answer, enter };
    };
    const [mail, other, app] = [await byMail(person), await byMail(person), await byApp(person)];
    const [before, waiting, right] = [await letIn(mail), await letIn(other), await letIn(app)];
    expect([(await before.answer()).status, (await right.answer()).status]).toEqual([204, 204]);
    const [phone, rightPhone] = [await before.enter(), await right.enter()];
    const begun = await phone('POST', '/me/factors/totp', {});
    expect(begun.status).toBe(201);
    await raise();
    const code = new TOTP({ secret: Secret.fromBase32(String(begun.body.seed)) }).generate({ timestamp: keyturn.clock.now() });
    const added = await phone('POST', '/me/factors/confirm', { ceremony: begun.body.ceremony, code, name: 'Phone' });
    expect(added.body.code).toBe('session.ended');
    expect((await waiting.answer()).body.code).toBe('session.ended');
    expect((await proofsOf(person)).map(({ label }) => label)).not.toContain('Phone');
    expect((await rightPhone('POST', '/me/factors/recovery-codes', {})).status).toBe(201);
  });

  it('links no account that was proven by what does not count, before it was raised', async () => {
    const [person, mailed, shown] = [await owner(), await owner(), await owner()];
    const app = await byApp(person);
    const prove = async (other: Owner, by: 'email' | 'totp') => {
      const begun = await app('POST', '/me/accounts/proof', { account: other.login });
      const client = atBegun(keyturn.url, begun);
      await client.answer({ option: 'password' });
      await client.answer({ password: OLD_PASSWORD });
      if (by === 'email') await giveMailed(client, other);
      else {
        await client.answer({ option: 'totp' });
        await client.answer({ code: other.totp() });
      }
      client.at('done');
      return { journey: begun.body.journey, journeyToken: client.token };
    };
    const [byMailed, byShown] = [await prove(mailed, 'email'), await prove(shown, 'totp')];
    await raise();
    expect((await app('POST', '/me/accounts', byMailed)).body.code).toBe('session.not-proven');
    expect((await app('POST', '/me/accounts', byShown)).status).toBe(204);
    const linked = (await keyturn.deps.store.people.linkedTo(person.account)).map(({ accountId }) => accountId);
    expect(linked).toEqual([shown.account.id]);
  });

  it('is shown once more by what counts alone, and what was shown before by anything else is taken up no more', async () => {
    const person = await owner();
    const app = await byApp(person);
    const begin = async (anyOf: string[][]) => {
      const begun = await app('POST', '/session/step-up', { anyOf });
      return { client: atBegun(keyturn.url, begun), journey: begun.body.journey };
    };
    const before = await begin([['email']]);
    await giveMailed(before.client, person);
    before.client.at('done');
    const amid = await begin([['email'], ['totp']]);
    await raise();
    expect((await app('PUT', '/session', { journey: before.journey, journeyToken: before.client.token })).body.code).toBe(
      'session.not-proven',
    );
    const refused = await amid.client.answer({ option: 'email' });
    expect(refused.status).toBe(422);
    const { client } = await begin([['password', 'email'], ['totp']]);
    expect(client.at('choose-factor').options.map(({ kind }) => kind)).toEqual(['totp']);
  });

  it('asks sessions that rest on more than what counts for that alone', async () => {
    const person = await owner();
    const login = await askedForPassword(keyturn.url, person.login);
    keyturn.clock.move(31_000);
    await login.answer({ password: OLD_PASSWORD });
    await login.answer({ option: 'totp' });
    await login.answer({ code: person.totp() });
    const { token: first = '' } = (await exchange(keyturn.url, login)).body;
    const begun = await inSession(keyturn.url, first, 'POST', '/session/step-up', { anyOf: [['email']] });
    const client = atBegun(keyturn.url, begun);
    await giveMailed(client, person);
    const raised = await inSession(keyturn.url, first, 'PUT', '/session', { journey: begun.body.journey, journeyToken: client.token });
    expect(raised.body.session?.proofs?.map(({ kind }) => kind).toSorted()).toEqual(['email', 'password', 'totp']);
    await raise();
    keyturn.clock.move(11 * MINUTE);
    const asked = await inSession(keyturn.url, raised.body.token ?? '', 'DELETE', '/me/accounts/none');
    expect(asked.body).toMatchObject({ code: 'session.step-up-needed', anyOf: [['password', 'totp']] });
  });
});
