import { createServer } from 'node:net';

/** Something of which a machine has only one (an address, a port), held by this process until released. */
export interface Claim {
  release(): void;
}

/**
 * Claims a name for this process among all test runs of this machine. Undefined when somebody else holds it.
 *
 * The lock is a listening socket in Linux's abstract namespace (unix(7)): the kernel lets one process have it, frees it when
 * that process dies, and keeps it per network namespace, as it does ports and addresses. A lock file would offer none of these.
 */
export function tryClaim(name: string): Promise<Claim | undefined> {
  return new Promise((resolve, reject) => {
    const socket = createServer((connection) => connection.destroy());
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    socket.listen({ path: `\0keyturn-claim-${name}`, exclusive: true }, () => {
      // A claim alone must not keep the process alive.
      socket.unref();
      resolve({ release: () => void socket.close() });
    });
  });
}
