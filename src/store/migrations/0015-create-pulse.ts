import type { Kysely } from 'kysely';

/** One row, written to find out whether the database takes writes. */
export async function createPulseTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('pulse')
    .addColumn('beats', 'bigint', (column) => column.notNull())
    .execute();
  await (db as Kysely<{ pulse: { beats: number } }>).insertInto('pulse').values({ beats: 0 }).execute();
}
