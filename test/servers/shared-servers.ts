import { inject } from 'vitest';
import { connectDs389, type Ds389Data, type Ds389Directory } from './ds389.ts';
import { connectPostgres, type PostgresCluster, type PostgresData } from './postgres.ts';
import { connectSamba, type SambaData, type SambaDirectory } from './samba-directory.ts';
import { connectSlapd, type SlapdData, type SlapdDirectory } from './slapd.ts';

// One server of each kind serves all test files of a run, started when the first file asks for it. As files run side by side, each
// makes its own accounts, units and databases (unique-name.ts) and leaves policies and seed people as they are. A test that must
// stop, pause or misconfigure a server starts its own with startSamba() and the like, or puts a TCP proxy in between.

/** The run's Active Directory domain controller. */
export async function sharedSamba(): Promise<SambaDirectory> {
  return connectSamba((await ask('samba')) as SambaData);
}

/** The run's OpenLDAP server. */
export async function sharedSlapd(): Promise<SlapdDirectory> {
  return connectSlapd((await ask('slapd')) as SlapdData);
}

/** The run's 389 Directory Server. */
export async function sharedDs389(): Promise<Ds389Directory> {
  return connectDs389((await ask('ds389')) as Ds389Data);
}

/** The run's PostgreSQL. */
export async function sharedPostgres(): Promise<PostgresCluster> {
  return connectPostgres((await ask('postgres')) as PostgresData);
}

async function ask(name: string): Promise<unknown> {
  const url = inject('sharedServersUrl');
  if (url === undefined) throw new Error('shared servers are for test/**/*.test.ts and *.server.test.ts: see vitest.config.ts');
  const response = await fetch(`${url}/${name}`);
  if (!response.ok) throw new Error(`the shared server ${name} did not start: ${await response.text()}`);
  return response.json();
}
