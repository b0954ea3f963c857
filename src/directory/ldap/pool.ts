import { AppError, isAppError } from '../../../shared/errors.ts';
import type { LdapConnection } from './connection.ts';

export interface PoolOptions {
  readonly server: string;
  /** Most connections at one time. */
  readonly size: number;
  /** Milliseconds work may wait for a connection. */
  readonly waitLimit: number;
  /** Milliseconds after which an idle connection is asked for a sign of life before it is used. */
  readonly checkAfterIdle: number;
  /** Milliseconds for that sign of life. */
  readonly checkLimit: number;
  /** Opens and binds a connection. */
  open(): Promise<LdapConnection>;
  /** Each piece of work gets a connection of its own, closed afterwards. */
  readonly once?: true;
}

/** Connections to one server, for one purpose. Each carries one piece of work at a time; whoever waits is served in order. */
export interface Pool {
  /**
   * @throws AppError `directory.unreachable` (details.reason `queue`) when no connection came free in time, and whatever `open` throws
   */
  run<T>(work: (connection: LdapConnection) => Promise<T>): Promise<T>;
  /** Closes what is idle, so that the next work connects afresh. With an error, work that waits is refused with it. */
  clear(error?: AppError): void;
  /** Refuses work that waits, lets work that runs come to its end, and closes everything. */
  close(): Promise<void>;
}

interface Waiting {
  admit(): void;
  refuse(error: AppError): void;
}

export function createPool(options: PoolOptions): Pool {
  const idle: LdapConnection[] = [];
  let onDrained: (() => void) | null = null;
  const waiting: Waiting[] = [];
  let taken = 0;
  let generation = 0;
  let closed = false;

  const refusal = (problem: string): AppError => {
    const fix = 'The directory server is slower than the work arrives: raise `connections`, or look why it is slow.';
    return new AppError('directory.unreachable', { server: options.server, problem, fix, reason: 'queue' });
  };

  const enter = (): Promise<void> => {
    if (closed) return Promise.reject(refusal('Keyturn is shutting down'));
    if (taken < options.size) {
      taken += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        admit() {
          clearTimeout(timer);
          resolve();
        },
        refuse(error) {
          clearTimeout(timer);
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(entry), 1);
        reject(refusal('No connection came free in time'));
      }, options.waitLimit);
      waiting.push(entry);
    });
  };

  /** The place goes straight to the first who waits, so that nobody who comes later overtakes. */
  const leave = (): void => {
    const next = waiting.shift();
    if (next !== undefined) {
      next.admit();
      return;
    }
    taken -= 1;
    if (taken === 0) onDrained?.();
  };

  const alive = async (connection: LdapConnection): Promise<boolean> => {
    if (!connection.usable) return false;
    if (performance.now() - connection.lastUsed < options.checkAfterIdle) return true;
    const { watcher } = connection;
    // What it may find is the connection's age, not the server's health.
    connection.watcher = null;
    try {
      // A peer that vanished without a word (a firewall's time-out) would otherwise make the outcome of a write unknown.
      await connection.search('', { scope: 'base', attributes: ['1.1'], timeLimit: options.checkLimit });
      return true;
    } catch (error) {
      if (!isAppError(error)) throw error;
      return false;
    } finally {
      connection.watcher = watcher;
    }
  };

  const connect = async (): Promise<LdapConnection> => {
    for (let connection = idle.pop(); connection !== undefined; connection = idle.pop()) {
      if (await alive(connection)) return connection;
      connection.close();
      // What was idle for as long is gone as well, most likely: each would cost the time of its own check.
      for (const other of idle.splice(0)) other.close();
    }
    return options.open();
  };

  return {
    async run(work) {
      await enter();
      try {
        const started = generation;
        const connection = await connect();
        try {
          return await work(connection);
        } finally {
          if (options.once !== true && connection.usable && started === generation && !closed) idle.push(connection);
          else connection.close();
        }
      } finally {
        leave();
      }
    },
    clear(error) {
      generation += 1;
      for (const connection of idle.splice(0)) connection.close();
      if (error !== undefined) for (const entry of waiting.splice(0)) entry.refuse(error);
    },
    async close() {
      closed = true;
      for (const entry of waiting.splice(0)) entry.refuse(refusal('Keyturn is shutting down'));
      // A write that is cut off leaves its outcome unknown; every request has a time limit, so this ends.
      if (taken > 0) {
        await new Promise<void>((resolve) => {
          onDrained = resolve;
        });
      }
      for (const connection of idle.splice(0)) connection.close();
    },
  };
}
