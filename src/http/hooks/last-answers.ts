import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** How long a server that stops waits for requests that have been begun and not been sent whole; milliseconds. */
const LAST_WORDS = 1000;

/**
 * Ends each connection with the answer that is under way when the server stops (RFC 9112 9.6). One that is kept open for the next request
 * would hold the stop up until it times out: connections that are idle are closed once, when it begins. So would one on which nothing
 * whole has been asked, which Node.js does not take for idle: browsers open connections for later, and anybody can.
 * @param lastWords milliseconds
 */
export function registerLastAnswers(app: FastifyInstance, lastWords = LAST_WORDS): void {
  let isStopping = false;
  const connections = new Set<Socket>();
  const answering = new Map<Socket, number>();
  const count = (socket: Socket, by: 1 | -1) => answering.set(socket, (answering.get(socket) ?? 0) + by);
  app.server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => {
      connections.delete(socket);
      answering.delete(socket);
    });
  });
  app.server.on('request', ({ socket }: IncomingMessage, reply: ServerResponse) => {
    count(socket, 1);
    reply.once('close', () => count(socket, -1));
  });
  app.addHook('preClose', (done) => {
    isStopping = true;
    setTimeout(() => {
      for (const socket of connections) if ((answering.get(socket) ?? 0) === 0) socket.destroy();
    }, lastWords).unref();
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isStopping) reply.header('connection', 'close');
    done(null, payload);
  });
}
