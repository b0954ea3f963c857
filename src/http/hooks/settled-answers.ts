import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { HttpDeps } from '../http-deps.ts';

/**
 * Lets no answer of the API leave that rests on what another request committed and a power cut could still take back: a
 * read sees commits that are not on the disk yet. When the disk fails, the answer becomes `store.unavailable`.
 */
export function registerSettledAnswers(app: FastifyInstance, deps: Pick<HttpDeps, 'store'>): void {
  /** The answer that says so must leave itself. */
  const refused = new WeakSet<FastifyRequest>();
  app.addHook('onSend', async (request) => {
    if (!request.url.startsWith('/api/') || refused.has(request)) return;
    try {
      await deps.store.settled();
    } catch (error) {
      refused.add(request);
      throw error;
    }
  });
}
