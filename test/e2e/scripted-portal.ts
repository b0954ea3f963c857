import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { text } from 'node:stream/consumers';
import { buildWeb, WEB_FOLDER } from '../../scripts/build-web.ts';
import { ANSWER_MARK } from '../../shared/api/answer-mark.ts';
import { demoAccountsSchema, demoAuthenticatorSchema, demoMessagesSchema } from '../../shared/api/demo.ts';
import {
  answerResponseSchema,
  currentResponseSchema,
  passwordCheckResponseSchema,
  problemSchema,
  startResponseSchema,
} from '../../shared/api/journeys.ts';
import { notMeResponseSchema, siteSchema } from '../../shared/api/site.ts';

/** The journey of every step, unless a test says otherwise. */
const JOURNEY = 'j1';

/** The strictest policy that the pages live with: no inline script or style, nothing from elsewhere. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export interface Call {
  method: string;
  path: string;
  body: unknown;
  language: string;
}

/**
 * `status` 0 cuts the connection, as a network that is gone does. `foreign`: what stands between server and browser answers with
 * this text.
 */
export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
  foreign?: string;
}

export interface ScriptedPortal {
  origin: string;
  calls: Call[];
  /** The answer to each API call from now on; `undefined` is a 404. */
  reply: (call: Call) => Reply | undefined | Promise<Reply | undefined>;
  close(): Promise<void>;
}

/**
 * The built pages with API answers written by a test. It is for how pages look and behave; that server and pages fit
 * together is tested against the real server. Answers are checked against the API's schemas, so that no test draws
 * a page from an answer that the server could never give.
 */
export async function startScriptedPortal(): Promise<ScriptedPortal> {
  await buildWeb();
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://portal').pathname;
    if (!path.startsWith('/api/')) {
      const isFile = extname(path) !== '';
      const file = join(WEB_FOLDER, isFile ? normalize(path) : 'index.html');
      const content = await readFile(file).catch(() => undefined);
      response.writeHead(content === undefined ? 404 : 200, {
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': PAGE_POLICY,
        'x-content-type-options': 'nosniff',
      });
      return response.end(content);
    }
    const raw = await text(request);
    const call: Call = {
      method: request.method ?? 'GET',
      path,
      body: raw === '' ? undefined : JSON.parse(raw),
      language: String(request.headers['accept-language'] ?? ''),
    };
    portal.calls.push(call);
    const reply = (await portal.reply(call)) ?? { status: 404, body: problem(404, 'request.not-found') };
    if (reply.status === 0) return request.socket.destroy();
    if (reply.foreign !== undefined) {
      response.writeHead(reply.status, { 'content-type': 'text/html', ...reply.headers });
      return response.end(reply.foreign);
    }
    if (reply.status < 400 && path === '/api/v1/site') reply.body = { publicUrl: portal.origin, ...(reply.body as object) };
    if (reply.status < 400 && hasStep(reply.body)) reply.body = { journey: JOURNEY, ...reply.body };
    if (reply.body !== undefined) schemaOf(call, reply.status).parse(reply.body);
    response.writeHead(reply.status, {
      [ANSWER_MARK.name]: ANSWER_MARK.value,
      'content-type': reply.status < 400 ? 'application/json' : 'application/problem+json',
      ...reply.headers,
    });
    return response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const portal: ScriptedPortal = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    reply: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return portal;
}

/** Whatever tells a step tells of which journey it is; tests need not. */
function hasStep(body: unknown): body is object {
  return typeof body === 'object' && body !== null && 'step' in body;
}

/** A problem document as the server sends it (RFC 9457). */
export function problem(status: number, code: string, more: object = {}) {
  return { type: `https://keyturn.invalid/problems/${code}`, title: code, status, code, ...more };
}

function schemaOf(call: Call, status: number) {
  if (status >= 400) return problemSchema;
  if (call.path === '/api/v1/site') return siteSchema;
  if (call.path === '/api/v1/journeys') return startResponseSchema;
  if (call.method === 'GET' && call.path.startsWith('/api/v1/journeys/')) return currentResponseSchema;
  if (call.path.endsWith('/password-check')) return passwordCheckResponseSchema;
  if (call.path === '/api/v1/notices/not-me') return notMeResponseSchema;
  if (call.path === '/api/v1/demo/accounts') return demoAccountsSchema;
  if (call.path === '/api/v1/demo/messages') return demoMessagesSchema;
  if (call.path.startsWith('/api/v1/demo/authenticator/')) return demoAuthenticatorSchema;
  return answerResponseSchema;
}
