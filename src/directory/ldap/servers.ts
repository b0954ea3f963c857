import { AppError, isAppError } from '../../../shared/errors.ts';
import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type { DirectoryHealth } from '../../core/ports/directory-health.ts';
import type { DirectoryDeps } from '../directory-deps.ts';
import type { LdapConnection } from './connection.ts';
import { afterSending, newProgress, tracked } from './progress.ts';
import type { LdapResult } from './result-codes.ts';
import { createServer, type Server } from './server.ts';
import { addressOf, identityOf } from './server-identity.ts';
import { serverRole } from './server-role.ts';
import { createServiceSignIn } from './service-sign-in.ts';
import type { SignInProblem } from './sign-in-problem.ts';
import { readOnlyServer } from './translate-error.ts';

type Work<T> = (connection: LdapConnection) => Promise<T>;

/**
 * The servers of one directory, tried in their order. One that cannot be reached, or does not answer, is passed over until a trial has
 * passed (server-health.ts), which is made beside the work; where nothing else is left, work waits for a trial.
 */
export interface Servers {
  /** Work that only reads, on a connection of the service account. It may be run again on another server. */
  read<T>(work: Work<T>): Promise<T>;
  /**
   * Work that writes, and reads what it goes by. Goes to another server only as long as nothing was sent that may have been done, and to
   * none that takes no writes.
   * @throws AppError `directory.outcome-unknown` when something was sent and the connection was lost
   */
  write<T>(work: Work<T>, options?: WriteOn): Promise<T>;
  /**
   * Work that only reads, on one server and no other.
   * @param identity as `identityOf` told it
   * @throws AppError `directory.unreachable` also when the server is not configured or another one answers at its address
   */
  readOn<T>(identity: string, work: Work<T>): Promise<T>;
  /**
   * Work that only reads, on every server that is not known to take no writes, side by side.
   * @returns what each told with its identity; null for one that cannot be asked, which those that are known to be down are not
   */
  readEach<T>(work: Work<T>): Promise<({ server: string; told: T } | null)[]>;
  /** The same as `read` on a connection that may be kept for a while (held-searches.ts). */
  listing<T>(work: Work<T>): Promise<T>;
  /** A connection of its own that nobody is signed in on, closed afterwards: to bind as the person. Never the service account's. */
  separate<T>(work: Work<T>): Promise<T>;
  /** Makes a trial of every server, and brings those back that pass. */
  probe(): Promise<{ servers: DirectoryHealth['servers']; serviceAccount: DirectoryHealth['serviceAccount']; connections: Probed[] }>;
  /** Addresses of those that are known to take no writes. */
  withoutWrites(): string[];
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

/** @param explainSignIn what this kind of directory knows about a refused service account */
export function createServers(
  settings: LdapSettings,
  deps: Pick<DirectoryDeps, 'clock' | 'log' | 'resolveSecret' | 'refusedSecrets'>,
  explainSignIn: (result: LdapResult) => SignInProblem | null = () => null,
): Servers {
  const { clock, log } = deps;
  let closed = false;
  const signIn = createServiceSignIn(settings, deps, explainSignIn);
  const servers = settings.servers.map(({ url }) => createServer(url, settings, { clock, log, signIn, isClosed: () => closed }));

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

  /** On one server, a second time where a pooled connection had died of age. */
  const runOn = async <T>(server: Server, work: Work<T>, on: On): Promise<T> => {
    for (const again of [true, false]) {
      const progress = newProgress();
      try {
        return await on(server, tracked(work, progress));
      } catch (error) {
        // After a first change only an outcome would be true, and an error is none.
        if (progress.changed && isAppError(error)) throw new Final(afterSending(error, progress));
        if (!mayGoElsewhere(error)) throw new Final(error);
        if (progress.sent || error.details.reason === 'deadline') throw new Final(afterSending(error, progress));
        // The next work has to connect anew, which a frozen server is noticed by in less than the time of a request.
        if (progress.used) server.clear();
        // A pooled connection may have died of age; the same server gets a second chance on a new one.
        if (!again || !progress.used || !server.up || !mayBeAge(error)) throw error;
      }
    }
    throw new Error('unreachable');
  };

  const attempt = async <T>(work: Work<T>, on: On, tiers: () => readonly (readonly Server[])[]): Promise<T> => {
    const tried = new Set<Server>();
    let first: AppError | null = null;
    for (;;) {
      const server = await nextOf(tiers().map((tier) => tier.filter((each) => !tried.has(each))));
      if (server === null) break;
      tried.add(server);
      try {
        return await runOn(server, work, on);
      } catch (error) {
        if (error instanceof Final) throw error.cause;
        if (!isAppError(error)) throw error;
        first ??= error;
      }
    }
    const trouble = servers.find((server) => server.trouble !== null)?.trouble;
    throw first ?? trouble ?? new AppError('directory.unreachable', { directory: settings.id });
  };

  /** Those that take writes first, also if one has to be waited for; the others may have come to take them meanwhile. */
  const forWriting = (): Server[][] => [
    servers.filter(({ takesWrites }) => takesWrites),
    servers.filter(({ takesWrites }) => !takesWrites),
  ];

  const all = (): Server[][] => [servers];
  const reading: On = (server, work) => server.read.run(work);
  const writing: On = (server, work) => server.write.run(work);

  return {
    read: (work) => attempt(work, reading, all),
    write(work, { server: identity, notAfter } = {}) {
      if (identity === undefined) return attempt(timed(onWritable(work), notAfter), writing, forWriting);
      const server = serverOf(identity);
      return attempt(timed(bound(identity, work), notAfter), writing, () => [[server]]);
    },
    readOn(identity, work) {
      const server = serverOf(identity);
      return attempt(bound(identity, work), reading, () => [[server]]);
    },
    readEach: (work) =>
      Promise.all(
        servers
          .filter(({ takesWrites }) => takesWrites)
          .map(async (server) => {
            if (!server.up) server.tryIfDue();
            if (!server.up) return null;
            try {
              return await runOn(server, async (connection) => ({ server: identityOf(connection), told: await work(connection) }), reading);
            } catch (error) {
              const cause = error instanceof Final ? error.cause : error;
              if (!isAppError(cause)) throw cause;
              return null;
            }
          }),
      ),
    listing: (work) => attempt(work, (server, run) => server.listing.run(run), all),
    separate: (work) => attempt(work, (server, run) => server.separate.run(run), all),
    async probe() {
      const connections: Probed[] = [];
      let account: DirectoryHealth['serviceAccount'] = { ok: false, problem: 'No server could be asked', fix: null };
      const report = await Promise.all(
        servers.map(async (server): Promise<DirectoryHealth['servers'][number]> => {
          const start = performance.now();
          const answers = (latency: number, certificateEnds: number | null) => ({
            url: server.url,
            ok: true,
            skippedUntil: null,
            latency,
            certificateEnds,
            problem: null,
            fix: null,
          });
          try {
            const { rootDse, at, latency, certificateEnds } = await server.tryNow();
            connections.push({ server: server.url, rootDse, at });
            account = { ok: true, problem: null, fix: null };
            return answers(latency, certificateEnds);
          } catch (error) {
            if (!isAppError(error)) throw error;
            if (error.code === 'directory.service-account-refused') {
              if (!account.ok) account = { ok: false, ...explained(error) };
              return answers(Math.round(performance.now() - start), null);
            }
            return {
              url: server.url,
              ok: false,
              skippedUntil: server.retryIn === null ? null : clock.now() + server.retryIn,
              latency: null,
              certificateEnds: null,
              ...explained(error),
            };
          }
        }),
      );
      return { servers: report, serviceAccount: account, connections };
    },
    withoutWrites: () => servers.filter(({ takesWrites }) => !takesWrites).map(({ url }) => url),
    async close() {
      closed = true;
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

function explained({ code, details: { problem, fix } }: AppError): { problem: string; fix: string | null } {
  return { problem: typeof problem === 'string' && problem !== '' ? problem : code, fix: typeof fix === 'string' ? fix : null };
}

/** Runs work on a connection of a server. */
type On = <T>(server: Server, work: Work<T>) => Promise<T>;

/** An error that no other server can make good. */
class Final extends Error {
  constructor(cause: unknown) {
    super('final', { cause });
  }
}

/** The first one that is up; where none is, the first one that passes a trial; else one of the next tier. null: none. */
async function nextOf(tiers: readonly (readonly Server[])[]): Promise<Server | null> {
  for (const tier of tiers) {
    for (const server of tier) if (!server.up) server.tryIfDue();
    const found = tier.find((server) => server.up) ?? (await firstToPass(tier));
    if (found !== null) return found;
  }
  return null;
}

async function firstToPass(servers: readonly Server[]): Promise<Server | null> {
  const asked = servers.map(async (server) => {
    await server.ask();
    if (!server.up) throw new Error('still down');
    return server;
  });
  return Promise.any(asked).catch(() => null);
}

/** Work that ends in a write: what it reads is read on a server that takes it. */
function onWritable<T>(work: Work<T>): Work<T> {
  return (connection) => {
    if (serverRole(connection.rootDse).readOnly) throw readOnlyServer(connection.server);
    return work(connection);
  };
}

function mayGoElsewhere(error: unknown): error is AppError {
  if (!isAppError(error)) return false;
  return (
    error.code === 'directory.unreachable' ||
    error.code === 'directory.timed-out' ||
    error.code === 'directory.plain-refused' ||
    error.code === 'directory.root-hidden' ||
    error.code === 'directory.read-only' ||
    error.code.startsWith('directory.tls-') ||
    (error.code === 'directory.service-account-refused' && error.details.here === true)
  );
}

/** Whether a new connection to the same server may do better: the connection was lost, or is one to another server. */
function mayBeAge(error: AppError): boolean {
  return error.code === 'directory.unreachable' && error.details.reason !== 'busy' && error.details.reason !== 'queue';
}
