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
  for (const result of results ?? []) log.info('store.migrated', { migration: result.migrationName });
}

async function refuseNewerSchema(db: Database, migrations: Readonly<Record<string, Migration>>): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return;
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  if (rows.every((row) => Object.hasOwn(migrations, row.name))) return;
  throw new AppError('store.newer-schema', {
    database: rows.at(-1)?.name ?? '',
    program: Object.keys(migrations).sort().at(-1) ?? '',
  });
}
