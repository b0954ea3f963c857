import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call as the gateway got it. */
export interface SmsCall {
  method: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** What a gateway answers; it may also not answer at all, or break the connection. */
export type SmsReply = (response: ServerResponse, call: SmsCall) => void;

export interface SmsGatewayServer {
  readonly url: string;
  readonly calls: readonly SmsCall[];
  reply: SmsReply;
  stop(): Promise<void>;
}

export const answers =
  (status: number, body: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }): SmsReply =>
  (response) =>
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));

/** A gateway for text messages on a port of its own: a real HTTP server that answers as it is told. */
export async function startSmsGateway(reply: SmsReply): Promise<SmsGatewayServer> {
  const calls: SmsCall[] = [];
  const gateway = { reply };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call = { method: request.method ?? '', headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
      calls.push(call);
      gateway.reply(response, call);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/send`,
    calls,
    get reply() {
      return gateway.reply;
    },
    set reply(next) {
      gateway.reply = next;
    },
    async stop() {
      server.closeAllConnections();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}
