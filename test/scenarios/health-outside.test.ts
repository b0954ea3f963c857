import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Health } from '../../shared/api/health.ts';
import { makeToken } from '../../src/core/tokens/make-token.ts';
import { newLogin } from '../conformance/samples.ts';
import { CLIENT, type OidcServer, startOidcServer } from '../servers/oidc.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import { createMovableClock, type Keyturn, startKeyturn, TEST_URL } from './start-keyturn.ts';

process.env.KEYTURN_TEST_OIDC = CLIENT.secret;
const EDITOR = newLogin('editor');
const DAY = 86_400_000;
const opened: Keyturn[] = [];
let provider: OidcServer;
let keyless: Server;

/** @param bears seconds that the clocks may differ; signing in moves ours by half a minute */
async function look(issuer: string, { ahead = 0, bears = 120 } = {}): Promise<{ keyturn: Keyturn; held: SessionClient }> {
  const clock = createMovableClock();
  clock.move(ahead);
  const keyturn = await startKeyturn({
    directories: [embeddedSection()],
    clock,
    configuration: {
      guard: GENEROUS_LIMITS,
      signIn: {
        enabled: true,
        openIdConnect: {
          ...{ issuer, label: 'Company', clientId: CLIENT.id, clientSecret: 'env:KEYTURN_TEST_OIDC', directory: 'people' },
          clockSkewSeconds: bears,
          proofs: [{ amr: ['pwd'], kinds: ['password'] }],
        },
      },
      roles: [{ name: 'editors', may: ['manage-configuration'], heldBy: { directories: ['people'], accounts: [EDITOR] } }],
    },
  });
  opened.push(keyturn);
  await addPerson(keyturn, EDITOR);
  return { keyturn, held: await signIn(keyturn, EDITOR, await keyturn.enrol(EDITOR)) };
}

const of = async (held: SessionClient, area: string) =>
  ((await held.call('GET', '/admin/health')).body as unknown as Health).findings.filter((finding) => finding.area === area);

beforeAll(async () => {
  provider = await startOidcServer();
  provider.open({ redirectUri: `${TEST_URL}/openid`, logoutUri: `${TEST_URL}/api/v1/openid/logout` });
  keyless = createServer((request, response) => {
    const issuer = `http://127.0.0.1:${(keyless.address() as AddressInfo).port}`;
    const told = request.url?.includes('openid-configuration')
      ? { issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys` }
      : { keys: [{ kty: 'RSA', use: 'enc' }] };
    response.sendDate = false;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(told));
  }).listen(0, '127.0.0.1');
  await once(keyless, 'listening');
});
afterAll(async () => {
  for (const keyturn of opened) await keyturn.close();
  keyless.close();
  await provider.stop();
});

it('looks at the provider of OpenID Connect each time, and says when it is down', async () => {
  const { keyturn, held } = await look(provider.issuer);
  const told = await of(held, 'openid connect');
  expect(told.map(({ level }) => level)).toEqual(['ok', 'ok', 'ok']);
  expect(told[1]?.text).toMatch(/^It has (one key|\d+ keys) for signatures$/);
  provider.down = true;
  keyturn.clock.move(31_000);
  expect(await of(held, 'openid connect')).toMatchObject([
    { level: 'fail', text: expect.stringContaining(provider.issuer), fix: expect.stringContaining('issuer') },
  ]);
  provider.down = false;
});

it('says when the clocks of the two differ by more than is borne', async () => {
  const { held } = await look(provider.issuer, { ahead: 90_000, bears: 30 });
  const warned = (await of(held, 'openid connect')).filter(({ level }) => level === 'warn');
  expect(warned).toMatchObject([
    { text: expect.stringMatching(/^Its clock is 12\d s behind .* beyond 30 s/), fix: expect.stringContaining('NTP') },
  ]);
});

it('says when the provider has no key to sign with, and takes no missing time for the right one', async () => {
  const { held } = await look(`http://127.0.0.1:${(keyless.address() as AddressInfo).port}`);
  expect((await of(held, 'openid connect')).map(({ level }) => level)).toEqual(['ok', 'fail', 'note']);
});

it('names tokens from a week before their end on, until they are revoked', async () => {
  const { keyturn, held } = await look(provider.issuer);
  const by = { actor: { kind: 'operator' as const }, author: 'root' };
  await makeToken(keyturn.deps, { name: 'long', may: ['view-history'], days: 90 }, by);
  await makeToken(keyturn.deps, { name: 'the intranet', may: ['view-history'], days: 8 }, by);
  expect(await of(held, 'tokens')).toEqual([]);
  keyturn.clock.move(DAY + 1000);
  const again = await signIn(keyturn, EDITOR, await keyturn.enrol(EDITOR));
  expect(await of(again, 'tokens')).toMatchObject([
    { level: 'warn', text: expect.stringMatching(/^the intranet ends on /), lines: ["keyturn token revoke 'the intranet'"] },
  ]);
  keyturn.clock.move(7 * DAY);
  const later = await signIn(keyturn, EDITOR, await keyturn.enrol(EDITOR));
  expect(await of(later, 'tokens')).toMatchObject([{ level: 'warn', text: expect.stringMatching(/^the intranet ended on /) }]);
});
