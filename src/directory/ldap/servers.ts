import { AppError, isAppError } from '../../../shared/errors.ts';
import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type { DirectoryHealth } from '../../core/ports/directory.ts';
import type { DirectoryDeps } from '../directory-deps.ts';
import { type LdapConnection, openConnection } from './connection.ts';
import { createPool, type Pool } from './pool.ts';
import { type LdapResult, succeeded } from './result-codes.ts';
import type { RootDse } from './root-dse.ts';
import { addressOf, identityOf } from './server-identity.ts';
import type { SignInProblem } from './sign-in-problem.ts';
import { tlsOptions } from './tls-options.ts';
import { problemOf, serviceAccountRefused } from './translate-error.ts';

type Work<T> = (connection: LdapConnection) => Promise<T>;

/**
 * The servers of one directory, tried in their order. One that cannot be reached costs its connect time-out once; it is then
 * passed over until it answers a probe, which is made beside the work, at most every `retryServerAfterSeconds`.
 */
export interface Servers {
  /** Work that only reads, on a connection of the service account. It may be run again on another server. */
  read<T>(work: Work<T>): Promise<T>;
  /**
   * Work that writes. Goes to another server only as long as nothing was sent.
   * @throws AppError `directory.outcome-unknown` when something was sent and the connection was lost
   */
  write<T>(work: Work<T>, options?: WriteOn): Promise<T>;
  /**
   * Work that only reads, on one server and no other.
   * @param identity as `identityOf` told it
   * @throws AppError `directory.unreachable` also when the server is not configured or another one answers at its address
   */
  readOn<T>(identity: string, work: Work<T>): Promise<T>;
  /** A connection of its own that nobody is signed in on, closed afterwards: to bind as the person. Never the service account's. */
  separate<T>(work: Work<T>): Promise<T>;
  /** Connects to and signs in at every server, and brings those back that answer. */
  probe(): Promise<{ servers: DirectoryHealth['servers']; serviceAccount: DirectoryHealth['serviceAccount']; connections: Probed[] }>;
  close(): Promise<void>;
}

/** Where and until when work may write. */
export interface WriteOn {
  /** Identity of the only server that may be written to; unset: the first one that can be reached. */
  readonly server?: string;
  /** Milliseconds since 1970; nothing that writes is begun later. */
  readonly notAfter?: number;
}

/** What a probe read from a server that let the service account in. */
export interface Probed {
  readonly server: string;
  readonly rootDse: LdapConnection['rootDse'];
  /** Our clock when the root DSE had been read. */
  readonly at: number;
}

interface Server {
  readonly url: string;
  readonly read: Pool;
  readonly write: Pool;
  /** What the service account has read of it; for connections on which it does not sign in. */
  rootDse: RootDse | null;
  /** Set while the server is passed over. */
  down: { error: AppError; until: number; slow: boolean } | null;
  probing: Promise<void> | null;
}

/** Milliseconds of idleness after which a connection is checked before use. */
const checkAfterIdle = 5000;

/** @param explainSignIn what this kind of directory knows about a refused service account */
export function createServers(
  settings: LdapSettings,
  deps: Pick<DirectoryDeps, 'clock' | 'log' | 'resolveSecret'>,
  explainSignIn: (result: LdapResult) => SignInProblem | null = () => null,
): Servers {
  const { clock, log } = deps;
  /** A refused service account is not tried again at once: each failure may count towards its lockout. */
  let refused: { error: AppError; until: number; password: string } | null = null;
  let closed = false;
  const separateWork = new Set<Promise<void>>();

  const open = async (url: string): Promise<LdapConnection> => {
    const connection = await openConnection({
      url,
      tls: tlsOptions(settings.tls, url),
      startTls: settings.tls.startTls,
      connectTimeout: settings.connectTimeoutMilliseconds,
      operationTimeout: settings.operationTimeoutMilliseconds,
    });
    if (!closed) return connection;
    connection.close();
    throw new AppError('directory.unreachable', { directory: settings.id, problem: 'Keyturn is shutting down' });
  };

  const signIn = async (connection: LdapConnection): Promise<void> => {
    const password = await deps.resolveSecret(settings.serviceAccount.password);
    if (refused !== null && refused.password === password && clock.now() < refused.until) throw refused.error;
    const result = await connection.bind(settings.serviceAccount.name, password);
    if (succeeded(result)) {
      refused = null;
      return;
    }
    const error = serviceAccountRefused(result, connection.server, settings.serviceAccount.name, explainSignIn(result));
    if (error.code === 'directory.service-account-refused') refused = { error, until: clock.now() + retryAfter, password };
    throw error;
  };

  const openSignedIn = async (url: string): Promise<LdapConnection> => {
    const connection = await open(url);
    try {
      await signIn(connection);
      await connection.readRootDse();
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  };

  const retryAfter = settings.retryServerAfterSeconds * 1000;

  const markDown = (server: Server, error: AppError): void => {
    if (error.code === 'directory.service-account-refused') return;
    const slow = error.details.reason === 'connect-timeout' || error.code === 'directory.timed-out';
    if (server.down === null)
      log.warn('directory.server-passed-over', { directory: settings.id, server: server.url, code: error.code, ...error.details });
    server.down = { error, until: clock.now() + retryAfter, slow };
    server.read.clear();
    server.write.clear();
  };

  const markUp = (server: Server): void => {
    if (server.down !== null) log.info('directory.server-back', { directory: settings.id, server: server.url });
    server.down = null;
  };

  /** Runs an opening and keeps the books about the server. */
  const watched = async <T>(server: Server, opening: () => Promise<T>): Promise<T> => {
    try {
      const opened = await opening();
      markUp(server);
      return opened;
    } catch (error) {
      if (isAppError(error)) markDown(server, error);
      throw error;
    }
  };

  const servers: Server[] = settings.servers.map(({ url }) => {
    const pool = (size: number): Pool =>
      createPool({
        server: url,
        size,
        waitLimit: settings.operationTimeoutMilliseconds,
        checkAfterIdle,
        checkLimit: settings.connectTimeoutMilliseconds,
        open: async () => {
          const connection = await watched(server, () => openSignedIn(url));
          server.rootDse = connection.rootDse;
          return connection;
        },
      });
    const server: Server = {
      url,
      read: pool(settings.connections.read),
      write: pool(settings.connections.write),
      rootDse: null,
      down: null,
      probing: null,
    };
    return server;
  });

  const probeInBackground = (server: Server): void => {
    if (server.probing !== null || closed) return;
    server.probing = watched(server, () => open(server.url))
      .then((connection) => connection.close())
      .catch(() => {})
      .finally(() => {
        server.probing = null;
      });
  };

  /** The servers to try now, in order. */
  const candidates = async (): Promise<Server[]> => {
    for (const server of servers) if (server.down !== null && clock.now() >= server.down.until) probeInBackground(server);
    const up = servers.filter((server) => server.down === null);
    if (up.length > 0) return up;
    await Promise.all(servers.map((server) => server.probing));
    // With nothing left, one that had refused at once costs no time to ask again; one that was silent would.
    return servers.filter((server) => server.down === null || !server.down.slow);
  };

  /** Work for one server only, refused where another one answers at its address. */
  const bound = <T>(identity: string, work: Work<T>): Work<T> => {
    return (connection) => {
      if (identityOf(connection) === identity) return work(connection);
      throw new AppError('directory.unreachable', { server: identity, problem: 'Another server answers at this address', reason: 'other' });
    };
  };

  /** Work whose writes have to begin in time. */
  const timed = <T>(work: Work<T>, notAfter: number | undefined): Work<T> => {
    if (notAfter === undefined) return work;
    const writeUntil = performance.now() + notAfter - clock.now();
    return async (connection) => {
      connection.writeUntil = writeUntil;
      try {
        return await work(connection);
      } finally {
        connection.writeUntil = Number.POSITIVE_INFINITY;
      }
    };
  };

  const serverOf = (identity: string): Server => {
    const server = servers.find(({ url }) => url === addressOf(identity));
    if (server !== undefined) return server;
    throw new AppError('directory.unreachable', { server: identity, problem: 'This server is no longer configured', reason: 'other' });
  };

  const attempt = async <T>(work: Work<T>, on: (server: Server, work: Work<T>) => Promise<T>, only?: Server): Promise<T> => {
    let first: unknown;
    for (const server of only === undefined ? await candidates() : [only]) {
      for (const again of [true, false]) {
        const progress: Progress = { used: false, sent: false, wrote: false, changed: false };
        try {
          return await on(server, tracked(work, progress));
        } catch (error) {
          // After a first change only an outcome would be true, and an error is none.
          if (progress.changed && isAppError(error)) throw afterSending(error, progress);
          if (!mayGoElsewhere(error)) throw error;
          if (progress.sent || error.details.reason === 'deadline') throw afterSending(error, progress);
          first ??= error;
          // A pooled connection may have died of age; the same server gets a second chance on a new one.
          if (!again || !progress.used || error.code === 'directory.timed-out') {
            if (progress.used) server.read.clear();
            break;
          }
          server.read.clear();
          server.write.clear();
        }
      }
    }
    throw first ?? servers[0]?.down?.error ?? new AppError('directory.unreachable', { directory: settings.id });
  };

  return {
    read: (work) => attempt(work, (server, tracked) => server.read.run(tracked)),
    write: (work, { server, notAfter } = {}) =>
      server === undefined
        ? attempt(timed(work, notAfter), (on, tracked) => on.write.run(tracked))
        : attempt(timed(bound(server, work), notAfter), (on, tracked) => on.write.run(tracked), serverOf(server)),
    readOn: (identity, work) => attempt(bound(identity, work), (on, tracked) => on.read.run(tracked), serverOf(identity)),
    separate: (work) =>
      attempt(work, async (server, tracked) => {
        const rootDse = server.rootDse ?? (await server.read.run(async (signedIn) => signedIn.rootDse));
        const connection = await watched(server, () => open(server.url));
        connection.takeRootDse(rootDse);
        const { promise: ended, resolve: end } = Promise.withResolvers<void>();
        separateWork.add(ended);
        try {
          return await tracked(connection);
        } finally {
          connection.close();
          separateWork.delete(ended);
          end();
        }
      }),
    async probe() {
      const connections: Probed[] = [];
      let account: DirectoryHealth['serviceAccount'] = { ok: false, problem: 'No server could be asked' };
      const report = await Promise.all(
        servers.map(async (server): Promise<DirectoryHealth['servers'][number]> => {
          const start = performance.now();
          try {
            const connection = await watched(server, () => open(server.url));
            const latency = Math.round(performance.now() - start);
            try {
              await signIn(connection);
              await connection.readRootDse();
              connections.push({ server: server.url, rootDse: connection.rootDse, at: clock.now() });
              account = { ok: true, problem: null };
            } catch (error) {
              if (!isAppError(error) || error.code === 'directory.root-hidden') throw error;
              if (!account.ok) account = { ok: false, problem: problemOf(error) };
            } finally {
              connection.close();
            }
            return { url: server.url, ok: true, skippedUntil: null, latency, problem: null, fix: null };
          } catch (error) {
            if (!isAppError(error)) throw error;
            const { problem, fix } = error.details;
            return {
              url: server.url,
              ok: false,
              skippedUntil: server.down?.until ?? null,
              latency: null,
              problem: typeof problem === 'string' ? problem : error.code,
              fix: typeof fix === 'string' ? fix : null,
            };
          }
        }),
      );
      return { servers: report, serviceAccount: account, connections };
    },
    async close() {
      closed = true;
      const pools = servers.flatMap(({ read, write }) => [read.close(), write.close()]);
      await Promise.all([...pools, ...separateWork, ...servers.map((server) => server.probing)]);
    },
  };
}

interface Progress {
  /** A connection was had. */
  used: boolean;
  /** Something was sent on it that has an effect. */
  sent: boolean;
  /** Something was sent on it that writes. */
  wrote: boolean;
  /** Something of it was done. */
  changed: boolean;
}

function tracked<T>(work: Work<T>, progress: Progress): Work<T> {
  return async (connection) => {
    progress.used = true;
    const { effects, writes, changes } = connection;
    try {
      return await work(connection);
    } finally {
      progress.sent = connection.effects > effects;
      progress.wrote = connection.writes > writes;
      progress.changed = connection.changes > changes;
    }
  };
}

function mayGoElsewhere(error: unknown): error is AppError {
  if (!isAppError(error)) return false;
  return (
    error.code === 'directory.unreachable' ||
    error.code === 'directory.timed-out' ||
    error.code === 'directory.plain-refused' ||
    error.code === 'directory.root-hidden' ||
    error.code.startsWith('directory.tls-')
  );
}

/** After a first write "nothing was changed" would be a lie. */
function afterSending(error: AppError, progress: Progress): AppError {
  return progress.wrote ? new AppError('directory.outcome-unknown', error.details, { cause: error }) : error;
}
