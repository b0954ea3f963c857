import { type ClientRequest, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/**
 * What the proxy does with a request:
 * - `forward`: hands it on and its answer back.
 * - `lose-answer`: hands it on, waits until the server has answered, and answers in its place.
 * - `give-up`: hands it on and answers in the server's place at once, while the server is still at work.
 * - `answer-itself`: hands nothing on.
 */
export type HttpProxyMode = 'forward' | 'lose-answer' | 'give-up' | 'answer-itself';

/** What the proxy says in the server's place; `status` 0 cuts the connection. */
export interface OwnAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** A reverse proxy (HTTP/1.1) between a browser and a real server, which answers in its place when it is told to. */
export interface HttpProxy {
  /** Treats the requests that fit in a way of their own from now on; all others are handed on. */
  set(mode: HttpProxyMode, own: OwnAnswer, fits?: (method: string, path: string) => boolean): void;
  /** Requests that were not simply handed on. */
  readonly treated: readonly string[];
  stop(): Promise<void>;
}

/** Starts one at `port` of 127.0.0.1 in front of the server at `target()`, which is asked for every request. */
export async function startHttpProxy(port: number, target: () => string): Promise<HttpProxy> {
  let treatment: { mode: HttpProxyMode; own: OwnAnswer; fits: (method: string, path: string) => boolean } | undefined;
  const treated: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/' } = incoming;
    const { mode, own } = treatment?.fits(method, url) ? treatment : { mode: 'forward' as const, own: { status: 502 } };
    if (mode !== 'forward') treated.push(`${method} ${url}`);
    if (mode === 'answer-itself') return say(outgoing, own);
    // The path as it came: resolved against an address, one that begins with two slashes would name another host.
    const upstream = request(target(), { path: url, method, headers: incoming.headers }, (answer) => {
      if (mode === 'forward') return handBack(answer, outgoing);
      answer.resume().on('end', () => mode === 'lose-answer' && say(outgoing, own));
    });
    upstream.on('error', () => say(outgoing, { status: 502, body: 'Bad Gateway' }));
    incoming.pipe(upstream satisfies ClientRequest);
    if (mode === 'give-up') incoming.on('end', () => say(outgoing, own));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    set(mode, own, fits = () => true) {
      treatment = { mode, own, fits };
    },
    treated,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function handBack(answer: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.pipe(outgoing);
}

function say(outgoing: ServerResponse, { status, headers, body }: OwnAnswer): void {
  if (outgoing.headersSent) return;
  if (status === 0) return void outgoing.destroy();
  outgoing.writeHead(status, { 'content-type': 'text/html', ...headers });
  outgoing.end(body ?? `<html><head><title>${status}</title></head><body><h1>${status}</h1></body></html>`);
}
