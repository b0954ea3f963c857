import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { appendFile, chown } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { claimFreePort } from './free-address.ts';
import { requireProgram, run, type ServerProcess, startReadyProcess } from './processes.ts';
import { createFleetingFolder, createScratchFolder, removeScratchFolder } from './scratch.ts';
import { type ServerControl, startControlled, withControl } from './server-control.ts';

/** Everything needed to use a running PostgreSQL; plain data, so it can be handed to another process. */
export interface PostgresData {
  readonly kind: 'postgres';
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** `postgres://...` of the database `postgres`, as superuser. */
  readonly url: string;
}

export interface PostgresDatabase {
  readonly name: string;
  /** `postgres://...` of this database. */
  readonly url: string;
  /** Removes the database and cuts its connections. */
  drop(): Promise<void>;
}

export interface PostgresCluster extends PostgresData {
  /** A new database, empty or a copy of a template to which nobody is connected; its name is made unique from the given beginning. */
  createDatabase(prefix?: string, template?: string): Promise<PostgresDatabase>;
}

export interface PostgresOptions {
  /** Waits for the disk at each commit, as in production; false unless told. Turn it on where losing nothing is what is tested. */
  readonly durable?: boolean;
}

/** A real PostgreSQL server that this process started. */
export type PostgresServer = PostgresCluster & ServerControl;

/**
 * Makes a PostgreSQL cluster of its own and starts it on a free port of 127.0.0.1, in about two seconds. As root it runs as the
 * user `postgres`, because PostgreSQL refuses to run as root. Everybody on this machine may connect as superuser without a password.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const programs = programFolder();
  const owner = serverUser();
  const folder = await (options.durable === true ? createScratchFolder : createFleetingFolder)('postgres');
  const claim = await claimFreePort();
  const clear = async (): Promise<void> => {
    await removeScratchFolder(folder);
    claim.release();
  };
  const cluster = join(folder, 'data');
  const user = 'postgres';
  const url = `postgres://${user}@127.0.0.1:${claim.port}/postgres`;
  try {
    if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
    await run(
      join(programs, 'initdb'),
      ['-D', cluster, '-U', user, '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync', '--no-instructions'],
      { ...owner, cwd: folder },
    );
    await appendFile(join(cluster, 'postgresql.conf'), settings(claim.port, folder, options.durable ?? false));
  } catch (error) {
    await clear();
    throw error;
  }
  const launch = (): Promise<ServerProcess> => launchServer(programs, cluster, folder, url, owner);
  const control = await startControlled({ launch, clear });
  return withControl(connectPostgres({ kind: 'postgres', host: '127.0.0.1', port: claim.port, user, url }), control);
}

/** A hot standby of a running server: it answers questions and takes no writes. Stop it when done. */
export async function startStandby(primary: PostgresData): Promise<PostgresServer> {
  const programs = programFolder();
  const owner = serverUser();
  const folder = await createScratchFolder('standby');
  const claim = await claimFreePort();
  const cluster = join(folder, 'data');
  const clear = async (): Promise<void> => {
    await removeScratchFolder(folder);
    claim.release();
  };
  const url = `postgres://${primary.user}@127.0.0.1:${claim.port}/postgres`;
  try {
    if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
    const source = ['-h', primary.host, '-p', String(primary.port), '-U', primary.user];
    await run(join(programs, 'pg_basebackup'), [...source, '-D', cluster, '-R', '--checkpoint=fast', '--no-sync'], {
      ...owner,
      cwd: folder,
    });
    await appendFile(join(cluster, 'postgresql.conf'), settings(claim.port, folder, false));
  } catch (error) {
    await clear();
    throw error;
  }
  const launch = (): Promise<ServerProcess> => launchServer(programs, cluster, folder, url, owner);
  const control = await startControlled({ launch, clear });
  return withControl(connectPostgres({ kind: 'postgres', host: '127.0.0.1', port: claim.port, user: primary.user, url }), control);
}

function launchServer(programs: string, cluster: string, folder: string, url: string, owner: ReturnType<typeof serverUser>) {
  return startReadyProcess(
    'postgres',
    {
      command: join(programs, 'postgres'),
      args: ['-D', cluster],
      logFile: join(folder, 'log'),
      cwd: folder,
      folder,
      // "Fast" shutdown: cuts its clients, where TERM would wait for them to leave.
      stopSignal: 'SIGINT',
      ...owner,
    },
    () => query(url, 'select 1'),
  );
}

/** Makes the working object for a running PostgreSQL from its data. */
export function connectPostgres(data: PostgresData): PostgresCluster {
  return {
    ...data,
    async createDatabase(prefix = 'test', template = 'template0') {
      const name = `${prefix.toLowerCase().replace(/[^a-z0-9]/g, '_')}_${crypto.randomUUID().slice(0, 8)}`;
      await query(data.url, `create database ${name} template ${template}`);
      return {
        name,
        url: data.url.replace(/\/postgres$/, `/${name}`),
        drop: () => query(data.url, `drop database if exists ${name} with (force)`),
      };
    },
  };
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  // Cut connections (drop with force, a killed server) are reported by the query itself.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end().catch(() => {});
  }
}

function settings(port: number, folder: string, durable: boolean): string {
  return `
listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = '${folder}'
max_connections = 300
fsync = ${durable ? 'on' : 'off'}
synchronous_commit = ${durable ? 'on' : 'off'}
full_page_writes = ${durable ? 'on' : 'off'}
timezone = 'UTC'
`;
}

/** Debian keeps the server's programs apart, one folder for each major version. Takes the newest. */
function programFolder(): string {
  const root = '/usr/lib/postgresql';
  let versions: string[] = [];
  try {
    versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  } catch {
    // Another system may have them on PATH.
  }
  if (versions[0] !== undefined) return join(root, versions[0], 'bin');
  return requireProgram('initdb');
}

function serverUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
