import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Forged, type ForgingProvider, LOGOUT_EVENT, startForgingProvider } from '../servers/forging-provider.ts';
import { CLIENT, createCookieJar, type OidcServer, startOidcServer } from '../servers/oidc.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { createPortalBrowser, openIdSettings } from './openid-browser.ts';
import { addPerson, embeddedSection, PROTECTED_GROUP } from './sample-directory.ts';
import { inSession } from './sign-in-client.ts';
import { createMovableClock, type Keyturn, startKeyturn, TEST_URL, until } from './start-keyturn.ts';

describeEachEngine('signing in at a provider of OpenID Connect, on %s', (engine) => {
  let provider: OidcServer;
  let one: Keyturn;
  let two: Keyturn;
  beforeAll(async () => {
    provider = await startOidcServer();
    const options = {
      directories: [embeddedSection()],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: {
          enabled: true,
          openIdConnect: openIdSettings(provider.issuer),
          rules: [{ name: 'everybody', when: {}, accepted: [['password' as const, 'totp' as const], ['passkey' as const]] }],
        },
        roles: [{ name: 'auditors', may: ['view-history' as const], heldBy: { groups: ['Auditors'] } }],
      },
      clock: createMovableClock(),
    };
    one = await engine.start(options);
    two = await engine.startAnother();
    provider.open({ redirectUri: `${TEST_URL}/openid`, logoutUri: `${two.url}/api/v1/openid/logout` });
    await addPerson(one, 'alice', { groups: ['Auditors'] });
    await addPerson(one, 'bob');
    await addPerson(one, 'root', { groups: [PROTECTED_GROUP] });
  });
  afterAll(async () => {
    await provider?.stop();
  });

  type Browser = ReturnType<typeof createPortalBrowser>;
  /** Goes to the provider and comes back: with the fragment that the browser would show. */
  const goThere = async (browser: Browser, jar = createCookieJar(provider.issuer), asked: object = {}) => {
    const begun = await browser.post('/session/openid', asked);
    expect(begun.status).toBe(201);
    const { address, page } = await jar.follow(begun.body.address);
    if (!address.includes('#')) throw new Error(`not sent back: ${address} ${page.slice(0, 500)}`);
    return { answer: address.split('#')[1] ?? '', address, begun: new URL(begun.body.address) };
  };
  const signIn = async (browser = createPortalBrowser(one.url), jar = createCookieJar(provider.issuer), asked: object = {}) => {
    const { answer } = await goThere(browser, jar, asked);
    return { browser, jar, reply: await browser.post('/session/openid/finish', { answer }) };
  };
  const session = (browser: Browser) => inSession(one.url, browser.cookies.get('keyturn-session') ?? 'x'.repeat(43), 'GET', '/session');
  const refusals = async () =>
    (await one.deps.store.audit.read(0, 10_000))
      .filter(({ type }) => type === 'openid.refused')
      .map(({ data }) => JSON.parse(data).reason as string);

  it('opens a session of the account that the provider names, with what it proved there, and with the roles of the directory', async () => {
    provider.next = { accountId: 'alice', amr: ['pwd', 'otp'] };
    const browser = createPortalBrowser(one.url);
    const { answer, address, begun } = await goThere(browser);
    expect(address.startsWith(`${TEST_URL}/openid#`)).toBe(true);
    expect(Object.fromEntries(begun.searchParams)).toMatchObject({
      ...{ response_type: 'code', response_mode: 'fragment', code_challenge_method: 'S256', redirect_uri: `${TEST_URL}/openid` },
    });
    const { status, body } = await browser.post('/session/openid/finish', { answer });
    expect(status).toBe(201);
    expect(body.session).toMatchObject({ login: 'alice', rights: 'full', proofs: [{ kind: 'password' }, { kind: 'totp' }] });
    expect(browser.cookies.has('keyturn-openid')).toBe(false);
    expect((await session(browser)).status).toBe(200);
    const token = browser.cookies.get('keyturn-session') ?? '';
    expect((await inSession(one.url, token, 'GET', '/history')).status).toBe(200);
  });

  it.each([
    ['another password than the rules accept', { accountId: 'alice', amr: ['pwd'] }, 'proofs-not-enough'],
    ['what counts as nothing here', { accountId: 'alice', amr: ['sms'] }, 'proofs-not-mapped'],
    ['nothing that it says', { accountId: 'alice' }, 'proofs-not-mapped'],
    ['a name that nobody has', { accountId: 'nobody', amr: ['pwd', 'otp'] }, 'no-account'],
    ['an address instead of the sign-in name', { accountId: 'alice@work.example.test', amr: ['pwd', 'otp'] }, 'no-account'],
    ['a protected account', { accountId: 'root', amr: ['pwd', 'otp'] }, 'account-protected'],
  ])('lets nobody in with %s', async (_what, next, reason) => {
    provider.next = next;
    const { browser, reply } = await signIn();
    expect(reply).toMatchObject({ status: 403, body: { code: 'openid.refused' } });
    expect(browser.cookies.has('keyturn-session')).toBe(false);
    expect((await refusals()).at(-1)).toBe(reason);
  });

  it('takes the first entry that holds: an acr counts as what it is mapped to', async () => {
    provider.next = { accountId: 'bob', acr: 'gold', amr: ['hwk'] };
    const { reply } = await signIn();
    expect(reply.body.session).toMatchObject({ login: 'bob', proofs: [{ kind: 'passkey' }] });
  });

  it('lets nobody in whose recovery is frozen, or who proved it before the password was set anew', async () => {
    await addPerson(one, 'frozen');
    const [account] = await one.deps.directories.get('people').findAccounts('frozen');
    await one.deps.store.freezes.freeze({ directory: 'people', id: account?.id ?? '' }, 'not-me', one.clock.now());
    provider.next = { accountId: 'frozen', amr: ['pwd', 'otp'] };
    expect((await signIn()).reply).toMatchObject({ status: 403 });
    expect((await refusals()).at(-1)).toBe('recovery-frozen');
  });

  it('is bound to the browser that set out', async () => {
    provider.next = { accountId: 'alice', amr: ['pwd', 'otp'] };
    const victim = createPortalBrowser(one.url);
    const { answer } = await goThere(createPortalBrowser(one.url));
    // With no sign-in of its own, and with one: an answer of another is worth nothing.
    expect(await victim.post('/session/openid/finish', { answer })).toMatchObject({ status: 410, body: { code: 'openid.expired' } });
    await victim.post('/session/openid', {});
    expect(await victim.post('/session/openid/finish', { answer })).toMatchObject({ status: 403, body: { code: 'openid.refused' } });
    expect(victim.cookies.has('keyturn-session')).toBe(false);
  });

  it('opens one session for one answer, however often and wherever it is given', async () => {
    provider.next = { accountId: 'alice', amr: ['pwd', 'otp'] };
    const browser = createPortalBrowser(one.url);
    const { answer } = await goThere(browser);
    const cookie = browser.cookies.get('keyturn-openid') ?? '';
    const again = (url: string) => {
      const copy = createPortalBrowser(url);
      copy.cookies.set('keyturn-openid', cookie);
      return copy.post('/session/openid/finish', { answer });
    };
    const replies = await Promise.all([again(one.url), again(two.url), again(one.url), again(two.url)]);
    expect(replies.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(1);
    expect(await again(one.url)).toMatchObject({ status: 403 });
  });

  it.each([
    ['another state', (answer: URLSearchParams) => answer.set('state', 'x'.repeat(43))],
    ['no state', (answer: URLSearchParams) => answer.delete('state')],
    ['another issuer', (answer: URLSearchParams) => answer.set('iss', 'https://evil.example.test')],
    ['another code', (answer: URLSearchParams) => answer.set('code', 'x'.repeat(43))],
    ['no code', (answer: URLSearchParams) => answer.delete('code')],
    ['an error', (answer: URLSearchParams) => answer.set('error', 'access_denied')],
  ])('refuses an answer with %s', async (_what, change) => {
    provider.next = { accountId: 'alice', amr: ['pwd', 'otp'] };
    const browser = createPortalBrowser(one.url);
    const answer = new URLSearchParams((await goThere(browser)).answer);
    change(answer);
    expect(await browser.post('/session/openid/finish', { answer: String(answer) })).toMatchObject({
      status: 403,
      body: { code: 'openid.refused' },
    });
    expect(browser.cookies.has('keyturn-session')).toBe(false);
  });

  it('takes no longer than ten minutes', async () => {
    provider.next = { accountId: 'alice', amr: ['pwd', 'otp'] };
    const browser = createPortalBrowser(one.url);
    const { answer } = await goThere(browser);
    const cookie = browser.cookies.get('keyturn-openid') ?? '';
    for (const changed of [cookie.replace(/\.\w+\./, `.${(Date.now() + 9e6).toString(36)}.`), 'x', cookie.replace('.n', '.a')]) {
      browser.cookies.set('keyturn-openid', changed);
      expect((await browser.post('/session/openid/finish', { answer })).status).not.toBe(201);
    }
    expect(browser.cookies.has('keyturn-session')).toBe(false);
  });

  it('proves once more who somebody is, and nobody else', async () => {
    provider.next = { accountId: 'alice', amr: ['pwd', 'otp'], at: Math.floor(Date.now() / 1000) - 600 };
    const { browser, jar, reply } = await signIn();
    const proofs = (body: unknown) => (body as { session: { id: string; proofs: { at: string }[] } }).session;
    const before = proofs(reply.body);
    expect(Date.now() - Date.parse(before.proofs[0]?.at ?? '')).toBeGreaterThan(500_000);
    const old = browser.cookies.get('keyturn-session') ?? '';
    provider.next = { accountId: 'alice', amr: ['pwd', 'otp'] };
    const after = await signIn(browser, jar, { again: true });
    expect(after.reply.status).toBe(201);
    expect(Date.now() - Date.parse(proofs(after.reply.body).proofs[0]?.at ?? '')).toBeLessThan(60_000);
    expect((await inSession(one.url, old, 'GET', '/session')).body).toMatchObject({ code: 'session.ended' });

    provider.next = { accountId: 'bob', amr: ['pwd', 'otp'] };
    const other = await signIn(browser, createCookieJar(provider.issuer), { again: true });
    expect(other.reply).toMatchObject({ status: 403 });
    expect((await refusals()).at(-1)).toBe('other-account');
    expect((await session(browser)).body.session).toMatchObject({ login: 'alice' });
    expect((await createPortalBrowser(one.url).post('/session/openid', { again: true })).status).toBe(401);
  });

  it('asks again who signed in there long ago', async () => {
    const jar = createCookieJar(provider.issuer);
    provider.next = { accountId: 'alice', amr: ['pwd', 'otp'], at: Math.floor(Date.now() / 1000) - 7200 };
    const { reply } = await signIn(createPortalBrowser(one.url), jar);
    expect(reply).toMatchObject({ status: 403 });
    expect((await refusals()).at(-1)).toBe('too-long-ago');
  });

  it('ends on every node when somebody signs out at the provider', async () => {
    provider.next = { accountId: 'bob', amr: ['pwd', 'otp'] };
    const first = await signIn();
    const second = await signIn();
    expect([(await session(first.browser)).status, (await session(second.browser)).status]).toEqual([200, 200]);
    const page = await (await first.jar.visit('/session/end')).text();
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const gone = await first.jar.visit('/session/end/confirm', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: String(new URLSearchParams({ xsrf, logout: 'yes' })),
    });
    expect(gone.status).toBeLessThan(400);
    await until(async () => (await session(first.browser)).status === 401, 'the end of the session');
    expect((await session(first.browser)).body).toMatchObject({ code: 'session.ended' });
    // The other browser has a session of its own at the provider.
    expect((await session(second.browser)).status).toBe(200);
  });

  it.each([
    ['nothing', ''],
    ['no token', 'logout_token=x'],
    [
      'an unsigned one',
      `logout_token=${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"subject of alice"}').toString('base64url')}.`,
    ],
  ])('is not ended by %s', async (_what, body) => {
    const reply = await fetch(`${one.url}/api/v1/openid/logout`, {
      ...{ method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    });
    expect(reply.status).toBe(400);
  });

  it('says so when the provider is down, and goes on when it is back', async () => {
    provider.next = { accountId: 'alice', amr: ['pwd', 'otp'] };
    const browser = createPortalBrowser(one.url);
    const { answer } = await goThere(browser);
    provider.down = true;
    try {
      expect(await browser.post('/session/openid/finish', { answer })).toMatchObject({ status: 503, body: { code: 'openid.unavailable' } });
    } finally {
      provider.down = false;
    }
    expect((await signIn()).reply.status).toBe(201);
  });
});

describeEachEngine('a provider whose word does not hold, on %s', (engine) => {
  let forger: ForgingProvider;
  let keyturn: Keyturn;
  beforeAll(async () => {
    forger = await startForgingProvider();
    const rules = [{ name: 'everybody', when: {}, accepted: [['password' as const, 'totp' as const]] }];
    keyturn = await engine.start({
      directories: [embeddedSection()],
      configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true, openIdConnect: openIdSettings(forger.issuer), rules } },
    });
    await addPerson(keyturn, 'alice');
  });
  afterAll(async () => {
    await forger?.stop();
  });
  const now = () => Math.floor(Date.now() / 1000);
  const right = (nonce: string): Forged => ({
    claims: {
      ...{ iss: forger.issuer, sub: 'x', aud: CLIENT.id, nonce, iat: now(), exp: now() + 300, auth_time: now() },
      ...{ amr: ['pwd', 'otp'], preferred_username: 'alice' },
    },
  });
  const signIn = async (forge: (right: Forged) => Forged, at = keyturn, browser = createPortalBrowser(at.url)) => {
    const { searchParams } = new URL((await browser.post('/session/openid', {})).body.address);
    forger.next = forge(right(searchParams.get('nonce') ?? ''));
    const answer = String(new URLSearchParams({ code: 'a-code', state: searchParams.get('state') ?? '', iss: forger.issuer }));
    const reply = await browser.post('/session/openid/finish', { answer });
    expect(browser.cookies.has('keyturn-session')).toBe(reply.status === 201);
    return reply;
  };
  const claims = (more: Record<string, unknown>) => (given: Forged) => ({ ...given, claims: { ...given.claims, ...more } });

  it('lets somebody in where it does', async () => {
    expect(await signIn((given) => given)).toMatchObject({ status: 201, body: { session: { login: 'alice' } } });
    // A clock that is off a little is no reason to refuse anybody.
    expect((await signIn((given) => claims({ iat: now() + 20, auth_time: now() + 20 })(given))).status).toBe(201);
  });

  it.each<[string, (given: Forged) => Forged]>([
    ['another issuer', (given) => claims({ iss: 'https://evil.example.test' })(given)],
    ['another audience', (given) => claims({ aud: 'somebody-else' })(given)],
    ['several audiences, and none that is meant', (given) => claims({ aud: [CLIENT.id, 'x'], azp: 'x' })(given)],
    ['an end that is past', (given) => claims({ exp: now() - 60 })(given)],
    ['a time that is ahead', (given) => claims({ auth_time: now() + 120 })(given)],
    ['another nonce', (given) => claims({ nonce: 'x' })(given)],
    ['no nonce', (given) => claims({ nonce: undefined })(given)],
    ['no subject', (given) => claims({ sub: undefined })(given)],
    ['no time of signing in', (given) => claims({ auth_time: undefined })(given)],
    ['a time of signing in that is no number', (given) => claims({ auth_time: 'now' })(given)],
    ['a sign-in long ago', (given) => claims({ auth_time: now() - 3700 })(given)],
    ['a name that is none', (given) => claims({ preferred_username: ['alice'] })(given)],
    ['a name with a NUL', (given) => claims({ preferred_username: 'alice\0' })(given)],
    ['methods that are no list', (given) => claims({ amr: 'pwd otp' })(given)],
    ['a key of somebody else', (given) => ({ ...given, signedBy: 'stranger' })],
    ['no signature', (given) => ({ ...given, signedBy: 'nobody' })],
    ['no token', (given) => ({ ...given, signedBy: 'none' })],
  ])('lets nobody in with %s', async (_what, forge) => {
    expect(await signIn(forge)).toMatchObject({ status: 403, body: { code: 'openid.refused' } });
  });

  const logout = (given: Forged): Forged => ({
    claims: {
      ...{ iss: forger.issuer, aud: CLIENT.id, iat: now(), exp: now() + 60, jti: randomUUID(), sub: 'x' },
      events: { [LOGOUT_EVENT]: {} },
    },
    ...(given.signedBy === undefined ? {} : { signedBy: given.signedBy }),
  });
  const tell = async (forged: Forged) => tellToken(await forger.sign(forged));
  const tellToken = async (token: string) => {
    const body = String(new URLSearchParams({ logout_token: token }));
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return (await fetch(`${keyturn.url}/api/v1/openid/logout`, { method: 'POST', headers, body })).status;
  };

  it.each<[string, (given: Forged) => Forged]>([
    ['of another issuer', (given) => claims({ iss: 'https://evil.example.test' })(given)],
    ['for somebody else', (given) => claims({ aud: 'somebody-else' })(given)],
    ['that is old', (given) => claims({ iat: now() - 600 })(given)],
    ['that is past its end', (given) => claims({ exp: now() - 60 })(given)],
    ['without its event', (given) => claims({ events: {} })(given)],
    ['that could sign somebody in', (given) => claims({ nonce: 'x' })(given)],
    ['about nobody', (given) => claims({ sub: undefined })(given)],
    ['of a stranger', (given) => ({ ...given, signedBy: 'stranger' })],
    ['that nobody has signed', (given) => ({ ...given, signedBy: 'nobody' })],
  ])('ends nothing with a logout %s', async (_what, forge) => {
    const browser = createPortalBrowser(keyturn.url);
    const { searchParams } = new URL((await browser.post('/session/openid', {})).body.address);
    forger.next = right(searchParams.get('nonce') ?? '');
    const answer = String(new URLSearchParams({ code: 'a-code', state: searchParams.get('state') ?? '', iss: forger.issuer }));
    await browser.post('/session/openid/finish', { answer });
    const token = browser.cookies.get('keyturn-session') ?? '';
    expect(await tell(forge(logout({ claims: {} })))).toBe(400);
    expect((await inSession(keyturn.url, token, 'GET', '/session')).status).toBe(200);
    expect(await tell(logout({ claims: {} }))).toBe(200);
    expect((await inSession(keyturn.url, token, 'GET', '/session')).status).toBe(401);
    // Whoever is signed out already is no error.
    expect(await tell(logout({ claims: {} }))).toBe(200);
  });

  it('ends with one logout what it was about, however often it comes, and nothing that was opened since', async () => {
    const open = async () => {
      const browser = createPortalBrowser(keyturn.url);
      expect((await signIn((given) => given, keyturn, browser)).status).toBe(201);
      return browser.cookies.get('keyturn-session') ?? '';
    };
    const statusOf = async (token: string) => (await inSession(keyturn.url, token, 'GET', '/session')).status;
    const before = [await open(), await open()];
    const token = await forger.sign(logout({ claims: {} }));
    expect(await Promise.all(Array.from({ length: 5 }, () => tellToken(token)))).toEqual([200, 200, 200, 200, 200]);
    expect(await Promise.all(before.map(statusOf))).toEqual([401, 401]);
    const since = await open();
    expect(await Promise.all([tellToken(token), tellToken(token)])).toEqual([200, 200]);
    expect(await statusOf(since)).toBe(200);
    // Another one is another logout, also where a provider gives it the same name.
    const [same, later] = [logout({ claims: {} }), logout({ claims: {} })];
    expect(await tell(same)).toBe(200);
    expect(await statusOf(since)).toBe(401);
    const last = await open();
    expect(await tell({ claims: { ...later.claims, jti: same.claims.jti, iat: now() + 5 } })).toBe(200);
    expect(await statusOf(last)).toBe(401);
  });

  it.each([
    ['the person', {}],
    ['their session there', { sid: 'one' }],
  ])('lets nobody in who is signed out there while they sign in: a logout of %s', async (_what, named) => {
    forger.meanwhile = async () => {
      forger.meanwhile = () => Promise.resolve();
      expect(await tell(claims(named)(logout({ claims: {} })))).toBe(200);
    };
    const inSid = claims({ sid: 'one' });
    expect(await signIn(inSid)).toMatchObject({ status: 403, body: { code: 'openid.refused' } });
    const refused = (await keyturn.deps.store.audit.read(0, 100_000)).findLast(({ type }) => type === 'openid.refused');
    expect(JSON.parse(refused?.data ?? '{}')).toMatchObject({ reason: 'signed-out-there' });
    // Whoever begins anew is somebody who is there.
    expect((await signIn(inSid)).status).toBe(201);
    // Another session there is another matter.
    forger.meanwhile = async () => {
      forger.meanwhile = () => Promise.resolve();
      await tell(claims({ sid: 'other' })(logout({ claims: {} })));
    };
    expect((await signIn(inSid)).status).toBe(201);
  });

  it('leaves no session alive of who was signed out there while they signed in, however the two meet', async () => {
    const left: string[] = [];
    for (let round = 0; round < 12; round += 1) {
      let told: Promise<number> | undefined;
      forger.meanwhile = () => {
        told ??= new Promise((resolve) => setTimeout(resolve, 2 * round)).then(() => tell(logout({ claims: {} })));
        return Promise.resolve();
      };
      const browser = createPortalBrowser(keyturn.url);
      const { searchParams } = new URL((await browser.post('/session/openid', {})).body.address);
      forger.next = right(searchParams.get('nonce') ?? '');
      const answer = String(new URLSearchParams({ code: 'a-code', state: searchParams.get('state') ?? '', iss: forger.issuer }));
      await browser.post('/session/openid/finish', { answer });
      expect(await told).toBe(200);
      const token = browser.cookies.get('keyturn-session');
      if (token === undefined) continue;
      const { status } = await inSession(keyturn.url, token, 'GET', '/session');
      if (status !== 401) left.push(`round ${round}: ${status}`);
    }
    forger.meanwhile = () => Promise.resolve();
    expect(left).toEqual([]);
  });

  it('asks the provider no oftener than the limit of an address, however many answers come at once', async () => {
    const limited = await startKeyturn({
      directories: [embeddedSection()],
      configuration: {
        guard: { ...GENEROUS_LIMITS, strayRequestsPerAddress: { count: 3, windowSeconds: 600 } },
        signIn: {
          ...{ enabled: true, openIdConnect: openIdSettings(forger.issuer) },
          rules: [{ name: 'everybody', when: {}, accepted: [['password' as const, 'totp' as const]] }],
        },
      },
    });
    try {
      await addPerson(limited, 'alice');
      // Who comes in uses nothing up.
      for (let time = 0; time < 5; time += 1) expect((await signIn((given) => given, limited)).status).toBe(201);
      const browsers = Array.from({ length: 12 }, () => createPortalBrowser(limited.url));
      const states = await Promise.all(
        browsers.map(async (browser) => new URL((await browser.post('/session/openid', {})).body.address).searchParams.get('state') ?? ''),
      );
      forger.next = right('of nobody');
      const asked = forger.asked;
      const replies = await Promise.all(
        browsers.map((browser, index) =>
          browser.post('/session/openid/finish', {
            answer: String(new URLSearchParams({ code: 'a-code', state: states[index] ?? '', iss: forger.issuer })),
          }),
        ),
      );
      expect(forger.asked - asked).toBe(3);
      const statuses = replies.map(({ status }) => status).toSorted();
      expect(statuses).toEqual([...Array.from({ length: 3 }, () => 403), ...Array.from({ length: 9 }, () => 429)]);
    } finally {
      await limited.close();
    }
  });
});
