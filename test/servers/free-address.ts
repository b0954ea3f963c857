import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { type Claim, tryClaim } from './claims.ts';

export interface FreePort extends Claim {
  readonly port: number;
}

export interface FreeAddress extends Claim {
  /** An IPv4 loopback address of its own, such as 127.0.0.93. */
  readonly address: string;
}

/** TCP ports a domain controller listens on that cannot be moved, plus those that tests address by number. */
const domainControllerPorts = [88, 135, 389, 445, 464, 636, 3268, 3269] as const;

function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * A TCP port on 127.0.0.1 that nobody listens on and that no other test run is given while this one holds it.
 * Ports come from 20000 to 32000, below the range Linux takes for outgoing connections, so that none is lost to those
 * between finding and listening.
 */
export async function claimFreePort(): Promise<FreePort> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const port = randomInt(20_000, 32_000);
    const claim = await tryClaim(`port-${port}`);
    if (claim === undefined) continue;
    if (await canListen('127.0.0.1', port)) return { port, release: claim.release };
    claim.release();
  }
  throw new Error('no free port between 20000 and 32000 on 127.0.0.1');
}

/** A 127.0.0.x address on which all ports of a domain controller are free, held against other test runs until released. */
export async function claimFreeAddress(): Promise<FreeAddress> {
  const first = randomInt(0, 230);
  for (let attempt = 0; attempt < 230; attempt += 1) {
    const address = `127.0.0.${20 + ((first + attempt) % 230)}`;
    const claim = await tryClaim(`address-${address}`);
    if (claim === undefined) continue;
    const free = await Promise.all(domainControllerPorts.map((port) => canListen(address, port)));
    if (!free.includes(false)) return { address, release: claim.release };
    claim.release();
  }
  const ports = domainControllerPorts.join(', ');
  throw new Error(`no loopback address 127.0.0.x has the ports ${ports} free (ports below 1024 need root)`);
}
