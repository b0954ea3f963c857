import type { Kysely } from 'kysely';

/** Who was asked to vouch for whom. */
export async function createVouchRequestsTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('vouch_requests')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('journey_id', 'text', (column) => column.notNull())
    .addColumn('directory', 'text', (column) => column.notNull())
    .addColumn('account_id', 'text', (column) => column.notNull())
    .addColumn('manager_directory', 'text')
    .addColumn('manager_id', 'text')
    .addColumn('facts', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('ends_at', 'bigint', (column) => column.notNull())
    .addColumn('tries', 'integer', (column) => column.notNull())
    .addColumn('outcome', 'text')
    .addColumn('closed_at', 'bigint')
    .execute();
  await db.schema.createIndex('vouch_requests_by_manager').on('vouch_requests').columns(['manager_directory', 'manager_id']).execute();
  await db.schema.createIndex('vouch_requests_by_account').on('vouch_requests').columns(['directory', 'account_id']).execute();
  await db.schema.createIndex('vouch_requests_by_end').on('vouch_requests').column('ends_at').execute();
}
