import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A proxy of a company network: takes CONNECT (RFC 9110 section 9.3.6) and nothing else. */
export interface ConnectProxy {
  /** For the settings of the system: `127.0.0.1:1234`. */
  readonly address: string;
  /** What was asked for, with the headers of the question. */
  readonly asked: { target: string; headers: NodeJS.Dict<string | string[]> }[];
  /** 200 opens the tunnel; 407 wants a sign-in; anything else refuses. */
  status: number;
  close(): Promise<void>;
}

/** Starts one whose tunnels all end at that port of this machine, whatever was asked for: the portal is reached through it alone. */
export async function startConnectProxy(port: number): Promise<ConnectProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  server.on('connect', (request, socket: Socket) => {
    proxy.asked.push({ target: request.url ?? '', headers: request.headers });
    if (proxy.status !== 200) {
      const challenge = proxy.status === 407 ? 'Proxy-Authenticate: Basic realm="company"\r\n' : '';
      socket.end(`HTTP/1.1 ${proxy.status} No\r\n${challenge}Content-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket);
      socket.pipe(onward);
    });
    sockets.add(onward);
    onward.on('close', () => {
      sockets.delete(onward);
      socket.destroy();
    });
    onward.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: ConnectProxy = {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    status: 200,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
