import type { FastifyInstance } from 'fastify';
import type { HttpDeps } from '../http-deps.ts';

/** `/healthz`: the process is alive. `/readyz`: it can serve (the database answers and it is not about to stop). */
export function registerHealth(app: FastifyInstance, deps: HttpDeps): void {
  app.get('/healthz', { schema: { hide: true } }, () => ({ status: 'ok' }));
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    if (deps.isStopping()) return reply.status(503).send({ status: 'stopping' });
    try {
      await deps.store.ping();
      return { status: 'ok' };
    } catch (error) {
      deps.log.error('health.store-not-answering', { error });
      return reply.status(503).send({ status: 'database not answering' });
    }
  });
}
