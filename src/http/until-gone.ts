import type { FastifyReply } from 'fastify';

/**
 * What is done for nothing but an answer ends when nobody is there any more to take it: aborted once the connection has gone away before the
 * answer had left. (`request.signal` of Fastify is aborted as soon as the body was read, as the request of Node.js closes then.)
 */
export function untilGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  const leave = () => {
    if (!reply.raw.writableFinished) gone.abort();
  };
  reply.raw.once('close', leave);
  if (reply.raw.destroyed) leave();
  return gone.signal;
}
