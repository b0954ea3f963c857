import { type Kysely, sql } from 'kysely';

/** Times of raised threat. There is one at most that is not over: `is_current` is 1 in its row, and null in all others. */
export async function createThreatsTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('threats')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('raised_at', 'bigint', (column) => column.notNull())
    .addColumn('author', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('lift', 'text')
    .addColumn('lifted_at', 'bigint')
    .addColumn('is_current', 'integer', (column) => column.unique().check(sql`is_current = 1`))
    .execute();
}
