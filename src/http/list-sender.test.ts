import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Fastify, { type FastifyReply } from 'fastify';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../shared/errors.ts';
import type { ApiToken } from '../core/tokens/api-token.ts';
import { registerLastAnswers } from './hooks/last-answers.ts';
import { createListSender, type ListLimits } from './list-sender.ts';

/** More than the buffers of a connection hold. */
const LINE = `${'x'.repeat(65_535)}\n`;

/** Many turns of the event loop: what waits for nothing is over behind them. */
async function manyTurns(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) await nextTurn();
}

describe('a list on its way', () => {
  /** A server whose list has no end, and somebody who has asked for it; `read` says whether they read. */
  async function asked(
    limits: ListLimits,
    read: boolean,
    makeLines?: (reply: FastifyReply) => AsyncGenerator<string>,
    begun: (stopBegun: Promise<void>) => Promise<void> = () => Promise.resolve(),
  ) {
    const app = Fastify({ forceCloseConnections: 'idle' });
    registerLastAnswers(app);
    app.setErrorHandler((error, _request, reply) => reply.status(429).send(isAppError(error) ? error.code : String(error)));
    const sendList = createListSender(app, limits);
    const stopBegun = Promise.withResolvers<void>();
    app.addHook('preClose', async () => stopBegun.resolve());
    const ended = Promise.withResolvers<number>();
    async function* lines(): AsyncGenerator<string> {
      let sent = 0;
      try {
        for (; ; sent += 1) yield LINE;
      } finally {
        ended.resolve(sent);
      }
    }
    app.get<{ Querystring: { who?: string } }>('/list', (request, reply) => {
      const caller = { kind: 'token', id: request.query.who ?? 'first' } as ApiToken;
      return sendList(reply, { name: 'list.csv', caller, begin: () => begun(stopBegun.promise).then(() => (makeLines ?? lines)(reply)) });
    });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) });
    socket.on('error', () => {});
    await new Promise((resolve) => socket.once('connect', resolve));
    if (!read) socket.pause();
    else socket.resume();
    socket.write('GET /list HTTP/1.1\r\nHost: localhost\r\n\r\n');
    return { app, socket, url: `${url}/list`, ended: ended.promise };
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

  it('is waited for where it has nothing to say for long', async () => {
    async function* late({ raw }: FastifyReply): AsyncGenerator<string> {
      yield 'first\n';
      for (let silences = 0; silences < 3; silences += 1) await Promise.race([once(raw, 'timeout'), once(raw, 'close')]);
      yield 'last\n';
    }
    const { app, socket, url } = await asked({ ...LONG, silentFor: 100 }, true, late);
    const reply = await fetch(`${url}?who=second`);
    expect(await reply.text()).toBe('first\nlast\n');
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

  it('is one of two at most, and one of each who asks; whoever has gone makes room', async () => {
    const { app, socket, url, ended } = await asked(LONG, true);
    await new Promise((resolve) => socket.once('data', resolve));
    const ask = async (who: string) => {
      const leave = new AbortController();
      const reply = await fetch(`${url}?who=${who}`, { signal: leave.signal });
      return { leave, status: reply.status, code: reply.status === 200 ? '' : await reply.text() };
    };
    const tooMany = { status: 429, code: 'list.too-many' };
    expect(await ask('first')).toMatchObject(tooMany);
    const second = await ask('second');
    expect(second.status).toBe(200);
    expect(await ask('third')).toMatchObject(tooMany);
    second.leave.abort();
    socket.destroy();
    await ended;
    await expect.poll(async () => (await ask('first')).status, { timeout: 20_000 }).toBe(200);
    await app.close();
  });

  it.each(['while it is begun', 'when it is begun', 'with its first line', 'on its way'] as const)(
    'keeps no server from stopping %s, which waits until its end is written down',
    async (when) => {
      const stopping = Promise.withResolvers<{ over: Promise<unknown> }>();
      const stop = () => stopping.resolve({ over: Promise.resolve(app.close()) });
      let isEnded = false;
      async function* lines(): AsyncGenerator<string> {
        try {
          if (when === 'with its first line') stop();
          for (let sent = 0; ; sent += 1) {
            yield LINE;
            if (when === 'on its way' && sent === 0) stop();
          }
        } finally {
          // What is written down takes a moment.
          await manyTurns();
          isEnded = true;
        }
      }
      const { app, socket } = await asked(LONG, false, lines, async (stopBegun) => {
        if (when === 'while it is begun' || when === 'when it is begun') stop();
        if (when === 'while it is begun') await stopBegun;
      });
      await (await stopping.promise).over;
      expect(isEnded).toBe(true);
      socket.destroy();
    },
  );
});
