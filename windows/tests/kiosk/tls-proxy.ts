import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { IssuedCertificate } from '../../../test/servers/certificate-authority.ts';

/** An answer of the server on its way to the window; tests may put another one in its place. */
export interface ProxiedAnswer {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
}

/** Ends TLS in front of a Keyturn, as a reverse proxy does in production. */
export interface TlsProxy {
  readonly port: number;
  /** Every request that arrived, with its headers: what has left the window. */
  readonly requests: { method: string; path: string; headers: IncomingMessage['headers']; bodyBytes: number }[];
  /** Where requests go from now on: `http://127.0.0.1:1234`. */
  upstream: string;
  /** Replaces JSON answers; null leaves them as they are. */
  change: ((answer: ProxiedAnswer) => Record<string, unknown> | null) | null;
  /** Answers everything by this itself; null asks the server. */
  answer: ((request: IncomingMessage, response: ServerResponse) => void) | null;
  /** Which requests arrive at the server twice, as where an answer was lost and is asked for again: the window gets the second answer. */
  twice: ((method: string, path: string) => boolean) | null;
  /** Keeps requests whose path holds that text from the server until they are released. */
  hold(path: string): { readonly holds: number; release(): void };
  show(certificate: IssuedCertificate): void;
  /** Takes no connection any more, and closes those there are. */
  goDown(): Promise<void>;
  /** Listens on the same port again. */
  comeUp(): Promise<void>;
  close(): Promise<void>;
}

/** What a connection is about and not a request (RFC 9110 section 7.6.1), or what is said anew here. */
const ownHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'accept-encoding']);

/** Starts one on a free port of 127.0.0.1. */
export async function startTlsProxy(certificate: IssuedCertificate): Promise<TlsProxy> {
  const sockets = new Set<Socket>();
  const requests: TlsProxy['requests'] = [];
  let server = listenTls(certificate);
  let shown = certificate;
  let held: { path: string; waiting: (() => void)[] } | null = null;

  function listenTls({ certificatePem, keyPem }: IssuedCertificate): Server {
    const created = createTlsServer({ cert: certificatePem, key: keyPem, minVersion: 'TLSv1.2' }, (incoming, outgoing) => {
      // A client that believes to speak to a proxy may send the whole address (RFC 9112 section 3.2.2); wine does so in a tunnel.
      incoming.url = incoming.url?.replace(/^https:\/\/[^/]+/, '');
      const record = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers, bodyBytes: 0 };
      requests.push(record);
      incoming.on('data', (data: Buffer) => {
        record.bodyBytes += data.length;
      });
      if (proxy.answer !== null) {
        proxy.answer(incoming, outgoing);
      } else if (held !== null && record.path.includes(held.path)) {
        incoming.pause();
        held.waiting.push(() => forward(proxy, incoming, outgoing));
      } else {
        forward(proxy, incoming, outgoing);
      }
    });
    created.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
    });
    created.on('tlsClientError', () => undefined);
    return created;
  }
  async function listen(on: Server, port: number): Promise<void> {
    on.listen(port, '127.0.0.1');
    await once(on, 'listening');
  }
  async function stop(): Promise<void> {
    for (const socket of sockets) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  }

  await listen(server, 0);
  const port = (server.address() as AddressInfo).port;
  const proxy: TlsProxy = {
    port,
    requests,
    upstream: '',
    change: null,
    answer: null,
    twice: null,
    hold(path) {
      const mine = { path, waiting: [] as (() => void)[] };
      held = mine;
      return {
        get holds() {
          return mine.waiting.length;
        },
        release() {
          held = null;
          for (const goOn of mine.waiting) goOn();
        },
      };
    },
    show(next) {
      shown = next;
      server.setSecureContext({ cert: next.certificatePem, key: next.keyPem });
      for (const socket of sockets) socket.destroy();
    },
    goDown: stop,
    async comeUp() {
      server = listenTls(shown);
      await listen(server, port);
    },
    close: stop,
  };
  return proxy;
}

function forward(proxy: TlsProxy, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const [method, path] = [incoming.method ?? '', incoming.url ?? ''];
  const chunks: Buffer[] = [];
  const ask = (take: (answer: IncomingMessage) => void) => {
    const headers = { ...passed(incoming.headers), 'content-length': Buffer.concat(chunks).length, 'x-forwarded-proto': 'https' };
    const upstream = request(`${proxy.upstream}${path}`, { method, headers }, take);
    upstream.on('error', () => outgoing.destroy());
    upstream.end(Buffer.concat(chunks));
  };
  const passOn = (answer: IncomingMessage) => void pass(proxy, { method, path, answer, outgoing });
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    if (proxy.twice?.(method, path) !== true) return ask(passOn);
    ask((lost) => {
      lost.on('end', () => ask(passOn));
      lost.resume();
    });
  });
  incoming.resume();
}

async function pass(
  proxy: TlsProxy,
  { method, path, answer, outgoing }: { method: string; path: string; answer: IncomingMessage; outgoing: ServerResponse },
): Promise<void> {
  let bytes = await buffer(answer);
  const isJson = answer.headers['content-type']?.includes('json') === true;
  if (proxy.change !== null && isJson && bytes.length > 0) {
    const changed = proxy.change({ method, path, body: JSON.parse(bytes.toString('utf8')) as ProxiedAnswer['body'] });
    if (changed !== null) bytes = Buffer.from(JSON.stringify(changed));
  }
  outgoing.writeHead(answer.statusCode ?? 502, { ...passed(answer.headers), 'content-length': bytes.length });
  outgoing.end(bytes);
}

function passed(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ownHeaders.has(name)));
}
