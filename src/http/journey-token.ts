import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Client } from '../../shared/api/journeys.ts';
import { AppError } from '../../shared/errors.ts';
import type { HttpDeps } from './http-deps.ts';

/** Cookie of the browser's journey. The prefix binds it to this host and to TLS (RFC 6265bis 4.1.3). */
const SECURE_NAME = '__Host-keyturn-journey';
/** On a trial without TLS there is no such prefix. */
const PLAIN_NAME = 'keyturn-journey';

function cookieName(deps: Pick<HttpDeps, 'configuration'>): string {
  return deps.configuration().organisation.publicUrl.startsWith('https:') ? SECURE_NAME : PLAIN_NAME;
}

/** Browsers get the token in a cookie that scripts cannot read; everybody else gets it in the answer. */
export function isBrowser(request: FastifyRequest, client: Client | undefined): boolean {
  return client?.kind === 'web' || request.headers['sec-fetch-site'] !== undefined || request.headers.origin !== undefined;
}

/** Gives the browser its journey. */
export function setJourneyCookie(deps: HttpDeps, reply: FastifyReply, token: string, expiresAt: number): void {
  const maxAge = Math.max(0, Math.floor((expiresAt - deps.clock.now()) / 1000));
  reply.setCookie(cookieName(deps), token, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: cookieName(deps) === SECURE_NAME,
    maxAge,
  });
}

export function clearJourneyCookie(deps: HttpDeps, reply: FastifyReply): void {
  reply.clearCookie(cookieName(deps), { path: '/', httpOnly: true, sameSite: 'strict', secure: cookieName(deps) === SECURE_NAME });
}

/**
 * The token of a request: `Authorization: Bearer` (RFC 6750 2.1), else the cookie.
 * @throws AppError `journey.token-missing`
 */
export function journeyToken(deps: HttpDeps, request: FastifyRequest): string {
  const bearer = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(request.headers.authorization ?? '')?.[1];
  const token = bearer ?? (request.headers.authorization === undefined ? request.cookies[cookieName(deps)] : undefined);
  if (token === undefined) throw new AppError('journey.token-missing');
  return token;
}
