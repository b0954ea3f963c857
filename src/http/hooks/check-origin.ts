import type { FastifyInstance } from 'fastify';
import { AppError } from '../../../shared/errors.ts';
import type { HttpDeps } from '../http-deps.ts';

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Refuses what another site makes a browser send (SEC-3). Browsers say where a request comes from (Origin,
 * Sec-Fetch-Site: W3C Fetch Metadata) and pages cannot change that; programs say nothing and carry no cookie.
 * @throws AppError `request.foreign-origin`
 */
export function registerOriginCheck(app: FastifyInstance, deps: Pick<HttpDeps, 'configuration'>): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (READING.has(request.method)) return done();
    const { origin } = request.headers;
    const site = request.headers['sec-fetch-site'];
    const foreign =
      (origin !== undefined && !isOwnOrigin(origin, deps.configuration().organisation.publicUrl)) ||
      (site !== undefined && site !== 'same-origin');
    done(foreign ? new AppError('request.foreign-origin') : undefined);
  });
}

/** The configured address counts, never the Host header. A trial on this machine may be opened under any loopback name. */
export function isOwnOrigin(origin: string, publicUrl: string): boolean {
  if (!URL.canParse(origin)) return false;
  const [given, own] = [new URL(origin), new URL(publicUrl)];
  if (given.origin === own.origin) return true;
  return LOOPBACK.has(own.hostname) && LOOPBACK.has(given.hostname) && given.port === own.port && given.protocol === own.protocol;
}

/** Whether a Host header (RFC 9110 7.2) names us, whatever the port. A name that was made to resolve here does not. */
export function isOwnHost(host: string, publicUrl: string): boolean {
  const [given, own] = [URL.parse(`http://${host}`)?.hostname ?? '', new URL(publicUrl).hostname];
  return given === own || (LOOPBACK.has(own) && LOOPBACK.has(given));
}
