import type { Kysely } from 'kysely';

/**
 * What limits remember beside counters: how far an authenticator's clock is off and its wrong codes in a row, and the places
 * from which the owner of an account succeeded.
 */
export async function addLimitsMemory(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('factors')
    .addColumn('drift_steps', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .alterTable('factors')
    .addColumn('failures', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable('factors').addColumn('suspended_at', 'bigint').execute();
  await db.schema
    .createTable('known_places')
    .addColumn('directory', 'text', (column) => column.notNull())
    .addColumn('account_id', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('known_places_key', ['directory', 'account_id', 'digest'])
    .execute();
  await db.schema.createIndex('known_places_by_time').on('known_places').column('seen_at').execute();
}
