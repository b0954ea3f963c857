import type { Kysely } from 'kysely';

/** Sessions that a provider of OpenID Connect has opened, and may end. */
export async function createProviderSessions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('provider_sessions')
    .addColumn('session_id', 'text', (column) => column.primaryKey())
    .addColumn('directory', 'text', (column) => column.notNull())
    .addColumn('account_id', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('provider_session', 'text')
    .addColumn('ends_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('provider_sessions_subject').on('provider_sessions').column('subject').execute();
  await db.schema.createIndex('provider_sessions_session').on('provider_sessions').column('provider_session').execute();
}
