import { expect } from 'vitest';
import type { RunningServer } from '../../src/cli/runtime.ts';

interface Reply<T> {
  status: number;
  body: T & { code?: string };
}

/** A browser: it keeps its cookie and says where it comes from. @param cookie the one that it has from before */
export function browserAt(url: string, cookie = '') {
  return {
    cookie: () => cookie,
    async call<T = Record<string, unknown>>(
      method: string,
      path: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ): Promise<Reply<T>> {
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: {
          origin: url,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(cookie === '' ? {} : { cookie }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const set = response.headers.get('set-cookie');
      if (set !== null) cookie = set.split(';')[0] ?? '';
      const text = await response.text();
      return { status: response.status, body: text === '' ? ({} as never) : (JSON.parse(text) as T & { code?: string }) };
    },
  };
}
/** What stands in the link of the console. */
export const secretOf = ({ setUpLink = '' }: Pick<RunningServer, 'setUpLink'>): string => setUpLink.split('#')[1] ?? '';

/** A browser that has opened the link. */
export async function enter(server: RunningServer) {
  const browser = browserAt(server.url);
  expect((await browser.call('POST', '/set-up/open', { secret: secretOf(server) })).status).toBe(204);
  return browser;
}
