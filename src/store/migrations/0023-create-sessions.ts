import type { Kysely } from 'kysely';

/** Who is signed in. */
export async function createSessionsTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('sessions')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('token_digest', 'text', (column) => column.notNull().unique())
    .addColumn('journey_id', 'text', (column) => column.notNull().unique())
    .addColumn('directory', 'text', (column) => column.notNull())
    .addColumn('account_id', 'text', (column) => column.notNull())
    .addColumn('rights', 'text', (column) => column.notNull())
    .addColumn('facts', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('ends_at', 'bigint', (column) => column.notNull())
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('ended_because', 'text')
    .execute();
  await db.schema.createIndex('sessions_by_account').on('sessions').columns(['directory', 'account_id']).execute();
  await db.schema.createIndex('sessions_by_end').on('sessions').column('ends_at').execute();
}
