import type { FastifyInstance } from 'fastify';
import { inNetworks } from '../../core/proof/networks.ts';
import type { HttpDeps } from '../http-deps.ts';

/** Between two warnings, milliseconds: whoever wants may send the header, and must not fill the log. */
const AGAIN_AFTER = 3_600_000;

/**
 * Says in the log, at most once an hour, that X-Forwarded-For came from a peer that is not among `trustedProxies`. Most often
 * that is a proxy which the settings forgot: all its people then share the limits of one address.
 */
export function warnOfUntrustedProxy(app: FastifyInstance, deps: Pick<HttpDeps, 'trustedProxies' | 'log'>): void {
  const isTrusted = inNetworks(deps.trustedProxies);
  let quietUntil = 0;
  app.addHook('onRequest', (request, _reply, done) => {
    const now = request.arrivedAt;
    const peer = request.socket.remoteAddress ?? '';
    if (request.headers['x-forwarded-for'] !== undefined && now >= quietUntil && !isTrusted(peer)) {
      quietUntil = now + AGAIN_AFTER;
      deps.log.warn('http.untrusted-proxy', { peer, hint: 'add it to trustedProxies if it is your proxy' });
    }
    done();
  });
}
