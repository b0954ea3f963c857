import type { HttpDeps } from './http-deps.ts';

/** What a token looks like: 32 bytes in base64url. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
/** Cookies of our name that are looked at. */
const MOST_COOKIES = 4;

/** Whether a text can be a token at all. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Every value that a Cookie header has for a name: its parser keeps one of them. */
export function cookiesNamed(name: string, header = ''): string[] {
  const values = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1).replace(/^"(.*)"$/, '$1'));
  return [...new Set(values)].slice(0, MOST_COOKIES);
}

/** Whether the pages are served over TLS. Only then can cookies be bound to it. */
export function isSecure(deps: Pick<HttpDeps, 'configuration'>): boolean {
  return deps.configuration().organisation.publicUrl.startsWith('https:');
}
