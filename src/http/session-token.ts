import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../shared/errors.ts';
import { cookiesNamed, isSecure, isToken } from './cookies.ts';
import type { HttpDeps } from './http-deps.ts';

/** Cookie of who is signed in. The prefix binds it to this host and to TLS (RFC 6265bis 4.1.3); on a trial without TLS there is none. */
const NAMES = { secure: '__Host-keyturn-session', plain: 'keyturn-session' } as const;

const cookieName = (deps: Pick<HttpDeps, 'configuration'>) => (isSecure(deps) ? NAMES.secure : NAMES.plain);

/** It goes to this host alone, never from another site's page, and no script can read it. It ends with the browser, and with the session. */
const scope = (deps: Pick<HttpDeps, 'configuration'>) =>
  ({ path: '/', httpOnly: true, sameSite: 'strict', secure: isSecure(deps) }) as const;

/** Gives a browser its session. */
export function setSessionCookie(deps: HttpDeps, reply: FastifyReply, token: string): void {
  reply.setCookie(cookieName(deps), token, scope(deps));
}

export function clearSessionCookie(deps: HttpDeps, reply: FastifyReply): void {
  reply.clearCookie(cookieName(deps), scope(deps));
}

/** Whether a browser sent a cookie of a session, good or not. */
export function sentSessionCookie(deps: HttpDeps, request: FastifyRequest): boolean {
  return cookiesNamed(cookieName(deps), request.headers.cookie).length > 0;
}

/**
 * The tokens that a request carries: the one of `Authorization: Bearer` (RFC 6750 2.1), else those of the cookies of our name.
 * @throws AppError `session.missing`
 */
export function sessionTokens(deps: HttpDeps, request: FastifyRequest): string[] {
  const bearer = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  const sent = bearer === undefined ? cookiesNamed(cookieName(deps), request.headers.cookie) : [bearer];
  const tokens = sent.filter(isToken);
  if (tokens.length === 0) throw new AppError('session.missing');
  return tokens;
}
