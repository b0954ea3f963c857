import { type Kysely, sql } from 'kysely';

/** Set-ups of installations without a configuration. There is one at most that is not over: `is_current` is 1 in its row. */
export async function createSetUpsTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('set_ups')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('link_digest', 'text', (column) => column.notNull())
    .addColumn('link_expires_at', 'bigint', (column) => column.notNull())
    .addColumn('opened_at', 'bigint')
    .addColumn('session_digest', 'text')
    .addColumn('ended_at', 'bigint')
    .addColumn('is_current', 'integer', (column) => column.unique().check(sql`is_current = 1`))
    .addColumn('facts', 'text', (column) => column.notNull())
    .execute();
}
