import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemSchema } from '../../shared/api/journeys.ts';
import { prove, type Reply, request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { codeIn, type Enrolled, type Keyturn, startKeyturn } from './start-keyturn.ts';

let keyturn: Keyturn;
let people = 0;

beforeAll(async () => {
  keyturn = await startKeyturn({
    directories: [embeddedSection()],
    configuration: {
      guard: {
        startsPerAddress: { count: 10_000 },
        startsPerNetwork: { count: 10_000 },
        answersPerJourney: { count: 10_000 },
        strayRequestsPerAddress: { count: 10_000 },
      },
    },
  });
});
afterAll(async () => {
  await keyturn.close();
});

async function newPerson(): Promise<Enrolled & { login: string }> {
  people += 1;
  await addPerson(keyturn, `person${people}`);
  return { login: `person${people}`, ...(await keyturn.enrol(`person${people}`)) };
}

/** Every refusal is a problem document (RFC 9457) with a stable code, a sentence, and nothing of the inside. */
function expectProblem(reply: Reply, status: number, code: string): void {
  expect({ status: reply.status, code: reply.body.code }).toEqual({ status, code });
  expect(reply.headers.get('content-type')).toContain('application/problem+json');
  expect(reply.headers.get('cache-control')).toBe('no-store');
  const { title } = problemSchema.parse(reply.body);
  expect(title).not.toBe(`errors.${code}`);
  expect(title.length).toBeGreaterThan(10);
}

describe('starting a journey', () => {
  const good = { goal: 'reset-password', account: 'alice' };
  const malformed: [string, unknown][] = [
    ['nothing', {}],
    ['an unknown goal', { ...good, goal: 'become-admin' }],
    ['no account', { goal: 'reset-password' }],
    ['an empty account', { ...good, account: '' }],
    ['an account that is too long', { ...good, account: 'a'.repeat(257) }],
    ['an account that is no text', { ...good, account: { $ne: null } }],
    ['an unknown field', { ...good, isAdmin: true }],
    ['an unknown client', { ...good, client: { kind: 'toaster' } }],
    ['a list', [good]],
    ['null', 'null'],
    ['text', '"reset"'],
  ];
  it.each(malformed)('refuses %s', async (_what, body) => {
    expectProblem(await request(keyturn.url, 'POST', '/journeys', body), 400, 'request.malformed');
  });

  it('refuses what is no JSON', async () => {
    expectProblem(await request(keyturn.url, 'POST', '/journeys', '{"goal":'), 400, 'request.malformed');
    expectProblem(
      await request(keyturn.url, 'POST', '/journeys', '{"__proto__":{"a":1},"goal":"reset-password","account":"a"}'),
      400,
      'request.malformed',
    );
  });

  it('refuses other content types', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml']) {
      expectProblem(
        await request(keyturn.url, 'POST', '/journeys', JSON.stringify(good), { 'content-type': type }),
        415,
        'request.not-json',
      );
    }
  });

  it('refuses a body that is too large, whether it says so or not', async () => {
    const body = JSON.stringify({ ...good, locale: 'x'.repeat(20_000) });
    expectProblem(await request(keyturn.url, 'POST', '/journeys', body), 413, 'request.too-large');
  });

  it('takes any name without choking on it', async () => {
    const names = [
      '*',
      'a)(uid=*',
      '\\2a',
      'ünïcödé',
      '名前',
      'a\u0000b',
      "' or 1=1 --",
      'cn=x,dc=y',
      ' ',
      '\u202eadmin',
      '💥'.repeat(60),
      '\ud800',
    ];
    for (const account of names) {
      const client = await startJourney(keyturn.url, account);
      expect((await client.answer({ option: 'email' })).status).toBe(200);
    }
  });
});

describe('the token', () => {
  it('is needed', async () => {
    expectProblem(await request(keyturn.url, 'GET', '/journeys/current'), 401, 'journey.token-missing');
    expectProblem(
      await request(keyturn.url, 'GET', '/journeys/current', undefined, { authorization: 'Bearer short' }),
      401,
      'journey.token-missing',
    );
    expectProblem(
      await request(keyturn.url, 'GET', '/journeys/current', undefined, { authorization: 'Basic YTpi' }),
      401,
      'journey.token-missing',
    );
  });

  it('of nobody opens nothing', async () => {
    const authorization = `Bearer ${'A'.repeat(43)}`;
    for (const [method, path, body] of [
      ['GET', '/journeys/current', undefined],
      ['DELETE', '/journeys/current', undefined],
      ['POST', '/journeys/current/steps/x', { option: 'email' }],
      ['POST', '/journeys/current/password-check', { password: 'x' }],
    ] as const) {
      expectProblem(await request(keyturn.url, method, path, body, { authorization }), 401, 'journey.not-found');
    }
  });

  it('of one journey does nothing in another', async () => {
    const [one, two] = [await startJourney(keyturn.url, 'somebody'), await startJourney(keyturn.url, 'somebody')];
    const reply = await one.call('POST', `/journeys/current/steps/${two.step.id}`, { option: 'email' });
    expectProblem(reply, 409, 'journey.step-passed');
    expect(reply.body.step?.id).toBe(one.step.id);
    expect((await two.call('GET', '/journeys/current')).body.step?.id).toBe(two.step.id);
  });
});

describe('an answer', () => {
  it('to an unknown or passed step gets the current one and changes nothing', async () => {
    const person = await newPerson();
    const client = await startJourney(keyturn.url, person.login);
    const first = client.step.id;
    await client.answer({ option: 'email' });
    for (const stale of [first, 'nonsense', 'x'.repeat(64)]) {
      const reply = await client.call('POST', `/journeys/current/steps/${stale}`, { option: 'totp' });
      expectProblem(reply, 409, 'journey.step-passed');
      expect(reply.body.step?.id).toBe(client.step.id);
    }
    expect(keyturn.messages(person.address)).toHaveLength(1);
  });

  it('of the wrong form is refused and uses up no attempt', async () => {
    const person = await newPerson();
    const client = await startJourney(keyturn.url, person.login);
    expectProblem(await client.answer({ code: '123456' }), 422, 'journey.answer-not-fitting');
    expectProblem(await client.answer({ option: 'passkey' }), 422, 'journey.answer-not-fitting');
    expectProblem(await client.answer({ option: 'constructor' }), 422, 'journey.answer-not-fitting');
    await client.answer({ option: 'email' });
    const { attemptsLeft } = client.at('code');
    for (const body of [
      { code: '' },
      { code: 12345678 },
      { code: 'x'.repeat(65) },
      { code: '1', extra: 1 },
      { resend: false },
      [],
      'null',
    ]) {
      expectProblem(await client.answer(body), 400, 'request.malformed');
    }
    expectProblem(await client.answer({ password: 'x' }), 422, 'journey.answer-not-fitting');
    expectProblem(await client.answer({ resend: true }), 422, 'journey.answer-not-fitting');
    const current = await client.call('GET', '/journeys/current');
    expect(current.body.step).toMatchObject({ kind: 'code', attemptsLeft });
  });

  it('with a wrong code keeps the step, until the attempts are used up', async () => {
    const person = await newPerson();
    const client = await startJourney(keyturn.url, person.login);
    await client.answer({ option: 'email' });
    const right = codeIn(await keyturn.waitForMessage(person.address));
    const wrong = right === '00000000' ? '11111111' : '00000000';
    for (const left of [4, 3, 2, 1]) {
      await client.answer({ code: wrong });
      expect(client.at('code')).toMatchObject({ attemptsLeft: left, messageTone: 'error' });
    }
    await client.answer({ code: wrong });
    expect(client.at('refused').code).toBe('journey.too-many-attempts');
    expectProblem(await client.answer({ code: right }), 404, 'journey.step-unknown');
    expect(await signsIn(keyturn, person.login, OLD_PASSWORD)).toBe(true);
  });

  it('with a code that was used already, or of another journey, is wrong', async () => {
    const person = await newPerson();
    const first = await startJourney(keyturn.url, person.login);
    await first.answer({ option: 'email' });
    const code = codeIn(await keyturn.waitForMessage(person.address));
    const second = await startJourney(keyturn.url, person.login);
    await second.answer({ option: 'email' });
    await second.answer({ code });
    expect(second.at('code').attemptsLeft).toBe(4);
    await first.answer({ code });
    const shown = person.totp();
    await first.answer({ code: shown });
    first.at('new-password');
    // RFC 6238 5.2: the second attempt with the same code is not accepted, in whatever journey.
    await keyturn.waitForMessage(person.address, 1);
    const [newest] = keyturn.messages(person.address).filter((message) => !message.text.includes(code) && /^\d{8}$/m.test(message.text));
    if (newest === undefined) throw new Error('no second code');
    await second.answer({ code: codeIn(newest) });
    expect(second.at('code').factor.kind).toBe('totp');
    await second.answer({ code: shown });
    expect(second.at('code')).toMatchObject({ attemptsLeft: 4 });
  });

  it('with a code past its time is told so, and another one can be had', async () => {
    const person = await newPerson();
    const client = await startJourney(keyturn.url, person.login);
    await client.answer({ option: 'email' });
    const old = codeIn(await keyturn.waitForMessage(person.address));
    keyturn.clock.move(11 * 60_000);
    await client.answer({ code: old });
    expect(client.at('code').message).toMatch(/expired/);
    await client.answer({ resend: true });
    await client.answer({ code: codeIn(await keyturn.waitForMessage(person.address, 1)) });
    expect(client.at('code').factor.kind).toBe('totp');
  });

  it('that checks a password is refused before the proof', async () => {
    const client = await startJourney(keyturn.url, 'somebody');
    expectProblem(await client.call('POST', '/journeys/current/password-check', { password: 'x' }), 409, 'journey.no-password-step');
    expectProblem(await client.call('POST', '/journeys/current/password-check', { password: 'x'.repeat(1025) }), 400, 'request.malformed');
  });

  it('with an enormous or odd password changes nothing', async () => {
    const person = await newPerson();
    const client = await startJourney(keyturn.url, person.login);
    await prove(keyturn, client, person);
    expectProblem(await client.answer({ password: 'x'.repeat(1025) }), 400, 'request.malformed');
    expectProblem(await client.answer({ password: '' }), 400, 'request.malformed');
    expectProblem(await client.answer({ keepPassword: true }), 422, 'journey.answer-not-fitting');
    for (const password of ['with a \u0000 in it, long enough', 'a lone surrogate \ud800 here', '{SSHA}0123456789abcdef']) {
      expect((await client.answer({ password })).body.step).toMatchObject({
        kind: 'new-password',
        verdicts: expect.arrayContaining([expect.objectContaining({ ok: false })]),
      });
    }
    expect(await signsIn(keyturn, person.login, OLD_PASSWORD)).toBe(true);
  });
});

describe('any other address', () => {
  it('answers with a problem document too', async () => {
    expectProblem(await request(keyturn.url, 'GET', '/nothing/here'), 404, 'request.not-found');
    expectProblem(await request(keyturn.url, 'PUT', '/journeys/current', {}), 404, 'request.not-found');
    expectProblem(await request(keyturn.url, 'GET', '/journeys/%zz'), 400, 'request.malformed');
  });

  it('speaks the language of the caller', async () => {
    const reply = await request(keyturn.url, 'GET', '/journeys/current', undefined, { 'accept-language': 'de-AT, en;q=0.5' });
    expect(reply.body.title).toMatch(/Vorgang/);
  });
});
