import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyConfiguration } from '../../src/core/configuration/apply-configuration.ts';
import { exportConfiguration } from '../../src/core/configuration/export-configuration.ts';
import { type ForgingProvider, startForgingProvider } from '../servers/forging-provider.ts';
import { CLIENT } from '../servers/oidc.ts';
import { sharedPostgres } from '../servers/shared-servers.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { atBegun } from './journey-client.ts';
import { createPortalBrowser, openIdSettings } from './openid-browser.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { inSession, signIn } from './sign-in-client.ts';
import { createMovableClock, type Enrolled, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

/** What a provider of OpenID Connect has said is worth nothing once it says no more who people are. */
describe('sessions that came of a provider, on two nodes', () => {
  let forger: ForgingProvider;
  let one: Keyturn;
  let two: Keyturn;
  let alice: Enrolled;
  let drop: () => Promise<unknown>;
  beforeAll(async () => {
    forger = await startForgingProvider();
    const database = await (await sharedPostgres()).createDatabase('openid_left');
    drop = database.drop;
    const options = {
      directories: [embeddedSection()],
      clock: createMovableClock(),
      database: database.url,
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: {
          ...{ enabled: true, openIdConnect: openIdSettings(forger.issuer) },
          rules: [{ name: 'everybody', when: {}, accepted: [['password' as const, 'totp' as const]] }],
        },
      },
    };
    one = await startKeyturn(options);
    two = await startKeyturn({ ...options, key: one.key });
    await addPerson(one, 'alice');
    alice = await one.enrol('alice');
  });
  afterAll(async () => {
    await Promise.all([one?.close(), two?.close()]);
    await drop?.();
    await forger?.stop();
  });

  async function comeIn(): Promise<string> {
    const now = Math.floor(one.clock.now() / 1000);
    const browser = createPortalBrowser(one.url);
    const { searchParams } = new URL((await browser.post('/session/openid', {})).body.address);
    forger.next = {
      claims: {
        ...{ iss: forger.issuer, sub: 'x', aud: CLIENT.id, nonce: searchParams.get('nonce') ?? '' },
        ...{ iat: now, exp: now + 300, auth_time: now, amr: ['pwd', 'otp'], preferred_username: 'alice' },
      },
    };
    const answer = String(new URLSearchParams({ code: 'a-code', state: searchParams.get('state') ?? '', iss: forger.issuer }));
    expect((await browser.post('/session/openid/finish', { answer })).status).toBe(201);
    return browser.cookies.get('keyturn-session') ?? '';
  }
  /** Proves once more here, by the authenticator. */
  async function raised(token: string): Promise<string> {
    const begun = await inSession(one.url, token, 'POST', '/session/step-up', { anyOf: [['totp']] });
    const client = atBegun(one.url, begun);
    await client.answer({ option: 'totp' });
    await client.answer({ code: alice.totp() });
    const taken = { journey: begun.body.journey, journeyToken: client.token };
    return String((await inSession(one.url, token, 'PUT', '/session', taken)).body.token);
  }
  async function apply(signInChanges: (section: Record<string, unknown>) => Record<string, unknown>): Promise<void> {
    const { version, document } = await exportConfiguration(two.deps.store, {});
    const before = document as { signIn: Record<string, unknown> };
    const checkContext = { demo: true, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] };
    const changed = { ...before, signIn: signInChanges(before.signIn) };
    const by = { actor: { kind: 'system' as const }, author: 'test', comment: '' };
    const { configuration } = await applyConfiguration(
      { ...two.deps, checkContext },
      { document: changed, expectedVersion: version, ...by },
    );
    const wanted = JSON.stringify(configuration.signIn.openIdConnect ?? null);
    for (const node of [one, two])
      await until(() => JSON.stringify(node.deps.configuration().signIn.openIdConnect ?? null) === wanted, 'the configuration everywhere');
  }
  const withProvider = (changes: object) =>
    apply((section) => ({ ...section, openIdConnect: { ...openIdSettings(forger.issuer), ...changes } }));
  const codes = async (token: string) =>
    Promise.all([one, two].map(async ({ url }) => (await inSession(url, token, 'GET', '/session')).body.code ?? 'open'));

  it('go on while it does, whatever else is said of it', async () => {
    const token = await comeIn();
    await withProvider({ label: 'Staff', longestAgeMinutes: 30 });
    expect(await codes(token)).toEqual(['open', 'open']);
  });

  it.each([
    ['it is another one', { issuer: 'https://login.example.test' }],
    ['it knows this installation as another client', { clientId: 'another' }],
    ['it names people by another claim', { claim: 'email' }],
  ])('end once %s', async (_what, changes) => {
    const token = await comeIn();
    one.clock.move(31_000);
    const local = await signIn(one, 'alice', alice);
    await withProvider(changes);
    expect(await codes(token)).toEqual(['session.ended', 'session.ended']);
    expect(await codes(local.token)).toEqual(['open', 'open']);
    await withProvider({});
  });

  it('end once there is none, also where more was proven here since', async () => {
    one.clock.move(31_000);
    const token = await raised(await comeIn());
    expect(await codes(token)).toEqual(['open', 'open']);
    await apply(({ openIdConnect: _gone, ...section }) => section);
    expect(await codes(token)).toEqual(['session.ended', 'session.ended']);
  });
});
