import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
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
  /** Keeps requests whose path holds that text from the server until they are released. */
  hold(path: string): { readonly holds: number; release(): void };
  show(certificate: IssuedCertificate): void;
  /** Takes no connection any more, and closes those there are. */
  goDown(): Promise<void>;
  /** Listens on the same port again. */
  comeUp(): Promise<void>;
  close(): Promise<void>;
}

const passedHeaders = ['content-type', 'authorization', 'accept-language', 'user-agent', 'cookie'];

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
  const headers = Object.fromEntries(
    passedHeaders.flatMap((name) => (incoming.headers[name] === undefined ? [] : [[name, incoming.headers[name]]])),
  );
  const upstream = request(
    `${proxy.upstream}${incoming.url}`,
    { method: incoming.method, headers: headers as Record<string, string> },
    (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        let text = Buffer.concat(chunks).toString('utf8');
        if (proxy.change !== null && text !== '') {
          const changed = proxy.change({
            method: incoming.method ?? '',
            path: incoming.url ?? '',
            body: JSON.parse(text) as ProxiedAnswer['body'],
          });
          if (changed !== null) text = JSON.stringify(changed);
        }
        const type = answer.headers['content-type'];
        outgoing.writeHead(answer.statusCode ?? 502, {
          ...(type === undefined ? {} : { 'content-type': type }),
          'content-length': Buffer.byteLength(text),
        });
        outgoing.end(text);
      });
    },
  );
  upstream.on('error', () => outgoing.destroy());
  incoming.pipe(upstream);
}
