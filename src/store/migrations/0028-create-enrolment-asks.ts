import type { Kysely } from 'kysely';

/** Who was asked to enrol, and which node looks through a directory for those who are reminded by mail. */
export async function createEnrolmentAsks(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('enrolment_asks')
    .addColumn('directory', 'text', (column) => column.notNull())
    .addColumn('account_id', 'text', (column) => column.notNull())
    .addColumn('first_asked_at', 'bigint')
    .addColumn('put_off_until', 'bigint')
    .addColumn('deferred_until', 'bigint')
    .addColumn('mails', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('mailed_at', 'bigint')
    .addPrimaryKeyConstraint('enrolment_asks_key', ['directory', 'account_id'])
    .execute();
  await db.schema
    .createTable('enrolment_walks')
    .addColumn('directory', 'text', (column) => column.primaryKey())
    .addColumn('holder', 'text', (column) => column.notNull())
    .addColumn('lease_until', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .execute();
}
