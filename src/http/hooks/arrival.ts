import type { FastifyInstance } from 'fastify';
import type { HttpDeps } from '../http-deps.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** When the head of the request was there; milliseconds since 1970. Nothing had been done for it then. */
    arrivedAt: number;
  }
}

/** Notes when each request arrives. Must be the first hook: nothing may come before it that depends on the request. */
export function registerArrival(app: FastifyInstance, deps: Pick<HttpDeps, 'clock'>): void {
  app.decorateRequest('arrivedAt', 0);
  app.addHook('onRequest', (request, _reply, done) => {
    request.arrivedAt = deps.clock.now();
    done();
  });
}
