import { connect } from 'node:net';
import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { createListSender, type ListLimits } from './list-sender.ts';

/** More than the buffers of a connection hold. */
const LINE = `${'x'.repeat(65_535)}\n`;

describe('a list on its way', () => {
  /** A server whose list has no end, and somebody who has asked for it; `read` says whether they read. */
  async function asked(limits: ListLimits, read: boolean) {
    const app = Fastify({ forceCloseConnections: 'idle' });
    const sendList = createListSender(app, limits);
    const ended = Promise.withResolvers<number>();
    async function* lines(): AsyncGenerator<string> {
      let sent = 0;
      try {
        for (; ; sent += 1) yield LINE;
      } finally {
        // What is written down takes a moment.
        await new Promise((resolve) => setTimeout(resolve, 50));
        ended.resolve(sent);
      }
    }
    app.get('/list', (_request, reply) => sendList(reply, 'list.csv', lines()));
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) });
    socket.on('error', () => {});
    await new Promise((resolve) => socket.once('connect', resolve));
    if (!read) socket.pause();
    else socket.resume();
    socket.write('GET /list HTTP/1.1\r\nHost: localhost\r\n\r\n');
    return { app, socket, ended: ended.promise };
  }
  const LONG = { silentFor: 3_600_000, longest: 3_600_000 };

  it.each([
    ['who reads no further', { ...LONG, silentFor: 300 }, false],
    ['whose reading has no end', { ...LONG, longest: 300 }, true],
  ] as const)('ends for one %s', async (_, limits, read) => {
    const { app, socket, ended } = await asked(limits, read);
    expect(await ended).toBeGreaterThan(0);
    socket.destroy();
    await app.close();
  });

  it('ends with who leaves', async () => {
    const { app, socket, ended } = await asked(LONG, true);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    expect(await ended).toBeGreaterThan(0);
    await app.close();
  });

  it('keeps no server from stopping, which waits until its end is written down', async () => {
    const { app, socket, ended } = await asked(LONG, false);
    await new Promise((resolve) => setTimeout(resolve, 200));
    let isEnded = false;
    void ended.then(() => {
      isEnded = true;
    });
    await app.close();
    expect(isEnded).toBe(true);
    socket.destroy();
  });
});
