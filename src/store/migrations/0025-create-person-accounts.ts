import type { Kysely } from 'kysely';

/** Which accounts are one person's. An account without a row is a person of its own. */
export async function createPersonAccountsTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('person_accounts')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('person', 'text', (column) => column.notNull())
    .addColumn('directory', 'text', (column) => column.notNull())
    .addColumn('account_id', 'text', (column) => column.notNull())
    .addColumn('linked_at', 'bigint', (column) => column.notNull())
    .addColumn('linked_by', 'text', (column) => column.notNull())
    .addColumn('seal', 'text', (column) => column.notNull())
    .addUniqueConstraint('person_accounts_by_account', ['directory', 'account_id'])
    .execute();
  await db.schema.createIndex('person_accounts_by_person').on('person_accounts').column('person').execute();
}
