import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createScratchFolder, removeScratchFolder } from '../../test/servers/scratch.ts';
import { createLog } from '../platform/pino-log.ts';
import { createBreachedFile } from './breached-file.ts';
import { hashPassword } from './hash-password.ts';
import { importList } from './import-list.ts';
import { createRangeService } from './range-service.ts';

const lines: string[] = [];
const log = createLog('debug', { write: (line: string) => void lines.push(line) });
const LISTED = 'Summer2024!';
const OTHER = 'nobody-ever-had-this-one-7431';
const hex = (password: string) => hashPassword(password, 'sha1').toString('hex').toUpperCase();
const events = () => lines.map((line) => (JSON.parse(line) as { msg?: string; event?: string }).event ?? JSON.parse(line).msg);

beforeEach(() => {
  lines.length = 0;
});

describe('a file', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await createScratchFolder('breached-file');
    path = join(folder, 'breached.filter');
  });
  afterEach(() => removeScratchFolder(folder));

  async function make(target: string, passwords: string[]): Promise<void> {
    const list = join(folder, 'list.txt');
    writeFileSync(list, [...passwords.map((password) => `${hex(password)}:1`), ''].join('\n'));
    await importList({ list, target, bits: 16, importedAt: '2026-01-01T00:00:00.000Z' });
  }

  it('that is missing, damaged, replaced or gone counts at once, and is told once each time', async () => {
    const breached = createBreachedFile(path, log);
    const answers = () => Promise.all([LISTED, OTHER].map((password) => breached.look(password)));
    expect(await answers()).toEqual(['not-known', 'not-known']);
    expect(await breached.health()).toMatchObject({ source: path, problem: 'breached.file-missing' });
    await make(path, [LISTED]);
    expect(await answers()).toEqual(['breached', 'not-breached']);
    expect(await breached.health()).toMatchObject({ facts: expect.stringContaining('1 hashes (sha1)') });
    await make(path, [OTHER]);
    expect(await answers()).toEqual(['not-breached', 'breached']);
    truncateSync(path, 5000);
    expect(await answers()).toEqual(['not-known', 'not-known']);
    expect(await breached.health()).toMatchObject({ problem: expect.stringContaining('breached.file-damaged') });
    rmSync(path);
    expect(await answers()).toEqual(['not-known', 'not-known']);
    await breached.close();
    expect(events()).toEqual(['breached.not-known', 'breached.known-again', 'breached.not-known', 'breached.not-known']);
    for (const password of [LISTED, OTHER]) expect(lines.join('')).not.toContain(password);
  });

  it('is asked by many at once while it is replaced again and again', async () => {
    await make(path, [LISTED]);
    await make(join(folder, 'other'), [LISTED, OTHER]);
    const breached = createBreachedFile(path, log);
    for (let round = 0; round < 8; round += 1) {
      const asked = Promise.all(Array.from({ length: 50 }, () => breached.look(LISTED)));
      await make(join(folder, 'next'), round % 2 === 0 ? [LISTED, OTHER] : [LISTED]);
      renameSync(join(folder, 'next'), path);
      expect(new Set(await asked)).toEqual(new Set(['breached']));
    }
    await breached.close();
    expect(events()).toEqual([]);
  });
});

describe('a range service', () => {
  let server: Server | null = null;
  let asked: { url: string; padding: unknown }[] = [];
  afterEach(async () => {
    server?.closeAllConnections();
    await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
    server = null;
  });

  async function serve(listener: RequestListener): Promise<string> {
    asked = [];
    const started = createServer((request, response) => {
      asked.push({ url: request.url ?? '', padding: request.headers['add-padding'] });
      listener(request, response);
    });
    server = started;
    await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
  }
  const look = (url: string, password = LISTED, timeoutMilliseconds = 5000) =>
    createRangeService({ url, timeoutMilliseconds }, log).look(password);
  const padding = () => `${randomBytes(18).toString('hex').toUpperCase().slice(0, 35)}:0`;
  const body = (...listed: string[]) => [padding(), ...listed.map((password) => `${hex(password).slice(5)}:3`), padding()].join('\r\n');

  it('is told five digits and answers for the rest; padding is no breach', async () => {
    const url = await serve((_request, response) => response.end(body(LISTED)));
    expect(await look(`${url}/`)).toBe('breached');
    expect(await look(url, OTHER)).toBe('not-breached');
    expect(asked).toEqual([LISTED, OTHER].map((password) => ({ url: `/range/${hex(password).slice(0, 5)}`, padding: 'true' })));
    const padded = await serveAnew((_request, response) => response.end(`${hex(LISTED).slice(5)}:0\n`));
    expect(await look(padded)).toBe('not-breached');
  });

  async function serveAnew(listener: RequestListener): Promise<string> {
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
    return serve(listener);
  }

  const never: RequestListener = () => {};
  it.each<[string, RequestListener, number]>([
    ['never answers', never, 200],
    ['begins and never ends', (_request, response) => response.write(`${body(OTHER)}\r\n`), 200],
    ['is too busy', (_request, response) => response.writeHead(429).end(body(OTHER)), 5000],
    ['fails', (_request, response) => response.writeHead(503).end(), 5000],
    ['sends elsewhere', (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(), 5000],
    ['answers with a page', (_request, response) => response.end('<html>Sign in to the network</html>'), 5000],
    ['answers with nothing', (_request, response) => response.end(), 5000],
    ['answers half a line', (_request, response) => response.end(body(OTHER).slice(0, -20)), 5000],
    ['answers bytes that are no text', (_request, response) => response.end(randomBytes(3000)), 5000],
    ['answers without end', (_request, response) => void endless(response), 20_000],
    ['dies in the middle', (request, response) => die(request.socket, response), 5000],
    ['announces more than it sends', (request, response) => dieShort(request.socket, response), 5000],
    ['does not say where its answer ends', (request) => request.socket.end(`HTTP/1.0 200 OK\r\n\r\n${body(OTHER)}\r\n`), 5000],
  ])('that %s is not known, and never "not breached"', async (_name, listener, timeout) => {
    const url = await serve(listener);
    expect(await look(url, LISTED, timeout)).toBe('not-known');
    expect(await createRangeService({ url, timeoutMilliseconds: timeout }, log).health()).toMatchObject({ problem: expect.any(String) });
    expect(events()).toEqual(['breached.not-known']);
    // Not even the five digits.
    expect(lines.join('')).not.toContain(hex(LISTED).slice(0, 5));
  });

  it('that is not there is not known', async () => {
    const closed = createTcpServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    expect(await look(`http://127.0.0.1:${port}`)).toBe('not-known');
    expect(lines.join('')).toContain('ECONNREFUSED');
  });

  function endless(response: Parameters<RequestListener>[1]): void {
    const line = `${body(OTHER)}\r\n`.repeat(200);
    const more = (): void => {
      while (!response.destroyed && response.write(line));
    };
    response.on('drain', more);
    more();
  }
  function die(socket: Socket, response: Parameters<RequestListener>[1]): void {
    response.write(`${body(OTHER)}\r\n`, () => socket.destroy());
  }
  function dieShort(socket: Socket, response: Parameters<RequestListener>[1]): void {
    response.writeHead(200, { 'content-length': '100000' });
    response.write(`${body(OTHER)}\r\n`, () => socket.end());
  }
});
