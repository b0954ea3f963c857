import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Client, type Goal, NAMED_GOALS, type Step } from '../../shared/api/journeys.ts';
import { AppError } from '../../shared/errors.ts';
import type { LoadedJourney } from '../core/journey/journey-state.ts';
import { cookiesNamed, isSecure, isToken } from './cookies.ts';
import type { HttpDeps } from './http-deps.ts';

/** Cookie of the browser's journey. The prefix binds it to this host and to TLS (RFC 6265bis 4.1.3). */
const SECURE_NAME = '__Host-keyturn-journey';
/** On a trial without TLS there is no such prefix. */
const PLAIN_NAME = 'keyturn-journey';

function cookieName(deps: Pick<HttpDeps, 'configuration'>): string {
  return isSecure(deps) ? SECURE_NAME : PLAIN_NAME;
}

/** Browsers get the token in a cookie that scripts cannot read; everybody else gets it in the answer. */
export function isBrowser(request: FastifyRequest, client: Client | undefined): boolean {
  return client?.kind === 'web' || request.headers['sec-fetch-site'] !== undefined || request.headers.origin !== undefined;
}

/** Gives the browser its journey. */
export function setJourneyCookie(deps: HttpDeps, reply: FastifyReply, token: string, expiresAt: number): void {
  const maxAge = Math.max(0, Math.floor((expiresAt - reply.request.arrivedAt) / 1000));
  reply.setCookie(cookieName(deps), token, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: cookieName(deps) === SECURE_NAME,
    maxAge,
  });
}

/** A journey that waits for somebody lasts longer than was known when the browser got it: the page may be closed and come back to. */
export function prolongJourneyCookie(deps: HttpDeps, reply: FastifyReply, { row, state }: LoadedJourney): void {
  if (state.until === undefined || row.status === 'ended') return;
  const token = journeyCookies(deps, reply.request).find((each) => deps.keys.digest('journey-token', each) === row.tokenDigest);
  if (token !== undefined) setJourneyCookie(deps, reply, token, row.expiresAt);
}

/**
 * Takes the cookie away from whoever sent it once the journey is over: the next person at this computer must find nothing. What is
 * not a recovery and is complete has something to give yet: a session to open or to raise, or a link.
 */
export function endJourneyCookie(deps: HttpDeps, reply: FastifyReply, { kind }: Pick<Step, 'kind'>, goal: Goal): void {
  if (kind === 'done' && !NAMED_GOALS.some((each) => each === goal)) return;
  const sent = cookiesNamed(cookieName(deps), reply.request.headers.cookie).length > 0;
  if (sent && (kind === 'done' || kind === 'refused')) clearJourneyCookie(deps, reply);
}

export function clearJourneyCookie(deps: HttpDeps, reply: FastifyReply): void {
  reply.clearCookie(cookieName(deps), { path: '/', httpOnly: true, sameSite: 'strict', secure: cookieName(deps) === SECURE_NAME });
}

/**
 * The tokens that a request carries: the one of `Authorization: Bearer` (RFC 6750 2.1; the scheme in any case, RFC 9110 11.1),
 * else those of the cookies of our name, which are `shared` by all tabs of a browser. Other schemes are not for us: proxies and
 * servers in front sign people in with them.
 * @throws AppError `journey.token-missing`
 */
export function journeyTokens(deps: HttpDeps, request: FastifyRequest): { tokens: string[]; shared: boolean } {
  const bearer = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  const tokens = (bearer === undefined ? cookiesNamed(cookieName(deps), request.headers.cookie) : [bearer]).filter(isToken);
  if (tokens.length === 0) throw new AppError('journey.token-missing');
  return { tokens, shared: bearer === undefined };
}

/** Cookie by which a browser is known again. It says nothing of a person: only its digest stands with the accounts recovered here. */
const DEVICE_COOKIES = { secure: '__Host-keyturn-device', plain: 'keyturn-device' } as const;
const DEVICE_COOKIE_SECONDS = 400 * 24 * 3600;

/** The token of this browser, if it has one: it gets one when a proof was completed in it. */
export function deviceToken(deps: HttpDeps, request: FastifyRequest): string | undefined {
  return cookiesNamed(deviceCookie(deps), request.headers.cookie).find(isToken);
}

/** The same where places are remembered at all. */
export function rememberedDevice(deps: HttpDeps, request: FastifyRequest): string | undefined {
  return deps.configuration().guard.knownPlaceDays > 0 ? deviceToken(deps, request) : undefined;
}

/** Gives the browser its token. */
export function setDeviceCookie(deps: HttpDeps, reply: FastifyReply, token: string): void {
  const secure = cookieName(deps) === SECURE_NAME;
  reply.setCookie(deviceCookie(deps), token, { path: '/', httpOnly: true, sameSite: 'strict', secure, maxAge: DEVICE_COOKIE_SECONDS });
}

function deviceCookie(deps: HttpDeps): string {
  return cookieName(deps) === SECURE_NAME ? DEVICE_COOKIES.secure : DEVICE_COOKIES.plain;
}

/** The tokens of the journeys that a browser has, whatever else it sends. */
export function journeyCookies(deps: HttpDeps, request: FastifyRequest): string[] {
  return cookiesNamed(cookieName(deps), request.headers.cookie).filter(isToken);
}
