import type { Kysely } from 'kysely';

/** Accounts that were parted by hand: nothing links them again by itself. */
export async function rememberPartings(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('partings')
    .addColumn('directory', 'text', (column) => column.notNull())
    .addColumn('account_id', 'text', (column) => column.notNull())
    .addColumn('other_directory', 'text', (column) => column.notNull())
    .addColumn('other_account_id', 'text', (column) => column.notNull())
    .addColumn('parted_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('partings_key', ['directory', 'account_id', 'other_directory', 'other_account_id'])
    .execute();
}
