import type { Kysely } from 'kysely';

/** Who was invited to set up what proves them. */
export async function createInvitationsTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('invitations')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('token_digest', 'text', (column) => column.notNull().unique())
    .addColumn('directory', 'text', (column) => column.notNull())
    .addColumn('account_id', 'text', (column) => column.notNull())
    .addColumn('author', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('session_id', 'text')
    .addColumn('used_at', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .addColumn('seal', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('invitations_by_account').on('invitations').columns(['directory', 'account_id']).execute();
  await db.schema.createIndex('invitations_by_session').on('invitations').column('session_id').execute();
  await db.schema.createIndex('invitations_by_end').on('invitations').column('expires_at').execute();
}
