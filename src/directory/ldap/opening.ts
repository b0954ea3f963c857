import { connect as connectPlain, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectSecure, type TLSSocket } from 'node:tls';
import { Client } from 'ldapts';
import { AppError } from '../../../shared/errors.ts';
import { requestStartTls } from './start-tls.ts';
import { serverAddress } from './tls-options.ts';

export interface ConnectionSettings {
  readonly url: string;
  readonly tls: ConnectionOptions;
  /** Encrypt an ldap:// connection before anything else is sent (RFC 4511 section 4.14). */
  readonly startTls: boolean;
  /** Milliseconds until TCP and TLS must be agreed on. */
  readonly connectTimeout: number;
  /** Milliseconds one request may take. */
  readonly operationTimeout: number;
}

/** Makes the sockets itself, so that connecting has a time limit, its errors keep their codes, and nothing reconnects. */
export class Opening {
  readonly settings: ConnectionSettings;
  readonly sockets: Socket[] = [];
  closed = false;
  /** Milliseconds since 1970 until which the certificate of the server is valid; null before TLS is agreed on, or when it has none. */
  certificateEnds: number | null = null;

  constructor(settings: ConnectionSettings) {
    this.settings = settings;
  }

  async secure(): Promise<Client> {
    const { host, port } = serverAddress(this.settings.url);
    return this.#clientOn(await this.#encrypted(connectSecure(port, host, this.settings.tls)));
  }

  async startTls(): Promise<Client> {
    const { host, port } = serverAddress(this.settings.url);
    const socket = connectPlain(port, host);
    this.#keep(socket);
    await once(socket, 'connect');
    await requestStartTls(socket, this.settings.url);
    return this.#clientOn(await this.#encrypted(connectSecure({ ...this.settings.tls, socket })));
  }

  destroy(): void {
    this.closed = true;
    // The one on top first: Node 24 crashes when the socket below a TLS socket goes away before it.
    for (const socket of this.sockets.toReversed()) socket.destroy();
  }

  async #encrypted(socket: TLSSocket): Promise<TLSSocket> {
    this.#keep(socket);
    await once(socket, 'secureConnect');
    const ends = Date.parse(socket.getPeerCertificate().valid_to ?? '');
    this.certificateEnds = Number.isNaN(ends) ? null : ends;
    return socket;
  }

  /** The library sees an ldaps connection, however it became one. */
  #clientOn(socket: TLSSocket): Client {
    const { host } = new URL(this.settings.url);
    return new Client({
      url: `ldaps://${host}`,
      strictDN: false,
      createSecureConnection: this.#handOver(socket) as unknown as typeof connectSecure,
    });
  }

  #keep(socket: Socket): void {
    socket.setKeepAlive(true, 30_000);
    socket.setNoDelay(true);
    // An error is followed by `close`. Without a listener it would end the process.
    socket.on('error', () => {});
    socket.once('close', () => {
      this.closed = true;
    });
    this.sockets.push(socket);
  }

  /** Gives the library the socket once; a second wish is its silent reconnect. */
  #handOver(socket: Socket): () => Socket {
    let given = false;
    return () => {
      if (given) throw connectionLost(this.settings.url);
      given = true;
      return socket;
    };
  }
}

function once(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve());
    socket.once('error', reject);
    socket.once('close', () =>
      reject(new AppError('directory.unreachable', { problem: 'The server closed the connection', reason: 'closed' })),
    );
  });
}

/** The connection is gone and nothing was sent on it. */
export function connectionLost(server: string): AppError {
  return new AppError('directory.unreachable', { server, problem: 'The connection was closed', reason: 'connection-lost' });
}
