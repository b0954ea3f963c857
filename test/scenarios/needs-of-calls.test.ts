import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOKEN_PERMISSIONS, type TokenPermission } from '../../shared/permissions.ts';
import { makeEmergencyLink } from '../../src/core/access/emergency.ts';
import { makeToken } from '../../src/core/tokens/make-token.ts';
import type { TokenRule } from '../../src/http/api-token.ts';
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
  'POST /helpdesk-link',
  'POST /first-reset',
  'POST /enrolment/passkey-options',
  'POST /enrolment/passkeys',
  'POST /session',
  'POST /phone',
  'POST /session/openid',
  'POST /session/openid/finish',
  'POST /openid/logout',
  'POST /emergency',
  'POST /emergency/return',
  'GET /site',
  'POST /notices/not-me',
  'GET /demo/messages',
  'GET /demo/accounts',
  'GET /demo/authenticator/{account}',
];

/** What only the browser may call that the console has let in, at the last step of its set-up. */
const IN_THE_SET_UP: Readonly<Record<string, unknown>> = {
  'GET /set-up/first-reset': undefined,
  'POST /set-up/first-reset': { account: 'somebody' },
  'POST /set-up/first-reset/link': {},
  'POST /set-up/first-reset/end': {},
};

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
  'GET /helpdesk/approvals': undefined,
  'POST /helpdesk/approvals/{case}': { approve: true },
  'GET /helpdesk/cases/{case}': undefined,
  'GET /helpdesk/cases/{case}/reset': undefined,
  'POST /helpdesk/cases/{case}/act': {},
  'POST /helpdesk/cases/{case}/ask': { kind: 'email' },
  'POST /helpdesk/cases/{case}/vouch': {},
  'POST /helpdesk/cases/{case}/page': { over: 'email' },
  'POST /helpdesk/cases/{case}/answer': { code: '12345678' },
  'DELETE /helpdesk/cases/{case}': undefined,
  'GET /me/vouch': undefined,
  'POST /me/vouch/{request}': { digits: '12' },
  'POST /me/vouch/{request}/refuse': {},
  'GET /token': undefined,
};

/** What only somebody who is signed in and has a role for it may call; with the query where one is needed. */
const BY_A_ROLE: Readonly<Record<string, unknown>> = {
  'POST /help/find': { account: 'somebody' },
  'POST /help/unlock': { account },
  'POST /help/reset': { account, ...password },
  'POST /helpdesk/cases': { account, action: 'unlock-account' },
  'POST /helpdesk/reminders': { people: [account] },
  'GET /helpdesk/live': undefined,
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
  'POST /admin/mail-preview': { notice: 'code', language: 'en', subject: 'x', body: 'x' },
  'POST /admin/text-preview': { notice: 'code', language: 'en', text: 'x' },
  'POST /admin/test-mail': { notice: 'code', language: 'en', subject: 'x', body: 'x', to: 'x' },
  'POST /admin/test-text': { gateway: 'x', to: { proof: 'x' } },
  'GET /admin/configuration/versions': undefined,
  'GET /admin/configuration/versions/{version}': undefined,
  'POST /admin/explain': { account: { name: 'somebody' } },
  'POST /admin/try': { account: { name: 'somebody' }, client: 'web' },
  'GET /admin/people-count': undefined,
  'POST /admin/people-count': {},
  'POST /admin/people-count/draft': { document: {}, base: 1 },
  'POST /admin/people-count/draft/people': { document: {}, base: 1 },
  'DELETE /admin/people-count': undefined,
  'DELETE /admin/people-count/waits/{wait}': undefined,
  'GET /admin/health': undefined,
  'GET /admin/question-use': undefined,
  'POST /admin/question-use': {},
  'GET /admin/queue': undefined,
  'POST /admin/queue/{message}/retry': {},
  'POST /admin/queue/{message}/delete': { reason: 'x' },
  'POST /admin/threat': { reason: 'x' },
  'POST /admin/threat/lift': { seen: 'x' },
  'GET /reports': undefined,
  'GET /reports/locked': undefined,
  'GET /reports/{table}': undefined,
  'GET /history': undefined,
  'GET /history.csv': undefined,
  'GET /admin/tokens': undefined,
  'POST /admin/tokens': { name: 'x', may: ['view-history'], days: 1 },
  'DELETE /admin/tokens/{token}': undefined,
  'POST /emergency/passkey-options': {},
  'POST /emergency/passkeys': { credential },
};

/** Of these what a program may call, and the scope that its token needs; with the answer that it gets. */
const BY_A_TOKEN: Readonly<Record<string, [scope: TokenRule, status: number]>> = {
  'GET /token': ['any', 200],
  'GET /helpdesk/directories': ['see-people', 200],
  'GET /helpdesk/people?directory=people': ['see-people', 200],
  'GET /helpdesk/people.csv?directory=people': ['see-people', 200],
  'GET /helpdesk/people/{directory}/{id}': ['see-people', 403],
  'GET /admin/configuration': ['manage-configuration', 200],
  'GET /admin/configuration/schema': ['manage-configuration', 200],
  'POST /admin/configuration/check': ['manage-configuration', 200],
  'GET /admin/configuration/versions': ['manage-configuration', 200],
  'GET /admin/configuration/versions/{version}': ['manage-configuration', 200],
  'POST /admin/explain': ['manage-roles', 200],
  'GET /reports': ['view-history', 200],
  'GET /reports/locked': ['view-history', 200],
  'GET /reports/{table}': ['view-history', 404],
  'GET /history': ['view-history', 200],
  'GET /history.csv': ['view-history', 200],
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

/** Every call of the document, and what it says of tokens. */
async function describedCalls(): Promise<[call: string, rule: unknown][]> {
  const { paths } = (await (await fetch(`${keyturn.url}/api/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Record<string, unknown>>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, told]): [string, unknown] => [
      `${method.toUpperCase()} ${path.replace('/api/v1', '')}`,
      told['x-keyturn-token'],
    ]),
  );
}

describe('every call of the API', () => {
  it('says what it needs', async () => {
    const calls = (await describedCalls()).map(([call]) => call);
    expect(calls.toSorted()).toEqual(
      [...FOR_ANYBODY, ...[IN_THE_SET_UP, IN_A_SESSION, BY_A_ROLE, AT_THE_INSTALLATION].flatMap((calls) => Object.keys(calls))]
        .map((call) => call.split('?')[0] ?? '')
        .toSorted(),
    );
  });

  it.each(Object.entries(IN_THE_SET_UP))('%s is refused where no set-up is left', async (call, body) => {
    for (const reply of [await request(keyturn.url, ...partsOf(call), body), await held.call(...partsOf(call), body)])
      expect(reply).toMatchObject({ status: 404, body: { code: 'set-up.over' } });
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

describe('a token of a program', () => {
  const tokens = new Map<TokenPermission, string>();
  let all: string;
  beforeAll(async () => {
    const by = { actor: { kind: 'operator' as const }, author: 'root' };
    const make = async (name: string, may: readonly TokenPermission[]) =>
      (await makeToken(keyturn.deps, { name, may, days: 1, ...(may.includes('see-people') ? { over: {} } : {}) }, by)).text;
    for (const scope of TOKEN_PERMISSIONS) tokens.set(scope, await make(scope, [scope]));
    all = await make('all', TOKEN_PERMISSIONS);
  });

  it('is spoken of by every call: whoever adds one says whether a token may call it', async () => {
    const told = (await describedCalls()).map(([call, rule]) => `${call}: ${String(rule ?? 'SAYS NOTHING')}`);
    const wanted = new Map(Object.entries(BY_A_TOKEN).map(([call, [rule]]) => [call.split('?')[0], rule]));
    expect(told.toSorted()).toEqual((await describedCalls()).map(([call]) => `${call}: ${wanted.get(call) ?? 'never'}`).toSorted());
  });

  const bodies = { ...IN_A_SESSION, ...BY_A_ROLE, ...AT_THE_INSTALLATION };
  const allowed = Object.entries(BY_A_TOKEN).flatMap(([call, [rule, status]]) =>
    TOKEN_PERMISSIONS.map((scope): [TokenPermission, string, number] => [scope, call, rule === 'any' || rule === scope ? status : 0]),
  );
  it.each(allowed)('that has %s calls %s', async (scope, call, status) => {
    const [[method, path], body] = [partsOf(call), bodies[call]];
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const reply = await fetch(`${keyturn.url}/api/v1${path}`, {
      ...{ method, headers: { authorization: `Bearer ${tokens.get(scope)}`, ...json } },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    expect([reply.status, text.includes('"code":"token.not-allowed"')]).toEqual(status === 0 ? [403, true] : [status, false]);
  });

  const never = Object.entries(bodies).filter(([call]) => !Object.hasOwn(BY_A_TOKEN, call));
  it.each(never)('that has every scope does not call %s', async (call, body) => {
    const reply = await inSession(keyturn.url, all, ...partsOf(call), body);
    expect(reply).toMatchObject({ status: 403, body: { code: 'token.needs-person' } });
  });
});
