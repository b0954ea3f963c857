import { AppError, isAppError } from '../../../shared/errors.ts';
import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type { DirectoryDeps } from '../directory-deps.ts';
import type { LdapConnection } from './connection.ts';
import { openConnection } from './open-connection.ts';
import { createPool, type Pool } from './pool.ts';
import { isAnswerOfTrouble } from './result-codes.ts';
import type { RootDse } from './root-dse.ts';
import {
  afterOpening,
  afterRequest,
  afterTrial,
  afterTrialBegan,
  healthy,
  isTrialDue,
  type SeenOutcome,
  type ServerHealth,
  type TrialOutcome,
} from './server-health.ts';
import { serverRole } from './server-role.ts';
import type { ServiceSignIn } from './service-sign-in.ts';
import { tlsOptions } from './tls-options.ts';
import { unexpectedResult } from './translate-error.ts';

/** One server of a directory: its connections, and what is known of its health. */
export interface Server {
  readonly url: string;
  readonly read: Pool;
  readonly write: Pool;
  /** Connections on which a list is read on, page by page: held for longer than one piece of work of `read` may be. */
  readonly listing: Pool;
  /** Connections on which nobody is signed in, for one piece of work each. */
  readonly separate: Pool;
  readonly up: boolean;
  /** Why it is passed over; null: it is not. */
  readonly trouble: AppError | null;
  /** Milliseconds from now until a trial is due of itself; null: it is up. */
  readonly retryIn: number | null;
  /** Whether it takes writes, as far as is known: what it says itself, and what it answered lately. */
  readonly takesWrites: boolean;
  /** Begins a trial beside the work, where one is due. */
  tryIfDue(): void;
  /** For work that has nowhere else to go: waits for the trial that is under way, or begins one if it is due. */
  ask(): Promise<void>;
  /** A trial now, or the one under way. @throws AppError as it failed; `directory.service-account-refused` also where it is up */
  tryNow(): Promise<Trial>;
  /** Closes what is idle, so that the next work connects afresh. */
  clear(): void;
  close(): Promise<void>;
}

/** A trial that has passed. */
export interface Trial {
  readonly rootDse: RootDse;
  /** Our clock when the root DSE had been read. */
  readonly at: number;
  /** Milliseconds until it was connected to. */
  readonly latency: number;
  /** As `LdapConnection.certificateEnds`. */
  readonly certificateEnds: number | null;
}

/** Lists of one directory that are read on at the same time, each on a connection of its own. */
export const HELD_SEARCHES = 2;

/** Milliseconds of idleness after which a connection is checked before use. */
const checkAfterIdle = 5000;

/** Milliseconds for which a server that refused a write is asked for one only when there is no other. */
const readOnlyFor = 5 * 60_000;

/** @param isClosed Keyturn is shutting down: nothing is opened any more */
export function createServer(
  url: string,
  settings: LdapSettings,
  deps: Pick<DirectoryDeps, 'clock' | 'log'> & { signIn: ServiceSignIn; isClosed: () => boolean },
): Server {
  const { clock, log, signIn } = deps;
  const pause = settings.retryServerAfterSeconds * 1000;
  let health: ServerHealth = healthy;
  let trouble: AppError | null = null;
  let trial: Promise<Trial> | null = null;
  let rootDse: RootDse | null = null;
  let readOnlyUntil = Number.NEGATIVE_INFINITY;

  const open = async (): Promise<LdapConnection> => {
    const connection = await openConnection({
      url,
      tls: tlsOptions(settings.tls, url),
      startTls: settings.tls.startTls,
      connectTimeout: settings.connectTimeoutMilliseconds,
      operationTimeout: settings.operationTimeoutMilliseconds,
    });
    if (!deps.isClosed()) return connection;
    connection.close();
    throw new AppError('directory.unreachable', { directory: settings.id, problem: 'Keyturn is shutting down' });
  };

  /**
   * Opening, signing in and reading the root DSE together have the time of one request.
   * @param mayBind asked when it is this connection's turn
   */
  const openSignedIn = async (mayBind: () => void): Promise<LdapConnection> => {
    const began = performance.now();
    const connection = await open();
    try {
      // What is waited for others to sign in is not this server's time.
      let left = settings.operationTimeoutMilliseconds - (performance.now() - began);
      let turn = 0;
      await signIn.run(connection, () => {
        mayBind();
        turn = performance.now();
        return Math.max(1, left);
      });
      left -= performance.now() - turn;
      await connection.readRootDse(Math.max(1, left));
      rootDse = connection.rootDse;
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  };

  const become = (next: ServerHealth, why: () => AppError): void => {
    const wasUp = health.down === null;
    health = next;
    if (health.down === null) return;
    const error = why();
    trouble = error;
    if (!wasUp) return;
    log.warn('directory.server-passed-over', { directory: settings.id, server: url, code: error.code, ...error.details });
    // Whoever waits for a connection to it goes elsewhere at once.
    read.clear(error);
    write.clear(error);
    listing.clear(error);
    separate.clear(error);
  };

  const watch = (seen: SeenOutcome): void => {
    if (seen === 'read-only') readOnlyUntil = clock.monotonic() + readOnlyFor;
    const outcome = seen === 'troubled' ? seen : 'answered';
    if (outcome === 'answered' && health.troubles === 0) return;
    become(afterRequest(health, outcome, clock.monotonic(), pause), () => notAnswering(url));
    if (outcome === 'troubled') tryIfDue();
  };

  const refuseWhileDown = (): void => {
    if (trouble !== null) throw trouble;
  };

  /** A connection for work. Whoever finds that none can be had tells the others. */
  const openForWork = async (opening: () => Promise<LdapConnection>): Promise<LdapConnection> => {
    refuseWhileDown();
    const began = clock.monotonic();
    try {
      const connection = await opening();
      connection.watcher = watch;
      return connection;
    } catch (error) {
      const outcome = deps.isClosed() ? null : outcomeOf(error);
      const now = clock.monotonic();
      if (outcome !== null && isAppError(error)) become(afterOpening(health, outcome, now, now - began, pause), () => error);
      throw error;
    }
  };

  /** Does what work does: opens, signs in, and searches where the people are. */
  const runTrial = async (): Promise<Trial> => {
    health = afterTrialBegan(health, clock.monotonic());
    const began = performance.now();
    try {
      const connection = await openSignedIn(() => {});
      const latency = Math.round(performance.now() - began);
      const at = clock.now();
      try {
        const { result } = await connection.search(settings.baseDn, { scope: 'base', attributes: ['1.1'] });
        if (isAnswerOfTrouble(result.code)) throw unexpectedResult(result, url, 'search');
        ended('passed', null);
        return { rootDse: connection.rootDse, at, latency, certificateEnds: connection.certificateEnds };
      } finally {
        connection.close();
      }
    } catch (error) {
      ended(outcomeOf(error) ?? 'passed', isAppError(error) ? error : null);
      throw error;
    }
  };

  const ended = (outcome: TrialOutcome, error: AppError | null): void => {
    const wasDown = health.down !== null;
    const next = afterTrial(health, outcome, clock.monotonic(), pause);
    if (error !== null && next.down !== null) become(next, () => error);
    else health = next;
    if (health.down !== null) return;
    trouble = null;
    if (wasDown) log.info('directory.server-back', { directory: settings.id, server: url });
  };

  const tryNow = (): Promise<Trial> => {
    trial ??= runTrial().finally(() => {
      trial = null;
    });
    return trial;
  };

  const tryIfDue = (): void => {
    if (!deps.isClosed() && isTrialDue(health, clock.monotonic(), false)) tryNow().catch(() => {});
  };

  const pool = (size: number): Pool =>
    createPool({
      server: url,
      size,
      waitLimit: settings.operationTimeoutMilliseconds,
      checkAfterIdle,
      checkLimit: settings.connectTimeoutMilliseconds,
      open: async () => {
        await signIn.check(url);
        return openForWork(() => openSignedIn(refuseWhileDown));
      },
    });
  const read = pool(settings.connections.read);
  const write = pool(settings.connections.write);
  const listing = pool(HELD_SEARCHES);
  // Bounded like the others: each costs the server a socket, and an agreement on keys.
  const separate = createPool({
    server: url,
    size: settings.connections.read,
    waitLimit: settings.operationTimeoutMilliseconds,
    checkAfterIdle,
    checkLimit: settings.connectTimeoutMilliseconds,
    once: true,
    async open() {
      const offered = rootDse ?? (await read.run(async (signedIn) => signedIn.rootDse));
      const connection = await openForWork(open);
      connection.takeRootDse(offered);
      return connection;
    },
  });

  return {
    url,
    read,
    write,
    listing,
    separate,
    get up() {
      return health.down === null;
    },
    get trouble() {
      return trouble;
    },
    get retryIn() {
      return health.down === null ? null : Math.max(0, health.down.retryAt - clock.monotonic());
    },
    get takesWrites() {
      if (rootDse !== null && serverRole(rootDse).readOnly) return false;
      return clock.monotonic() >= readOnlyUntil;
    },
    tryIfDue,
    async ask() {
      if (trial === null && !isTrialDue(health, clock.monotonic(), true)) return;
      await tryNow().catch(() => {});
    },
    tryNow,
    clear() {
      read.clear();
      write.clear();
      listing.clear();
    },
    async close() {
      await Promise.all([read.close(), write.close(), listing.close(), separate.close(), trial?.catch(() => {})]);
    },
  };
}

function notAnswering(server: string): AppError {
  const problem = 'The server does not answer within the time limit, or is busy';
  return new AppError('directory.unreachable', {
    server,
    problem,
    fix: 'Look at the load of the server and into its log.',
    reason: 'down',
  });
}

/** What an error of an opening says about the server; null: nothing. */
function outcomeOf(error: unknown): Exclude<TrialOutcome, 'passed'> | null {
  if (!isAppError(error)) return null;
  // A wrong password is ours, and the server answers.
  if (error.code === 'directory.service-account-refused') return error.details.here === true ? 'refused' : null;
  return error.code.startsWith('directory.') ? 'failed' : null;
}
