import { afterAll, beforeAll, expect, it } from 'vitest';
import { embeddedSection } from './sample-directory.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

interface Document {
  openapi: string;
  components: { schemas: Record<string, object> };
  paths: Record<string, Record<string, { summary?: string; requestBody?: unknown; responses: Record<string, unknown> }>>;
}

let keyturn: Keyturn;
let document: Document;

beforeAll(async () => {
  keyturn = await startKeyturn({ directories: [embeddedSection()] });
  document = (await (await fetch(`${keyturn.url}/api/openapi.json`)).json()) as Document;
});
afterAll(async () => {
  await keyturn.close();
});

it('describes every call of the journey protocol', () => {
  expect(document.openapi).toMatch(/^3\.1\./);
  const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(calls).toEqual(
    expect.arrayContaining([
      'POST /api/v1/journeys',
      'GET /api/v1/journeys/{journey}',
      'DELETE /api/v1/journeys/{journey}',
      'POST /api/v1/journeys/{journey}/steps/{step}',
      'POST /api/v1/journeys/{journey}/password-check',
      'POST /api/v1/notices/not-me',
      'POST /api/v1/session',
      'PUT /api/v1/session',
      'GET /api/v1/session',
      'DELETE /api/v1/session',
      'POST /api/v1/session/step-up',
      'GET /api/v1/sessions',
      'DELETE /api/v1/sessions',
      'DELETE /api/v1/sessions/{session}',
      'GET /api/v1/me',
      'GET /api/v1/me/activity',
      'POST /api/v1/me/password',
      'POST /api/v1/me/password-check',
      'GET /api/v1/me/factors',
      'POST /api/v1/me/factors/totp',
      'POST /api/v1/me/factors/email',
      'POST /api/v1/me/factors/confirm',
      'POST /api/v1/me/factors/passkey-options',
      'POST /api/v1/me/factors/passkeys',
      'POST /api/v1/me/factors/recovery-codes',
      'POST /api/v1/me/factors/questions',
      'PATCH /api/v1/me/factors/{factor}',
      'DELETE /api/v1/me/factors/{factor}',
      'GET /api/v1/me/vouch',
      'POST /api/v1/me/vouch/{request}',
      'POST /api/v1/me/vouch/{request}/refuse',
      'POST /api/v1/help/find',
      'POST /api/v1/help/unlock',
      'POST /api/v1/help/reset',
      'GET /api/v1/site',
    ]),
  );
});

it('gives every call a summary, and those that take a body its schema', () => {
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, call] of Object.entries(methods)) {
      expect(call.summary, `${method} ${path}`).toBeTruthy();
      if (method === 'post') expect(call.requestBody, `${method} ${path}`).toBeDefined();
      expect(
        Object.keys(call.responses).some((status) => status.startsWith('2')),
        `${method} ${path}`,
      ).toBe(true);
    }
  }
});

it('writes what many calls share once, by name, and names nothing that is not there or not used', async () => {
  const text = JSON.stringify(document);
  const named = new Set([...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name));
  expect(Object.keys(document.components.schemas).toSorted()).toEqual([...named].toSorted());
  expect(named).toEqual(new Set(['Problem', 'Step', 'Session', 'Case']));
  expect([...text.matchAll(/"\$ref":"/g)]).toHaveLength([...text.matchAll(/"\$ref":"#\/components\/schemas\//g)].length);
  // 4.2 MB when each call repeated them: anybody may ask for the document, and it is written for each who does.
  expect(text.length).toBeLessThan(300_000);
});

it('keeps what an answer says of itself that has no shape', () => {
  const [answer] = Object.values(document.paths['/api/v1/history.csv']?.get?.responses ?? {});
  expect(answer).toMatchObject({ description: 'text/csv' });
});
