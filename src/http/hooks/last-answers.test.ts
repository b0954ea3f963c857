import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { registerLastAnswers } from './last-answers.ts';

/** A server that answers after a while, and what was said on a connection to it until it closed. */
async function start() {
  const app = Fastify({ forceCloseConnections: 'idle' });
  registerLastAnswers(app);
  const begun = Promise.withResolvers<void>();
  app.get('/slow', async () => {
    begun.resolve();
    await sleep(2500);
    return 'late';
  });
  app.get('/quick', () => 'quick');
  const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
  async function say(words: string): Promise<{ socket: Socket; heard: Promise<string> }> {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => {});
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    const heard = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write(words);
    return { socket, heard };
  }
  return { app, say, begun: begun.promise };
}

it.each([
  ['has said nothing', ''],
  ['has begun a request', 'GET /quick HTTP/1.1\r\nHost: loc'],
  ['has been answered, and has begun another request', 'GET /quick HTTP/1.1\r\nHost: localhost\r\n\r\nGET /qu'],
])('a stop is not held up by who %s', { timeout: 20_000 }, async (_, words) => {
  const { app, say } = await start();
  const { heard } = await say(words);
  await sleep(100);
  await app.close();
  await heard;
});

it('a stop waits for what is being answered, and ends the connection with it', { timeout: 20_000 }, async () => {
  const { app, say, begun } = await start();
  const { heard } = await say('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await begun;
  await app.close();
  expect(await heard).toMatch(/^HTTP\/1\.1 200 OK\r\n.*connection: close.*late$/is);
});
