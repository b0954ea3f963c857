import pg from 'pg';
import { preparePostgres } from '../../src/store/postgres.ts';
import type { PostgresCluster, PostgresDatabase } from '../servers/postgres.ts';

const TEMPLATE = 'keyturn_migrated';
/** Any number: one process makes the template, the others wait for it (PostgreSQL, "Advisory Locks"). */
const LOCK = 56_001;

const made = new Map<string, Promise<void>>();

/**
 * A new database with Keyturn's schema and nothing in it, as the first node leaves it before it makes its keys. A copy of one that was
 * migrated takes a fifth of what all migrations take, which is most of what a short test on PostgreSQL costs.
 */
export async function createMigratedDatabase(cluster: PostgresCluster, prefix?: string): Promise<PostgresDatabase> {
  const ready = made.get(cluster.url) ?? makeTemplate(cluster);
  made.set(cluster.url, ready);
  await ready;
  return cluster.createDatabase(prefix, TEMPLATE);
}

async function makeTemplate(cluster: PostgresCluster): Promise<void> {
  const admin = new pg.Client({ connectionString: cluster.url });
  await admin.connect();
  try {
    await admin.query('select pg_advisory_lock($1)', [LOCK]);
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [TEMPLATE]);
    if (rowCount !== 0) return;
    const { name, url } = await cluster.createDatabase('migrating');
    await preparePostgres(url, { info: () => {}, warn: () => {}, error: () => {} }, true);
    // Whoever looks sees the whole of it or none.
    await admin.query(`alter database ${name} rename to ${TEMPLATE}`);
  } finally {
    await admin.end();
  }
}
