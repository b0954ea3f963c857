import { once } from 'node:events';
import { connect } from 'node:net';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { registerLastAnswers } from './last-answers.ts';

/** A server with an answer that is held back, and what was said on a connection to it until it closed. */
async function start() {
  const app = Fastify({ forceCloseConnections: 'idle' });
  registerLastAnswers(app, 50);
  const [begun, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  app.get('/held', async () => {
    begun.resolve();
    await held.promise;
    return 'late';
  });
  app.get('/quick', () => 'quick');
  const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
  /** `until`: what was answered by then. */
  async function say(words: string, until = ''): Promise<Promise<string>[]> {
    const taken = once(app.server, 'connection');
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => {});
    let text = '';
    const answered = Promise.withResolvers<void>();
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (text.includes(until)) answered.resolve();
    });
    const heard = once(socket, 'close').then(() => text);
    await taken;
    socket.write(words);
    if (until !== '') await answered.promise;
    return [heard];
  }
  return { app, say, begun: begun.promise, release: held.resolve };
}

it.each([
  ['has said nothing', '', ''],
  ['has begun a request', 'GET /quick HTTP/1.1\r\nHost: loc', ''],
  ['has been answered, and has begun another request', 'GET /quick HTTP/1.1\r\nHost: localhost\r\n\r\nGET /qu', 'quick'],
])('a stop is not held up by who %s', { timeout: 20_000 }, async (_, words, until) => {
  const { app, say } = await start();
  const [heard] = await say(words, until);
  await app.close();
  await heard;
});

it('a stop waits for what is being answered, and ends the connection with it', { timeout: 20_000 }, async () => {
  const { app, say, begun, release } = await start();
  const [heard] = await say('GET /held HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await begun;
  const [silent] = await say('');
  const stopped = app.close();
  // Whoever said nothing is let go; what is answered is waited for.
  await silent;
  release();
  await stopped;
  expect(await heard).toMatch(/^HTTP\/1\.1 200 OK\r\n.*connection: close.*late$/is);
});
