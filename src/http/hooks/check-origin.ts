import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../../../shared/errors.ts';

/** Whether an origin (RFC 6454) is that of our pages. */
export type IsOwn = (origin: string, request: FastifyRequest) => boolean;

/** Whether an origin is the address that was asked for. The Host header says that, so it counts only where no address is configured yet. */
export function isAskedOrigin(origin: string, { host }: Pick<FastifyRequest['headers'], 'host'>): boolean {
  return URL.parse(origin)?.host === host;
}

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses what another site makes a browser send (SEC-3). Browsers say where a request comes from (Origin,
 * Sec-Fetch-Site: W3C Fetch Metadata) and pages cannot change that; programs say nothing and carry no cookie.
 * The configured address counts, never the Host header.
 * @throws AppError `request.foreign-origin`
 */
export function registerOriginCheck(app: FastifyInstance, isOwn: IsOwn): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (READING.has(request.method)) return done();
    const { origin } = request.headers;
    const site = request.headers['sec-fetch-site'];
    const foreign = (origin !== undefined && !isOwn(origin, request)) || (site !== undefined && site !== 'same-origin');
    done(foreign ? new AppError('request.foreign-origin') : undefined);
  });
}
