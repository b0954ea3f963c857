import { type Kysely, sql } from 'kysely';

/** Who is helped by whom, and for what. An account has one case at most that is not closed: there is no doubt about whose call it is. */
export async function createHelpdeskCasesTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('helpdesk_cases')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('directory', 'text', (column) => column.notNull())
    .addColumn('account_id', 'text', (column) => column.notNull())
    .addColumn('agent_directory', 'text', (column) => column.notNull())
    .addColumn('agent_id', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('tries', 'bigint', (column) => column.notNull())
    .addColumn('facts', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('closed_at', 'bigint')
    .execute();
  await db.schema
    .createIndex('helpdesk_cases_one_open')
    .unique()
    .on('helpdesk_cases')
    .columns(['directory', 'account_id'])
    .where(sql.ref('closed_at'), 'is', sql.lit(null))
    .execute();
  await db.schema.createIndex('helpdesk_cases_by_agent').on('helpdesk_cases').columns(['agent_directory', 'agent_id']).execute();
  await db.schema.createIndex('helpdesk_cases_by_end').on('helpdesk_cases').column('expires_at').execute();
}
