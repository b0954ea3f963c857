import { sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { AppError, isAppError } from '../../shared/errors.ts';
import type { Log } from '../core/ports/platform.ts';
import { migrations as all } from './migrations/list.ts';
import type { Database } from './schema.ts';

/**
 * Brings the schema up to what the program knows. Several nodes may start at once: one migrates, the others wait for it
 * (PostgreSQL: advisory lock; SQLite: the write lock of the transaction) and find nothing left to do.
 * @throws AppError `store.newer-schema` when a newer program has been at this database; nothing is changed then
 */
export async function migrate(db: Database, log: Log, migrations: Readonly<Record<string, Migration>> = all): Promise<void> {
  await refuseNewerSchema(db, migrations);
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) {
    // A newer program may have come in between the look above and the lock.
    await refuseNewerSchema(db, migrations);
    throw isAppError(error) ? error : new AppError('store.unavailable', { reason: 'migration-failed' }, { cause: error });
  }
  // One line, however many there were: a database that was just made has had all of them.
  const newest = results?.at(-1)?.migrationName;
  if (newest !== undefined) log.info('store.migrated', { migrations: results?.length, newest });
}

/** Names of the migrations that this database has not had yet, in their order. */
export async function pendingMigrations(db: Database, migrations: Readonly<Record<string, Migration>> = all): Promise<string[]> {
  const done = new Set(await doneMigrations(db));
  return Object.keys(migrations)
    .sort()
    .filter((name) => !done.has(name));
}

/** @throws AppError `store.no-schema` (nothing was ever made in it), `store.older-schema`, `store.newer-schema` */
export async function refuseOlderSchema(db: Database): Promise<void> {
  await refuseNewerSchema(db, all);
  const pending = await pendingMigrations(db);
  const [first] = pending;
  if (first === undefined) return;
  if (pending.length === Object.keys(all).length) throw new AppError('store.no-schema', {});
  throw new AppError('store.older-schema', { missing: `${pending.length} changes, from ${first} on` });
}

/** @throws AppError `store.newer-schema` */
export async function refuseNewerSchema(db: Database, migrations: Readonly<Record<string, Migration>> = all): Promise<void> {
  refuseUnknown(await doneMigrations(db), migrations);
}

/**
 * The same for a database that this process has opened, in which the table of migrations is: to look whether it is there reads the columns
 * of all tables, and this is asked every few seconds.
 * @throws AppError `store.newer-schema`
 */
export async function refuseNewerSince(db: Database): Promise<void> {
  refuseUnknown(await namesOfDone(db), all);
}

function refuseUnknown(done: readonly string[], migrations: Readonly<Record<string, Migration>>): void {
  if (done.every((name) => Object.hasOwn(migrations, name))) return;
  throw new AppError('store.newer-schema', {
    database: done.at(-1) ?? '',
    program: Object.keys(migrations).sort().at(-1) ?? '',
  });
}

async function doneMigrations(db: Database): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return [];
  return namesOfDone(db);
}

async function namesOfDone(db: Database): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map(({ name }) => name);
}
