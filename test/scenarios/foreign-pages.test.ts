import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { request } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { type Keyturn, startKeyturn, TEST_URL } from './start-keyturn.ts';

let keyturn: Keyturn;

beforeAll(async () => {
  keyturn = await startKeyturn({ directories: [embeddedSection()] });
  await addPerson(keyturn, 'alice');
  await keyturn.enrol('alice');
});
afterAll(async () => {
  await keyturn.close();
});

/** A request with headers that `fetch` would not let a program set. */
function raw(method: string, path: string, headers: Record<string, string>, body = ''): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    // Node gives a DELETE no length of its own: what stands behind it would be read as the next request.
    const framed = body === '' ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) };
    const sent = httpRequest(`${keyturn.url}${path}`, { method, headers: framed }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Every route that changes something, from the description that the server itself gives. */
async function changingRoutes(): Promise<[string, string][]> {
  const { paths } = JSON.parse((await raw('GET', '/api/openapi.json', {})).text) as { paths: Record<string, Record<string, unknown>> };
  return Object.entries(paths).flatMap(([path, verbs]) =>
    Object.keys(verbs)
      .filter((verb) => verb !== 'get')
      .map((verb): [string, string] => [verb.toUpperCase(), path.replace(/\{\w+\}/g, 'x')]),
  );
}

describe('a page of somebody else', () => {
  it('can make a browser change nothing, whatever it says of itself', async () => {
    const routes = await changingRoutes();
    expect(routes.length).toBeGreaterThanOrEqual(5);
    for (const [method, path] of routes) {
      for (const headers of [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { origin: `${TEST_URL}.evil.example` },
        { origin: `${TEST_URL}@evil.example` },
        { origin: 'http://127.0.0.1:1' },
        { origin: '' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { 'sec-fetch-site': 'none' },
        { origin: TEST_URL, 'sec-fetch-site': 'cross-site' },
      ]) {
        const answer = await raw(method, path, { 'content-type': 'application/json', ...headers } as Record<string, string>, '{}');
        expect([method, path, headers, answer.status, (JSON.parse(answer.text) as { code: string }).code]).toEqual([
          method,
          path,
          headers,
          403,
          'request.foreign-origin',
        ]);
      }
    }
  });

  it('is shown the authenticators that the demo enrolled, and no one else’s of that name', async () => {
    const show = () => raw('GET', '/api/v1/demo/authenticator/alice', { host: '127.0.0.1' });
    // Enrolled by the test, as somebody of a configured directory who is called like a sample person.
    expect((await show()).status).toBe(404);
    const { deps } = keyturn;
    const [alice] = await deps.directories.get('people').findAccounts('alice');
    if (alice === undefined) throw new Error('no alice');
    const account = { directory: alice.directory, id: alice.id };
    await addFactor(deps, deps.store, { account, kind: 'totp', label: 'demo', secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', source: 'demo' });
    expect((await show()).status).toBe(200);
  });

  it('reads nothing of the demo by having its own name resolve to this machine', async () => {
    for (const path of ['/api/v1/demo/messages', '/api/v1/demo/accounts', '/api/v1/demo/authenticator/alice']) {
      for (const host of [
        'evil.example',
        'evil.example:8080',
        '127.0.0.1.evil.example',
        'localhost.evil.example',
        '::1',
        'x@127.0.0.1:x',
      ]) {
        expect([path, host, (await raw('GET', path, { host })).status]).toEqual([path, host, 403]);
      }
      for (const host of ['127.0.0.1', '127.0.0.1:9999', 'localhost:8080', '[::1]:8080']) {
        expect([path, host, (await raw('GET', path, { host })).status]).toEqual([path, host, 200]);
      }
    }
  });
});

describe('what is sent twice or strangely', () => {
  it('a key that stands twice counts once, and is checked like any other', async () => {
    const body = '{"goal":"reset-password","account":"alice","account":{"$ne":1}}';
    expect((await request(keyturn.url, 'POST', '/journeys', body)).status).toBe(400);
  });

  it('a body whose length is told in two ways reaches nothing', async () => {
    const headers = { 'content-type': 'application/json', 'content-length': '5', 'transfer-encoding': 'chunked' };
    const answer = await raw('POST', '/api/v1/journeys', headers).catch(() => ({ status: 400, text: '' }));
    expect(answer.status).toBe(400);
  });

  it('a bearer token that is none is not made good by a cookie', async () => {
    const started = await request(keyturn.url, 'POST', '/journeys', { goal: 'reset-password', account: 'alice', client: { kind: 'web' } });
    const cookie = started.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect((await raw('GET', '/api/v1/journeys/current', { cookie })).status).toBe(200);
    expect((await raw('GET', '/api/v1/journeys/current', { cookie, authorization: 'Bearer x' })).status).toBe(401);
  });

  it.each([
    '/..%2f..%2fpackage.json',
    '/assets/..%2f..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/%2e%2e/package.json',
    '/.%00/index.html',
    '//etc/passwd',
  ])('the address %s opens no file', async (path) => {
    const answer = await raw('GET', path, {});
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text).not.toContain('dependencies');
  });
});
