import type { FastifyInstance } from 'fastify';

/**
 * Ends each connection with the answer that is under way when the server stops (RFC 9112 9.6). One that is kept open for the next request
 * would hold the stop up until it times out: connections that are idle are closed once, when it begins.
 */
export function registerLastAnswers(app: FastifyInstance): void {
  let isStopping = false;
  app.addHook('preClose', (done) => {
    isStopping = true;
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isStopping) reply.header('connection', 'close');
    done(null, payload);
  });
}
