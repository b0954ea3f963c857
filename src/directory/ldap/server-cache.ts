import type { Clock } from '../../core/ports/platform.ts';
import type { LdapConnection } from './connection.ts';
import { identityOf } from './server-identity.ts';

/** Milliseconds for which what a server says about policies is taken for what holds; replicas are behind for as long. */
const usualLifetime = 30_000;

/**
 * Keeps what is the same for many people (policies, which database holds whom) for a while, for each server by itself: they may hold
 * different things.
 */
export interface ServerCache {
  /** What `read` brought lately on the server of this connection, else what it brings now. Errors are not kept. */
  get<T>(connection: LdapConnection, key: string, read: () => Promise<T>, lifetime?: number): Promise<T>;
  /** Forgets everything: a server has just judged by something else. */
  forget(): void;
}

export function createServerCache(clock: Pick<Clock, 'now'>): ServerCache {
  const kept = new Map<string, { at: number; value: unknown }>();
  return {
    async get<T>(connection: LdapConnection, key: string, read: () => Promise<T>, lifetime = usualLifetime): Promise<T> {
      const name = `${identityOf(connection)} ${key}`;
      const found = kept.get(name);
      const age = found === undefined ? Number.NaN : clock.now() - found.at;
      if (found !== undefined && age >= 0 && age < lifetime) return found.value as T;
      const value = await read();
      // Keys come from the directory; a tree of very many containers must not fill the memory.
      if (kept.size >= mostKept) kept.clear();
      kept.set(name, { at: clock.now(), value });
      return value;
    },
    forget: () => kept.clear(),
  };
}

const mostKept = 1000;
