import type { Kysely } from 'kysely';

/** Table `counters` of the guard. */
export async function createCountersTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('counters')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('count', 'integer', (column) => column.notNull())
    .addColumn('window_started_at', 'bigint', (column) => column.notNull())
    .addColumn('window_ends_at', 'bigint', (column) => column.notNull())
    .addColumn('paused_until', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('counters_by_end').on('counters').column('window_ends_at').execute();
}
