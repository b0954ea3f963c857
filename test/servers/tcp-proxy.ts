import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * How the proxy treats what passes through it:
 * - `forward`: hands on everything.
 * - `stall`: keeps connections open, reads everything and hands on nothing, in both directions. A server that hangs.
 * - `refuse`: closes each new connection at once.
 * - `swallow-answers`: hands requests on; when the server answers, throws the answer away and resets the connection. The request
 *   was carried out and the client cannot know: the case of an unknown outcome.
 */
export type ProxyMode = 'forward' | 'stall' | 'refuse' | 'swallow-answers';

/** Where a message that passes is torn. */
export interface Tear {
  readonly direction: 'request' | 'answer';
  /** The how manieth piece that arrives in this direction from now, counted over all connections (1: the next). A piece is a TLS record as a rule. */
  readonly piece: number;
  /** How much of that piece still passes: all of it but the last byte is nothing to a TLS peer, all of it is a message. */
  readonly passes: 'nothing' | 'half' | 'all-but-a-byte' | 'all';
  /** `cut`: the connection is reset. `stall`: from here on nothing passes on any connection; what is held may be let go by {@link TcpProxy.setMode}. */
  readonly ending: 'cut' | 'stall';
}

/** A TCP proxy between a client and a real server, to break the network on purpose. */
export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** Connections accepted since the start. */
  readonly connectionCount: number;
  /** Connections open at this moment. */
  readonly openConnectionCount: number;
  /** Whether `stall` holds a request back. */
  readonly isHolding: boolean;
  /** Takes effect for open connections too. Going from `stall` back to `forward` hands on what was held back. */
  setMode(mode: ProxyMode): void;
  /** Handles the next answer of the server as `swallow-answers`, then forwards again. Resolves when that has happened. */
  swallowNextAnswer(): Promise<void>;
  /**
   * The same with the `number`th answer from now, counted over all connections (1: the next). Given up by {@link setMode}.
   * @param afterwards is called at once when that has happened, before anything else can pass
   */
  swallowAnswer(number: number, afterwards?: () => void): void;
  /** Tears a message. Given up by {@link setMode}. */
  tear(at: Tear): void;
  /** Resets all open connections (TCP RST). New ones are treated by the mode in force. */
  cutAll(): void;
  /** Closes the port and resets all connections. */
  stop(): Promise<void>;
}

export interface TcpProxyOptions {
  readonly targetHost: string;
  readonly targetPort: number;
  /** Address to listen on; 127.0.0.1 unless told, so a certificate for the target may not fit: use the target's own address. */
  readonly host?: string;
}

interface Passage {
  readonly client: Socket;
  readonly target: Socket;
  /** Held back by `stall`, in order. */
  readonly heldRequests: Buffer[];
  readonly heldAnswers: Buffer[];
}

/** Starts a proxy on a port of the kernel's choice. */
export async function startTcpProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  let mode: ProxyMode = 'forward';
  let connectionCount = 0;
  let onSwallowed: (() => void) | undefined;
  let answersUntilLoss = Number.POSITIVE_INFINITY;
  let afterLoss: (() => void) | undefined;
  let tear: { at: Tear; left: number } | undefined;
  const passages = new Set<Passage>();

  /** Handles a piece that is to be torn; false: this is none. */
  const torn = (passage: Passage, direction: Tear['direction'], bytes: Buffer): boolean => {
    if (tear?.at.direction !== direction) return false;
    tear.left -= 1;
    if (tear.left > 0) return false;
    const { passes, ending } = tear.at;
    tear = undefined;
    const length = { nothing: 0, half: bytes.length >> 1, 'all-but-a-byte': bytes.length - 1, all: bytes.length }[passes];
    const [to, held] = direction === 'request' ? [passage.target, passage.heldRequests] : [passage.client, passage.heldAnswers];
    if (ending === 'stall') {
      mode = 'stall';
      to.write(bytes.subarray(0, length));
      if (length < bytes.length) held.push(bytes.subarray(length));
    } else {
      // What was to pass has to be sent before the connection goes.
      to.write(bytes.subarray(0, length), () => cut(passage));
    }
    return true;
  };

  const cut = (passage: Passage): void => {
    passages.delete(passage);
    passage.client.resetAndDestroy();
    passage.target.destroy();
  };

  const server = createServer((client) => {
    connectionCount += 1;
    if (mode === 'refuse') {
      client.resetAndDestroy();
      return;
    }
    const target = connect({ host: options.targetHost, port: options.targetPort });
    const passage: Passage = { client, target, heldRequests: [], heldAnswers: [] };
    passages.add(passage);
    client.setNoDelay(true);
    target.setNoDelay(true);
    client.on('data', (bytes) => {
      if (mode === 'stall') passage.heldRequests.push(bytes);
      else if (!torn(passage, 'request', bytes)) target.write(bytes);
    });
    target.on('data', (bytes) => {
      answersUntilLoss -= 1;
      if (mode === 'swallow-answers' || onSwallowed !== undefined || answersUntilLoss === 0) {
        cut(passage);
        onSwallowed?.();
        onSwallowed = undefined;
        if (answersUntilLoss === 0) afterLoss?.();
      } else if (mode === 'stall') passage.heldAnswers.push(bytes);
      else if (!torn(passage, 'answer', bytes)) client.write(bytes);
    });
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ] as const) {
      socket.on('end', () => {
        if (mode !== 'stall') other.end();
      });
      socket.on('error', () => cut(passage));
      socket.on('close', () => {
        if (client.destroyed && target.destroyed) passages.delete(passage);
      });
    }
  });
  await listen(server, options.host ?? '127.0.0.1');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no TCP address');

  return {
    host: address.address,
    port: address.port,
    get connectionCount() {
      return connectionCount;
    },
    get openConnectionCount() {
      return passages.size;
    },
    get isHolding() {
      return [...passages].some(({ heldRequests }) => heldRequests.length > 0);
    },
    setMode(next) {
      mode = next;
      answersUntilLoss = Number.POSITIVE_INFINITY;
      tear = undefined;
      if (mode === 'stall') return;
      for (const { client, target, heldRequests, heldAnswers } of passages) {
        for (const bytes of heldRequests.splice(0)) target.write(bytes);
        for (const bytes of heldAnswers.splice(0)) client.write(bytes);
      }
    },
    swallowNextAnswer: () =>
      new Promise((resolve) => {
        onSwallowed = resolve;
      }),
    swallowAnswer(number, afterwards) {
      answersUntilLoss = number;
      afterLoss = afterwards;
    },
    tear(at) {
      tear = { at, left: at.piece };
    },
    cutAll() {
      for (const passage of [...passages]) cut(passage);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const passage of [...passages]) cut(passage);
      }),
  };
}

function listen(server: Server, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port: 0 }, resolve);
  });
}
