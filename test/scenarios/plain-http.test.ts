import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newPassword } from '../conformance/samples.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { prove, request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { codeIn, type Keyturn, startKeyturn } from './start-keyturn.ts';

let keyturn: Keyturn;

beforeAll(async () => {
  keyturn = await startKeyturn({ directories: [embeddedSection()], configuration: { guard: GENEROUS_LIMITS } });
});
afterAll(async () => {
  await keyturn.close();
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A request as its bytes are given, past what `fetch` would not send. */
function send(method: string, path: string, headers: Record<string, string | string[]>, body?: Buffer | string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(keyturn.url, { method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => void chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const json = { 'content-type': 'application/json' };
const START = JSON.stringify({ goal: 'reset-password', account: 'somebody', client: { kind: 'web' } });
const codeOf = ({ body }: Answer) => (JSON.parse(body) as { code?: string }).code;

/** What a socket brings back for bytes that may be no HTTP at all. */
function bytes(text: string): Promise<string> {
  const { hostname, port } = new URL(keyturn.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('whoever refuses, and whatever is asked', () => {
  const refusals: [string, () => Promise<Answer>, number][] = [
    ['a foreign origin', () => send('POST', '/api/v1/journeys', { ...json, origin: 'https://evil.example' }, START), 403],
    ['a foreign site', () => send('POST', '/api/v1/journeys', { ...json, 'sec-fetch-site': 'cross-site' }, START), 403],
    ['an address that cannot be read', () => send('GET', '/%zz', {}), 400],
    ['an address that leads nowhere', () => send('GET', '/nowhere', {}), 404],
    ['another language than JSON', () => send('POST', '/api/v1/journeys', { 'content-type': 'text/plain' }, 'x'), 415],
    ['a body that is too large', () => send('POST', '/api/v1/journeys', json, 'x'.repeat(20_000)), 413],
    ['no JSON', () => send('POST', '/api/v1/journeys', json, '{'), 400],
    ['another charset', () => send('POST', '/api/v1/journeys', { 'content-type': 'application/json; charset=utf-16' }, START), 415],
    ['no token', () => send('GET', '/api/v1/journeys/current', {}), 401],
    ['a start', () => send('POST', '/api/v1/journeys', json, START), 201],
    ['a start under another spelling', () => send('POST', '/%61pi/v1/journeys', json, START), 201],
    ['a start in absolute form, as proxies send it', () => send('POST', `http://x/api/v1/journeys`, json, START), 201],
    ['the site under another spelling', () => send('GET', '/api/v1/%73ite', {}), 200],
    ['the description of the API', () => send('GET', '/api/openapi.json', {}), 200],
    ['health', () => send('GET', '/healthz', {}), 200],
  ];
  it.each(refusals)('all security headers are on: %s', async (_what, ask, status) => {
    const answer = await ask();
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'keyturn-answer': '1',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': expect.any(String),
      'cache-control': 'no-store',
    });
  });

  it.each([
    ['what is no HTTP', 'nonsense\r\n\r\n', 400],
    ['a header without end', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(70_000)}\r\n\r\n`, 431],
  ])('all security headers are on: %s', async (_what, text, status) => {
    const answer = await bytes(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    for (const name of ['content-security-policy', 'x-frame-options: DENY', 'cache-control: no-store']) expect(answer).toContain(name);
    expect(answer).toContain('urn:keyturn:problem:');
  });
});

describe('a body', () => {
  it.each(['iso-8859-1', 'utf-16', 'utf-16le', 'windows-1252', '"latin1"'])('in charset %s is refused', async (charset) => {
    const answer = await send('POST', '/api/v1/journeys', { 'content-type': `application/json; charset=${charset}` }, START);
    expect([answer.status, codeOf(answer)]).toEqual([415, 'request.encoding-refused']);
  });

  it.each(['utf-8', 'UTF-8', 'utf8', '"utf-8"'])('in charset %s is taken', async (charset) => {
    expect((await send('POST', '/api/v1/journeys', { 'content-type': `application/json; charset=${charset}` }, START)).status).toBe(201);
  });

  it.each(['gzip', 'br', 'deflate', 'x-gzip', 'identity, gzip'])('said to be encoded as %s is refused', async (encoding) => {
    const answer = await send('POST', '/api/v1/journeys', { ...json, 'content-encoding': encoding }, START);
    expect([answer.status, codeOf(answer)]).toEqual([415, 'request.encoding-refused']);
  });

  it.each([10, 40])('of %i MB is refused in words, not cut off', async (megabytes) => {
    const answer = await send('POST', '/api/v1/journeys', json, Buffer.alloc(megabytes * 1024 * 1024, 'x'));
    expect([answer.status, codeOf(answer)]).toEqual([413, 'request.too-large']);
  });

  it('that is no UTF-8 sets no password', async () => {
    await addPerson(keyturn, 'umlaut');
    const person = await keyturn.enrol('umlaut');
    const client = await startJourney(keyturn.url, 'umlaut');
    await prove(keyturn, client, person);
    const headers = { ...json, authorization: `Bearer ${client.token}` };
    const latin1 = Buffer.from(JSON.stringify({ password: 'Päöüsswort-4711-Zebra' }), 'latin1');
    for (const path of [`/api/v1/journeys/current/steps/${client.step.id}`, '/api/v1/journeys/current/password-check']) {
      const answer = await send('POST', path, headers, latin1);
      expect([answer.status, codeOf(answer)]).toEqual([400, 'request.malformed']);
    }
    // What a program that reads another charset as UTF-8 makes of it.
    const replaced = await client.answer({ password: 'P\ufffd\ufffd\ufffdsswort-4711-Zebra' });
    expect(replaced.body.step?.kind).toBe('new-password');
    expect(await signsIn(keyturn, 'umlaut', OLD_PASSWORD)).toBe(true);
  });
});

describe('the token of a browser', () => {
  const start = async () => {
    const { headers, body } = await send('POST', '/api/v1/journeys', json, START);
    const cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    return { cookie, id: (JSON.parse(body) as { step: { id: string } }).step.id };
  };
  const current = (headers: Record<string, string>) => send('GET', '/api/v1/journeys/current', headers);

  it.each(['Basic YTpi', 'Negotiate YII', 'NTLM TlRM', 'Digest username="a"'])(
    'is read beside a foreign Authorization: %s',
    async (authorization) => {
      const { cookie } = await start();
      expect((await current({ cookie, authorization })).status).toBe(200);
      expect((await current({ authorization })).status).toBe(401);
    },
  );

  it('is read beside another cookie of the same name, in whatever order', async () => {
    const { cookie, id } = await start();
    const other = `keyturn-journey=${'B'.repeat(43)}`;
    for (const header of [`${other}; ${cookie}`, `${cookie}; ${other}`, `a=b; ${other}; keyturn-journey=junk; ${cookie}`]) {
      const answer = await current({ cookie: header });
      expect([answer.status, answer.body.includes(id)]).toEqual([200, true]);
    }
  });

  it.each(['Bearer', 'bearer', 'BEARER'])('of a program may be called %s', async (scheme) => {
    const client = await startJourney(keyturn.url, 'somebody');
    expect((await request(keyturn.url, 'GET', '/journeys/current', undefined, { authorization: `${scheme} ${client.token}` })).status).toBe(
      200,
    );
  });

  it('ends with the journey: the next person at this computer finds nothing', async () => {
    await addPerson(keyturn, 'kiosk');
    const person = await keyturn.enrol('kiosk');
    const { headers, body } = await send('POST', '/api/v1/journeys', json, START.replace('somebody', 'kiosk'));
    const cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    let { journey, step } = JSON.parse(body) as { journey: string; step: { id: string; kind: string } };
    const cleared: boolean[] = [];
    const answer = async (given: unknown) => {
      const reply = await send('POST', `/api/v1/journeys/${journey}/steps/${step.id}`, { ...json, cookie }, JSON.stringify(given));
      ({ journey, step } = JSON.parse(reply.body) as { journey: string; step: typeof step });
      cleared.push(/keyturn-journey=;.*(Max-Age=0|1970)/.test(reply.headers['set-cookie']?.[0] ?? ''));
    };
    await answer({ option: 'email' });
    await answer({ code: codeIn(await keyturn.waitForMessage(person.address)) });
    await answer({ code: person.totp() });
    await answer({ password: newPassword() });
    expect(step.kind).toBe('done');
    expect(cleared).toEqual([false, false, false, true]);
    // A page whose last answer was lost on the way still learns how it ended, once.
    expect((await current({ cookie })).headers['set-cookie']?.[0]).toMatch(/keyturn-journey=;/);
    expect((await current({})).status).toBe(401);
  });

  it('is not given where nothing can follow', async () => {
    const asked = JSON.stringify({ goal: 'find-username', account: 'somebody', client: { kind: 'web' } });
    const { status, headers } = await send('POST', '/api/v1/journeys', json, asked);
    expect([status, headers['set-cookie']]).toEqual([201, undefined]);
  });
});
