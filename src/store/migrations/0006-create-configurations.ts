import type { Kysely } from 'kysely';

/** Table `configurations`: every version that was ever accepted. */
export async function createConfigurationsTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('configurations')
    .addColumn('version', 'integer', (column) => column.primaryKey())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('author', 'text', (column) => column.notNull())
    .addColumn('comment', 'text', (column) => column.notNull())
    .execute();
}
