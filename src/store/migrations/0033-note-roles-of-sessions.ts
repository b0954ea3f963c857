import type { Kysely } from 'kysely';

/** By which roles somebody acts, and when the directory last told that they hold them. */
export async function noteRolesOfSessions(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('sessions').addColumn('roles', 'text').execute();
  await db.schema.alterTable('sessions').addColumn('roles_read_at', 'bigint').execute();
  await db.schema.createIndex('sessions_by_roles_read').on('sessions').column('roles_read_at').execute();
}
