import type { Kysely } from 'kysely';

/** Administrators for the emergency: one row for each link that was made on the console. */
export async function openEmergencies(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('emergencies')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('link_digest', 'text', (column) => column.notNull().unique())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('opened_at', 'bigint')
    .addColumn('credential', 'text', (column) => column.unique())
    .addColumn('retired_at', 'bigint')
    .addColumn('facts', 'text', (column) => column.notNull())
    .execute();
}
