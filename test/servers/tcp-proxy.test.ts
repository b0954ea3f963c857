import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let target: Server;
let proxy: TcpProxy;
let received: string[];

beforeEach(async () => {
  received = [];
  target = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      received.push(bytes.toString());
      socket.write(`answer to ${bytes.toString()}`);
    });
  });
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  proxy = await startTcpProxy({ targetHost: '127.0.0.1', targetPort: (target.address() as { port: number }).port });
});

afterEach(async () => {
  await proxy.stop();
  target.close();
});

async function open(): Promise<Socket> {
  const socket = connect({ host: proxy.host, port: proxy.port });
  await once(socket, 'connect');
  return socket;
}

/** What the client sees next: bytes, or the code of the error its connection ends with. */
function next(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('data', (bytes) => resolve(bytes.toString()));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });
}

it('hands on in both directions', async () => {
  const socket = await open();
  socket.write('a');
  expect(await next(socket)).toBe('answer to a');
  expect(proxy.connectionCount).toBe(1);
  socket.destroy();
});

it('lets a request through and loses the answer, once', async () => {
  const socket = await open();
  const swallowed = proxy.swallowNextAnswer();
  socket.write('change');
  expect(await next(socket)).toBe('ECONNRESET');
  await swallowed;
  expect(received).toEqual(['change']);

  const again = await open();
  again.write('retry');
  expect(await next(again)).toBe('answer to retry');
  again.destroy();
});

it('holds everything back while stalled and hands it on afterwards', async () => {
  const socket = await open();
  socket.write('before');
  await next(socket);
  proxy.setMode('stall');
  socket.write('during');
  const other = await open();
  other.write('other');
  expect(received).toEqual(['before']);
  const answer = next(socket);
  proxy.setMode('forward');
  // What had not reached the proxy yet is handed on as it comes.
  expect(await answer).toBe('answer to during');
  expect(await next(other)).toBe('answer to other');
  socket.destroy();
  other.destroy();
});

it('cuts open connections and refuses new ones', async () => {
  const socket = await open();
  socket.write('a');
  await next(socket);
  const seen = next(socket);
  proxy.cutAll();
  expect(await seen).toBe('ECONNRESET');
  proxy.setMode('refuse');
  const refused = connect({ host: proxy.host, port: proxy.port });
  expect(await next(refused)).toBe('ECONNRESET');
});

it('tears a request: passes a part of it, and the rest when it forwards again', async () => {
  const socket = await open();
  proxy.tear({ direction: 'request', piece: 1, passes: 'all-but-a-byte', ending: 'stall' });
  socket.write('torn');
  await expect.poll(() => received.join('')).toBe('tor');
  proxy.setMode('forward');
  await expect.poll(() => received.join('')).toBe('torn');
  socket.destroy();
});

it('tears an answer: hands on a part of it and cuts', async () => {
  const socket = await open();
  proxy.tear({ direction: 'answer', piece: 2, passes: 'half', ending: 'cut' });
  socket.write('a');
  expect(await next(socket)).toBe('answer to a');
  socket.write('bc');
  const seen: string[] = [];
  socket.on('data', (bytes) => seen.push(bytes.toString()));
  await new Promise((resolve) => {
    socket.on('error', () => {}).once('close', resolve);
  });
  // A reset takes along what was not read yet.
  expect('answer').toContain(seen.join(''));
  expect(received.join('')).toBe('abc');
});
