import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { type Ds389Server, startDs389 } from './ds389.ts';
import { type PostgresServer, startPostgres } from './postgres.ts';
import { type SambaServer, startSamba } from './samba.ts';
import type { ServerControl } from './server-control.ts';
import { type SlapdServer, startSlapd } from './slapd.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where test files ask for the shared servers; see shared-servers.ts. */
    readonly sharedServersUrl: string;
  }
}

const starters: Readonly<Record<string, () => Promise<SambaServer | SlapdServer | Ds389Server | PostgresServer>>> = {
  samba: startSamba,
  slapd: startSlapd,
  ds389: startDs389,
  postgres: startPostgres,
};

const started = new Map<string, Promise<ServerControl>>();
let host: Server | undefined;

/**
 * Vitest's global setup: starts nothing but a small host that test files ask for servers. The first file that asks for one starts
 * it, all later ones get the same; so a run pays only for the servers its files use. {@link teardown} stops what was started.
 */
export async function setup(project: TestProject): Promise<void> {
  const server = createServer((request, response) => {
    const name = (request.url ?? '').slice(1);
    start(name).then(
      (data) => response.end(JSON.stringify(data)),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  host = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  project.provide('sharedServersUrl', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

/** Stops every server of the run. */
export async function teardown(): Promise<void> {
  host?.close();
  host?.closeAllConnections();
  const servers = await Promise.allSettled(started.values());
  await Promise.all(servers.map((server) => (server.status === 'fulfilled' ? server.value.stop() : undefined)));
}

function start(name: string): Promise<ServerControl> {
  const starter = starters[name];
  if (starter === undefined) return Promise.reject(new Error(`there is no shared server "${name}"`));
  const server = started.get(name) ?? starter();
  started.set(name, server);
  return server;
}
