import { type Kysely, sql } from 'kysely';

/** Counts of people by rule of proof. There is one at most that goes on: `is_running` is 1 in its row, and null in all others. */
export async function createPeopleCountsTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('people_counts')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('configuration', 'integer', (column) => column.notNull())
    .addColumn('author', 'text', (column) => column.notNull())
    .addColumn('begun_at', 'bigint', (column) => column.notNull())
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .addColumn('looked', 'integer', (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('problem', 'text')
    .addColumn('numbers', 'text')
    .addColumn('is_running', 'integer', (column) => column.unique().check(sql`is_running = 1`))
    .execute();
}
