import type { Kysely } from 'kysely';

/** Table `embedded_accounts`: the people of embedded directories. */
export async function createEmbeddedAccountsTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('embedded_accounts')
    .addColumn('directory', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('login', 'text', (column) => column.notNull())
    .addColumn('display_name', 'text', (column) => column.notNull())
    .addColumn('given_name', 'text')
    .addColumn('surname', 'text')
    .addColumn('mail', 'text')
    .addColumn('mobile', 'text')
    .addColumn('employee_number', 'text')
    .addColumn('language', 'text')
    .addColumn('groups', 'text', (column) => column.notNull())
    .addColumn('manager_id', 'text')
    .addColumn('password_hash', 'text', (column) => column.notNull())
    .addColumn('password_history', 'text', (column) => column.notNull())
    .addColumn('password_set_at', 'bigint', (column) => column.notNull())
    .addColumn('must_change', 'integer', (column) => column.notNull())
    .addColumn('disabled', 'integer', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('bad_attempts', 'integer', (column) => column.notNull())
    .addColumn('last_bad_attempt_at', 'bigint')
    .addColumn('locked_at', 'bigint')
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('search_text', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('embedded_accounts_key', ['directory', 'id'])
    .addUniqueConstraint('embedded_accounts_login', ['directory', 'login'])
    .execute();
  await db.schema.createIndex('embedded_accounts_by_mail').on('embedded_accounts').columns(['directory', 'mail']).execute();
  await db.schema
    .createIndex('embedded_accounts_by_employee_number')
    .on('embedded_accounts')
    .columns(['directory', 'employee_number'])
    .execute();
}
