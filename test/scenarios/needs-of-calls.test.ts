import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeEmergencyLink } from '../../src/core/access/emergency.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { request } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { inSession, type SessionClient, signIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

// Whoever adds a call says here what it needs, and sees it refused without.

const account = { directory: 'people', id: 'x' };
const password = { password: 'A harbour at 7, quite quiet' };
const credential = {
  ...{ id: 'x', rawId: 'x', type: 'public-key', clientExtensionResults: {} },
  response: { clientDataJSON: 'x', attestationObject: 'x' },
};

/** What anybody may call. Journeys and enrolment after them go by tokens of their own. */
const FOR_ANYBODY = [
  'POST /journeys',
  'GET /passkey-request',
  'GET /journeys/{journey}',
  'DELETE /journeys/{journey}',
  'POST /journeys/{journey}/steps/{step}',
  'POST /journeys/{journey}/password-check',
  'POST /journeys/{journey}/phones',
  'GET /journeys/{journey}/phones/{phone}',
  'POST /journeys/{journey}/phones/{phone}',
  'POST /hand-over',
  'POST /enrolment/passkey-options',
  'POST /enrolment/passkeys',
  'POST /session',
  'POST /phone',
  'POST /emergency',
  'POST /emergency/return',
  'GET /site',
  'POST /notices/not-me',
  'GET /demo/messages',
  'GET /demo/accounts',
  'GET /demo/authenticator/{account}',
];

/** What only somebody who is signed in may call, with a body that is in order. */
const IN_A_SESSION: Readonly<Record<string, unknown>> = {
  'PUT /session': { journey: 'x' },
  'GET /session': undefined,
  'GET /session/roles': undefined,
  'POST /session/release': {},
  'DELETE /session': undefined,
  'POST /session/step-up': { anyOf: [['password']] },
  'GET /sessions': undefined,
  'DELETE /sessions': undefined,
  'DELETE /sessions/{session}': undefined,
  'GET /me': undefined,
  'GET /me/activity': undefined,
  'POST /me/password-check': password,
  'GET /me/enrolment': undefined,
  'POST /me/enrolment/put-off': {},
  'POST /me/password': { ...password, accounts: [{ account: 'own', current: 'x' }] },
  'GET /me/factors': undefined,
  'POST /me/factors/totp': {},
  'POST /me/factors/email': { address: 'a@example.test' },
  'POST /me/factors/confirm': { ceremony: 'x', code: '123456' },
  'POST /me/factors/passkey-options': {},
  'POST /me/factors/passkeys': { ceremony: 'x', name: 'x', credential },
  'POST /me/factors/recovery-codes': {},
  'PATCH /me/factors/{factor}': { name: 'x' },
  'DELETE /me/factors/{factor}': undefined,
  'POST /me/factors/sms': { number: '+4915112345678' },
  'POST /me/factors/questions': { answers: [{ question: 'x', answer: 'y' }] },
  'POST /me/phones': {},
  'GET /me/phones/{phone}': undefined,
  'POST /me/phones/{phone}': { digits: '12' },
  'POST /me/invitation': { token: 'x'.repeat(43) },
  'GET /me/accounts': undefined,
  'POST /me/accounts/proof': { account: 'somebody' },
  'POST /me/accounts': { journey: 'x' },
  'DELETE /me/accounts/{account}': undefined,
  'GET /helpdesk/cases': undefined,
  'GET /helpdesk/cases/{case}': undefined,
  'POST /helpdesk/cases/{case}/act': {},
  'DELETE /helpdesk/cases/{case}': undefined,
  'GET /me/vouch': undefined,
  'POST /me/vouch/{request}': { digits: '12' },
  'POST /me/vouch/{request}/refuse': {},
};

/** What only somebody who is signed in and has a role for it may call; with the query where one is needed. */
const BY_A_ROLE: Readonly<Record<string, unknown>> = {
  'POST /help/find': { account: 'somebody' },
  'POST /help/unlock': { account },
  'POST /help/reset': { account, ...password },
  'POST /helpdesk/cases': { account, action: 'unlock-account' },
  'GET /helpdesk/directories': undefined,
  'GET /helpdesk/people?directory=people': undefined,
  'GET /helpdesk/people.csv?directory=people': undefined,
  'GET /helpdesk/people/{directory}/{id}': undefined,
};

/** What only somebody may call who has a role for it at the installation, or was let in for an emergency. */
const AT_THE_INSTALLATION: Readonly<Record<string, unknown>> = {
  'GET /admin': undefined,
  'GET /admin/configuration': undefined,
  'PUT /admin/configuration': { document: {}, base: 1, comment: 'x' },
  'GET /admin/configuration/schema': undefined,
  'POST /admin/configuration/check': { document: {}, base: 1 },
  'GET /admin/configuration/versions': undefined,
  'GET /admin/configuration/versions/{version}': undefined,
  'POST /admin/explain': { account: { name: 'somebody' } },
  'POST /admin/try': { account: { name: 'somebody' }, client: 'web' },
  'POST /admin/threat': { reason: 'x' },
  'POST /admin/threat/lift': {},
  'GET /history': undefined,
  'GET /history.csv': undefined,
  'POST /emergency/passkey-options': {},
  'POST /emergency/passkeys': { credential },
};

/** What is not one's own, and open to a session of an emergency too. */
const IN_ANY_SESSION = ['GET /session', 'DELETE /session'];

let keyturn: Keyturn;
let held: SessionClient;
beforeAll(async () => {
  keyturn = await startKeyturn({ directories: [embeddedSection()], configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true } } });
  await addPerson(keyturn, 'somebody');
  await addPerson(keyturn, 'clerk');
  held = await signIn(keyturn, 'clerk', await keyturn.enrol('clerk'));
});
afterAll(() => keyturn?.close());

const partsOf = (call: string): [method: string, path: string] => {
  const [method = '', path = ''] = call.split(' ');
  return [method, path.replace(/\{\w+\}/g, '1')];
};

describe('every call of the API', () => {
  it('says what it needs', async () => {
    const { paths } = (await (await fetch(`${keyturn.url}/api/openapi.json`)).json()) as { paths: Record<string, object> };
    const calls = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`),
    );
    expect(calls.toSorted()).toEqual(
      [...FOR_ANYBODY, ...Object.keys(IN_A_SESSION), ...Object.keys(BY_A_ROLE), ...Object.keys(AT_THE_INSTALLATION)]
        .map((call) => call.split('?')[0] ?? '')
        .toSorted(),
    );
  });

  const inASession = [...Object.entries(IN_A_SESSION), ...Object.entries(BY_A_ROLE), ...Object.entries(AT_THE_INSTALLATION)];
  it.each(inASession)('%s is refused without a session', async (call, body) => {
    const [method, path] = partsOf(call);
    const none = await request(keyturn.url, method, path, body);
    expect(none).toMatchObject({ status: 401, body: { code: 'session.missing' } });
    const worthless = await request(keyturn.url, method, path, body, { authorization: `Bearer ${'x'.repeat(43)}` });
    expect(worthless).toMatchObject({ status: 401, body: { code: 'session.missing' } });
  });

  it.each(Object.entries(BY_A_ROLE))('%s is refused without a role', async (call, body) => {
    expect(await held.call(...partsOf(call), body)).toMatchObject({ status: 403, body: { code: 'access.refused' } });
  });

  it.each(Object.entries(AT_THE_INSTALLATION))('%s is refused without a role at the installation', async (call, body) => {
    expect(await held.call(...partsOf(call), body)).toMatchObject({ status: 403, body: { code: 'access.management-refused' } });
  });

  const ofOneself = [...Object.entries(IN_A_SESSION), ...Object.entries(BY_A_ROLE)].filter(([call]) => !IN_ANY_SESSION.includes(call));
  it.each(ofOneself)('%s is refused in an emergency, as nobody', async (call, body) => {
    const { address } = await makeEmergencyLink(keyturn.deps, { author: 'root', reason: 'test', lifetime: 60_000 });
    const entered = await request(keyturn.url, 'POST', '/emergency', { secret: address.split('#')[1] });
    const { token } = entered.body as unknown as { token: string };
    const reply = await inSession(keyturn.url, token, ...partsOf(call), body);
    expect(reply).toMatchObject({ status: 403, body: { code: 'session.of-an-emergency' } });
  });
});
