import type { FastifyReply, FastifyRequest } from 'fastify';
import { cookiesNamed, isToken } from './cookies.ts';

const COOKIE = 'keyturn-set-up';
/** Longer than a browser that is closed at night needs; the server ends it after twelve hours. Seconds. */
const COOKIE_LASTS = 12 * 3600;

/** The browser that the console has let in, until the set-up is over. */
export function setSetUpCookie(reply: FastifyReply, token: string): void {
  // Without TLS, which there is none of yet; no other site's page sends it, and no script reads it.
  reply.setCookie(COOKIE, token, { path: '/', httpOnly: true, sameSite: 'strict', maxAge: COOKIE_LASTS });
}

export function clearSetUpCookie(reply: FastifyReply): void {
  reply.clearCookie(COOKIE, { path: '/' });
}

/** Tokens that a request comes with. */
export function setUpTokens(request: FastifyRequest): string[] {
  return cookiesNamed(COOKIE, request.headers.cookie).filter(isToken);
}
