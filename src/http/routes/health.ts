import type { FastifyInstance } from 'fastify';
import type { HttpDeps } from '../http-deps.ts';

/** Milliseconds for which an answer about the database counts: however many ask, one write at a time, and one in this time. */
const GOOD_FOR = 1000;

/**
 * `/healthz`: the process is alive. `/readyz`: it can serve (the database takes writes and it is not about to stop). A directory or a
 * mail server that is down does not take a node out: the others would fare no better.
 */
export function registerHealth(app: FastifyInstance, deps: Pick<HttpDeps, 'store' | 'log' | 'isStopping'>): void {
  let looked: Promise<boolean> | null = null;
  const databaseWrites = (): Promise<boolean> => {
    looked ??= tryWriting(deps).finally(() => setTimeout(forget, GOOD_FOR).unref());
    return looked;
  };
  const forget = () => {
    looked = null;
  };
  app.get('/healthz', { schema: { hide: true } }, () => ({ status: 'ok' }));
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    if (deps.isStopping()) return reply.status(503).send({ status: 'stopping' });
    if (await databaseWrites()) return { status: 'ok' };
    return reply.status(503).send({ status: 'the database takes no writes' });
  });
}

async function tryWriting({ store, log }: Pick<HttpDeps, 'store' | 'log'>): Promise<boolean> {
  try {
    await store.ping();
    return true;
  } catch (error) {
    log.error('health.database-takes-no-writes', { error });
    return false;
  }
}
