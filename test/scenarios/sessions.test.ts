import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { endFactor, enrolFactors } from '../../src/core/enrolment/enrol-factors.ts';
import { issueRecoveryCodes } from '../../src/core/enrolment/recovery-codes.ts';
import { issueTemporaryPass } from '../../src/core/enrolment/temporary-pass.ts';
import { findSession } from '../../src/core/sessions/find-session.ts';
import { requireFreshProof } from '../../src/core/sessions/freshness.ts';
import { openSession } from '../../src/core/sessions/open-session.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { prove, request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD } from './sample-directory.ts';
import { exchange, inSession, proveSignIn, type SessionClient, signIn } from './sign-in-client.ts';
import { type Enrolled, type Keyturn, startKeyturn } from './start-keyturn.ts';

const ORIGIN = 'https://keyturn.example.test';
const NAME = '__Host-keyturn-session';

/** Sessions as somebody meets them who has stolen, kept or forged something. */
describe('a session', () => {
  let keyturn: Keyturn;
  let people = 0;

  beforeAll(async () => {
    keyturn = await startKeyturn({
      directories: [embeddedSection()],
      configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true }, organisation: { name: 'Test', publicUrl: ORIGIN } },
    });
  });
  afterAll(() => keyturn.close());

  async function person(): Promise<Enrolled & { login: string }> {
    people += 1;
    const login = `held${people}`;
    await addPerson(keyturn, login);
    return { login, ...(await keyturn.enrol(login)) };
  }
  const codeOf = async (client: SessionClient): Promise<unknown> => (await client.call('GET', '/session')).body.code ?? 'open';
  const asBrowser = { origin: ORIGIN, 'sec-fetch-site': 'same-origin' };

  /** Signs in as a browser does: by cookies alone. `before`: what it sends along as the cookie of a session. */
  async function signInByBrowser(before?: string) {
    const owner = await person();
    const client = await proveSignIn(keyturn.url, owner.login, owner);
    const { journey } = (await client.call('GET', '/journeys/current')).body;
    const cookies = [`__Host-keyturn-journey=${client.token}`, ...(before === undefined ? [] : [`${NAME}=${before}`])].join('; ');
    const opened = await request(keyturn.url, 'POST', '/session', { journey }, { ...asBrowser, cookie: cookies });
    const set = opened.headers.getSetCookie().find((cookie) => cookie.startsWith(`${NAME}=`)) ?? '';
    return { opened, set, token: /=([^;]*)/.exec(set)?.[1] ?? '' };
  }

  it('is a cookie that goes to this host alone, over TLS, from no other site, and is never in an answer', async () => {
    const { opened, set, token } = await signInByBrowser();
    expect(opened.status).toBe(201);
    expect(opened.body).not.toHaveProperty('token');
    expect(JSON.stringify(opened.body)).not.toContain(token);
    const attributes = set.split('; ').slice(1).toSorted();
    expect(attributes).toEqual(['HttpOnly', 'Path=/', 'SameSite=Strict', 'Secure']);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    // What opened it is taken away.
    expect(opened.headers.getSetCookie().some((cookie) => cookie.startsWith('__Host-keyturn-journey=;'))).toBe(true);
  });

  it('has a token that nobody could have put there before', async () => {
    const planted = randomBytes(32).toString('base64url');
    const { token } = await signInByBrowser(planted);
    expect(token).not.toBe(planted);
    expect((await inSession(keyturn.url, planted, 'GET', '/session')).body.code).toBe('session.missing');
    const sent = { cookie: `${NAME}=${planted}; ${NAME}=${token}` };
    expect((await request(keyturn.url, 'GET', '/session', undefined, sent)).status).toBe(200);
  });

  it('is kept by nobody: the database has digests and sealed text alone', async () => {
    const owner = await person();
    const { token, session } = await signIn(keyturn, owner.login, owner);
    const [row] = await keyturn.deps.store.sessions.ofAccount(owner.account, keyturn.clock.now());
    expect(row?.id).toBe(session.id);
    expect(JSON.stringify(row)).not.toContain(token);
    expect(keyturn.logLines.join('')).not.toContain(token);
    const events = await keyturn.deps.store.audit.read(0, 100_000);
    expect(JSON.stringify(events)).not.toContain(token);
    expect((await inSession(keyturn.url, row?.tokenDigest ?? '', 'GET', '/session')).body.code).toBe('session.missing');
  });

  it('opens nothing by the token of a journey, nor a journey by its own', async () => {
    const owner = await person();
    const client = await proveSignIn(keyturn.url, owner.login, owner);
    expect((await inSession(keyturn.url, client.token, 'GET', '/session')).body.code).toBe('session.missing');
    const { body } = await exchange(keyturn.url, client);
    expect((await inSession(keyturn.url, body.token ?? '', 'GET', '/journeys/current')).body.code).toBe('journey.not-found');
  });

  it('is earned by a sign-in and by nothing else', async () => {
    const owner = await person();
    const recovery = await startJourney(keyturn.url, owner.login);
    keyturn.clock.move(31_000);
    await prove(keyturn, recovery, owner);
    expect((await exchange(keyturn.url, recovery)).body.code).toBe('session.not-proven');
    await recovery.answer({ password: `Recovered-Passw0rd-${people}` });
    recovery.at('done');
    expect((await exchange(keyturn.url, recovery)).body.code).toBe('session.not-proven');
    const half = await startJourney(keyturn.url, owner.login, 'sign-in');
    expect((await exchange(keyturn.url, half)).body.code).toBe('session.not-proven');
  });

  it('ends, and none is opened, where signing in is switched off', async () => {
    const owner = await person();
    const { token } = await signIn(keyturn, owner.login, owner);
    keyturn.clock.move(31_000);
    const late = await proveSignIn(keyturn.url, owner.login, owner);
    late.at('done');
    const { deps, clock } = keyturn;
    const configuration = () => ({ ...deps.configuration(), signIn: { ...deps.configuration().signIn, enabled: false } });
    const acting = { ...deps, configuration, act: { at: clock.now(), address: '192.0.2.1' } };
    await expect(findSession(acting, [token])).rejects.toMatchObject({ code: 'session.ended' });
    await expect(openSession(acting, { tokens: [late.token], id: null })).rejects.toMatchObject({ code: 'session.not-proven' });
    expect((await exchange(keyturn.url, late)).status).toBe(201);
  });

  it('is opened by no password alone while what somebody enrolled waits for its cool-down', async () => {
    people += 1;
    const login = `held${people}`;
    await addPerson(keyturn, login);
    const client = await proveSignIn(keyturn.url, login);
    client.at('done');
    const [row] = await keyturn.deps.store.embedded.findByIdentifier('people', login);
    const account = { directory: 'people', id: row?.id ?? '' };
    const countsFrom = keyturn.clock.now() + 86_400_000;
    const waiting = { account, kind: 'email' as const, label: 'x', secret: 'x@example.test', source: 'self', countsFrom };
    await addFactor(keyturn.deps, keyturn.deps.store, waiting);
    expect((await exchange(keyturn.url, client)).body.code).toBe('session.not-proven');
  });

  it('ends when nothing is done in it, and at its end whatever is done', async () => {
    const owner = await person();
    const idle = await signIn(keyturn, owner.login, owner);
    keyturn.clock.move(14 * 60_000);
    expect(await codeOf(idle)).toBe('open');
    keyturn.clock.move(14 * 60_000);
    expect(await codeOf(idle)).toBe('open');
    keyturn.clock.move(16 * 60_000);
    expect(await codeOf(idle)).toBe('session.ended');
    const busy = await signIn(keyturn, owner.login, owner);
    for (let used = 0; used < 12 * 60; used += 10) {
      expect(await codeOf(busy)).toBe('open');
      keyturn.clock.move(10 * 60_000);
    }
    expect(await codeOf(busy)).toBe('session.ended');
  });

  it('is listed with the others of its account and no one else’s, and ended by them one by one or all', async () => {
    const owner = await person();
    const stranger = await person();
    const [one, two, three] = [
      await signIn(keyturn, owner.login, owner),
      await signIn(keyturn, owner.login, owner),
      await signIn(keyturn, owner.login, owner),
    ];
    const other = await signIn(keyturn, stranger.login, stranger);
    const listed = (await one.call('GET', '/sessions')).body.sessions ?? [];
    expect(listed.map(({ id, current }) => [id, current])).toEqual([
      [three.session.id, false],
      [two.session.id, false],
      [one.session.id, true],
    ]);
    expect((await one.call('DELETE', `/sessions/${other.session.id}`)).body.code).toBe('session.unknown');
    expect(await codeOf(other)).toBe('open');
    expect((await one.call('DELETE', `/sessions/${two.session.id}`)).status).toBe(204);
    expect((await one.call('DELETE', `/sessions/${two.session.id}`)).body.code).toBe('session.unknown');
    expect(await codeOf(two)).toBe('session.ended');
    expect((await three.call('DELETE', '/session')).status).toBe(204);
    expect(await codeOf(three)).toBe('session.ended');
    const four = await signIn(keyturn, owner.login, owner);
    expect((await one.call('DELETE', '/sessions')).status).toBe(204);
    expect([await codeOf(one), await codeOf(four)]).toEqual(['session.ended', 'session.ended']);
    expect(await codeOf(other)).toBe('open');
  });

  it.each([
    ['a new password', recover],
    ['"this was not me"', sayNotMe],
  ])('is ended by %s, and so is what was proven before', async (_, happens) => {
    const owner = await person();
    const held = await signIn(keyturn, owner.login, owner);
    keyturn.clock.move(31_000);
    const proven = await proveSignIn(keyturn.url, owner.login, owner);
    proven.at('done');
    await happens(owner);
    expect(await codeOf(held)).toBe('session.ended');
    expect((await exchange(keyturn.url, proven)).body.code).toBe('session.not-proven');
  });

  it('is ended by every change of what its owner can prove themselves with', async () => {
    const owner = await person();
    const by = { author: 'test', reason: 'test', language: 'en', lane: 'notice' } as const;
    const one = await signIn(keyturn, owner.login, owner);
    const address = { kind: 'email' as const, label: 'other', secret: 'other@example.test', source: 'test' };
    await enrolFactors(keyturn.deps, owner.account, [address], by);
    expect(await codeOf(one)).toBe('session.ended');
    const two = await signIn(keyturn, owner.login, owner);
    // Nothing new is no change.
    await enrolFactors(keyturn.deps, owner.account, [address], by);
    expect(await codeOf(two)).toBe('open');
    const factor = (await keyturn.deps.store.factors.ofAccount(owner.account)).find(({ secret }) => secret === address.secret);
    await endFactor(keyturn.deps, owner.account, factor?.id ?? '', by);
    expect(await codeOf(two)).toBe('session.ended');
    const three = await signIn(keyturn, owner.login, owner);
    await issueRecoveryCodes(keyturn.deps, owner.account, 'test', by);
    expect(await codeOf(three)).toBe('session.ended');
    const four = await signIn(keyturn, owner.login, owner);
    await issueTemporaryPass(keyturn.deps, owner.account, { hours: 1, longestHours: 1, once: true }, by);
    expect(await codeOf(four)).toBe('session.ended');
  });

  async function recover(owner: Enrolled & { login: string }): Promise<void> {
    const recovery = await startJourney(keyturn.url, owner.login);
    keyturn.clock.move(31_000);
    await prove(keyturn, recovery, owner);
    await recovery.answer({ password: `Recovered-Passw0rd-${owner.login}` });
    recovery.at('done');
  }

  async function sayNotMe(owner: Enrolled & { login: string }): Promise<void> {
    await recover(owner);
    const link = /not-me#(\S+)/.exec((await keyturn.waitForMessage(owner.address, 1)).text)?.[1];
    expect((await request(keyturn.url, 'POST', '/notices/not-me', { token: link })).status).toBe(200);
  }

  const within = (minutes: number) => ({ within: minutes * 60_000, anyOf: [['totp'] as const, ['password', 'email'] as const] });
  const isFreshNow = async (token: string, minutes: number): Promise<unknown> => {
    const act = { at: keyturn.clock.now(), address: '127.0.0.1' };
    const session = await findSession({ ...keyturn.deps, act }, [token]);
    try {
      requireFreshProof(act, session, within(minutes));
      return 'fresh';
    } catch (error) {
      return (error as { code: unknown }).code;
    }
  };
  /** Proves by the authenticator alone what an action asks for. */
  async function stepUp(held: SessionClient, owner: Enrolled): Promise<{ journey: string; journeyToken: string }> {
    keyturn.clock.move(31_000);
    const { status, body } = await held.call('POST', '/session/step-up', { anyOf: [['totp'], ['password', 'email']] });
    expect(status).toBe(201);
    const [journey, journeyToken] = [String(body.journey), String(body.token)];
    const answer = async (path: string, sent: unknown) =>
      inSession(keyturn.url, journeyToken, 'POST', `/journeys/current/steps/${path}`, sent);
    const first = body.step as { id: string; options: { id: string }[] };
    expect(first.options.map(({ id }) => id).toSorted()).toEqual(['password', 'totp']);
    const chosen = await answer(first.id, { option: 'totp' });
    const done = await answer((chosen.body.step as { id: string }).id, { code: owner.totp() });
    expect(done.body.step).toMatchObject({ kind: 'done', results: [{ outcome: 'proven' }] });
    return { journey, journeyToken };
  }

  it('is fresh again by a step-up, with a new token; the old one, stolen before, is nothing any more', async () => {
    const owner = await person();
    const held = await signIn(keyturn, owner.login, owner);
    expect(await isFreshNow(held.token, 5)).toBe('fresh');
    keyturn.clock.move(6 * 60_000);
    expect(await isFreshNow(held.token, 5)).toBe('session.step-up-needed');
    const proven = await stepUp(held, owner);
    // Proving alone changes nothing yet: only who has both tokens takes it up.
    expect(await isFreshNow(held.token, 5)).toBe('session.step-up-needed');
    const without = await held.call('PUT', '/session', { journey: proven.journey });
    expect(without.body.code).toBe('journey.not-found');
    const raised = await Promise.all([1, 2, 3].map(() => held.call('PUT', '/session', proven)));
    const won = raised.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    const token = won[0]?.body.token ?? '';
    expect(await codeOf(held)).toBe('session.missing');
    expect(won[0]?.body.session).toMatchObject({ id: held.session.id, rights: 'full' });
    expect(await isFreshNow(token, 5)).toBe('fresh');
    expect((await inSession(keyturn.url, token, 'PUT', '/session', proven)).body.code).toBe('session.not-proven');
  });

  it('rises by no step-up but its own, nor by another goal', async () => {
    const owner = await person();
    const one = await signIn(keyturn, owner.login, owner);
    const two = await signIn(keyturn, owner.login, owner);
    const proven = await stepUp(one, owner);
    expect((await two.call('PUT', '/session', proven)).body.code).toBe('session.not-proven');
    keyturn.clock.move(31_000);
    const again = await proveSignIn(keyturn.url, owner.login, owner);
    const { journey } = (await again.call('GET', '/journeys/current')).body;
    const sent = { journey, journeyToken: again.token };
    expect((await one.call('PUT', '/session', sent)).body.code).toBe('session.not-proven');
    // Nor does a step-up open one.
    const opened = await inSession(keyturn.url, proven.journeyToken, 'POST', '/session', { journey: proven.journey });
    expect(opened.body.code).toBe('session.not-proven');
    await one.call('DELETE', '/session');
    expect((await one.call('PUT', '/session', proven)).body.code).toBe('session.ended');
    expect((await request(keyturn.url, 'POST', '/journeys', { goal: 'step-up', account: owner.login })).status).toBe(400);
  });

  it('is changed by no other site', async () => {
    const owner = await person();
    const { token, session } = await signIn(keyturn, owner.login, owner);
    const cookie = `${NAME}=${token}`;
    for (const headers of [
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { origin: ORIGIN, 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      for (const path of ['/session', '/sessions', `/sessions/${session.id}`]) {
        const { status, body } = await request(keyturn.url, 'DELETE', path, undefined, { cookie, ...headers });
        expect([status, body.code]).toEqual([403, 'request.foreign-origin']);
      }
    }
    expect((await request(keyturn.url, 'GET', '/session', undefined, { cookie })).status).toBe(200);
    const out = await request(keyturn.url, 'DELETE', '/session', undefined, { cookie, ...asBrowser });
    expect(out.status).toBe(204);
    expect(out.headers.getSetCookie()[0]).toMatch(/^__Host-keyturn-session=;/);
  });

  it('that is worth nothing is taken away from the browser that sends it', async () => {
    const cookie = `${NAME}=${randomBytes(32).toString('base64url')}`;
    const { status, headers } = await request(keyturn.url, 'GET', '/session', undefined, { cookie });
    expect(status).toBe(401);
    expect(headers.getSetCookie()[0]).toMatch(/^__Host-keyturn-session=;/);
  });

  it('tells in the log who signed in, and how it ended', async () => {
    const owner = await person();
    const client = await signIn(keyturn, owner.login, owner, OLD_PASSWORD);
    await client.call('DELETE', '/session');
    const rows = await keyturn.deps.store.audit.read(0, 100_000);
    const told = rows.filter(({ data }) => data.includes(client.session.id)).map(({ type, data }) => [type, JSON.parse(data)]);
    expect(told).toMatchObject([
      ['session.opened', { account: owner.account, factors: ['password', 'totp'], rights: 'full' }],
      ['session.ended', { account: owner.account, because: 'signed-out' }],
    ]);
  });
});
