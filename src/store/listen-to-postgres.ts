import pg from 'pg';
import type { Log } from '../core/ports/platform.ts';
import { APPENDS_CHANNEL } from './appends.ts';

/** Milliseconds between two attempts at a connection, and how long one may take. */
const AGAIN_AFTER = 2000;
const CONNECTION_TIMEOUT = 5000;

/**
 * Listens on a connection of its own, since one of a pool is lent out and given back. A pooler between us and the server that shares
 * connections (PgBouncer, `pool_mode = transaction`) lets nobody listen: then nothing is told, and whoever waits looks by themselves.
 */
export function listenToPostgres(url: string, log: Log, told: () => void): { end(): Promise<void> } {
  let ended = false;
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;

  /** Of a connection that was replaced the end may come late. */
  const lost = (own: pg.Client, error?: Error): void => {
    if (client !== own) return;
    client = null;
    if (ended) return;
    log.warn('store.appends-not-heard', { engine: 'postgres', reason: (error as { code?: string } | undefined)?.code ?? 'connection' });
    timer = setTimeout(() => void connect(), AGAIN_AFTER);
  };
  async function connect(): Promise<void> {
    const own = new pg.Client({
      ...{ connectionString: url, application_name: 'keyturn-listen', keepAlive: true, connectionTimeoutMillis: CONNECTION_TIMEOUT },
    });
    client = own;
    own.on('error', (error) => lost(own, error));
    own.on('end', () => lost(own));
    own.on('notification', told);
    try {
      await own.connect();
      await own.query(`listen ${APPENDS_CHANNEL}`);
      // What was appended while nobody listened.
      told();
    } catch (error) {
      lost(own, error as Error);
      await own.end().catch(() => undefined);
    }
  }
  void connect();
  return {
    async end() {
      ended = true;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}
