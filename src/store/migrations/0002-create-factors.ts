import type { Kysely } from 'kysely';

/** Tables `factors`, `freezes` and `freeze_links`: what is known about an account. */
export async function createFactorsTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('factors')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('directory', 'text', (column) => column.notNull())
    .addColumn('account_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('label', 'text', (column) => column.notNull())
    .addColumn('secret', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .addColumn('last_time_step', 'bigint')
    .execute();
  await db.schema.createIndex('factors_by_account').on('factors').columns(['directory', 'account_id']).execute();

  await db.schema
    .createTable('freezes')
    .addColumn('directory', 'text', (column) => column.notNull())
    .addColumn('account_id', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('frozen_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('freezes_key', ['directory', 'account_id'])
    .execute();

  await db.schema
    .createTable('freeze_links')
    .addColumn('token_digest', 'text', (column) => column.primaryKey())
    .addColumn('directory', 'text', (column) => column.notNull())
    .addColumn('account_id', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('used_at', 'bigint')
    .execute();
  await db.schema.createIndex('freeze_links_by_expiry').on('freeze_links').column('expires_at').execute();
}
