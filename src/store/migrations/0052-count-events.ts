import { type Kysely, sql } from 'kysely';

/** Counts of what is in the audit log, by day. A log that is there already is counted while the nodes run. */
export async function createReportTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('report_counts')
    .addColumn('day', 'integer', (column) => column.notNull())
    .addColumn('what', 'text', (column) => column.notNull())
    .addColumn('count', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('report_counts_key', ['day', 'what'])
    .execute();
  await db.schema
    .createTable('report_journeys')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('goal', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('reached', 'integer', (column) => column.notNull())
    .addColumn('wrong_proofs', 'integer', (column) => column.notNull())
    .addColumn('end_kind', 'text')
    .addColumn('accounts', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('report_journeys_by_start').on('report_journeys').column('started_at').execute();
  await db.schema
    .createTable('report_position')
    .addColumn('id', 'integer', (column) => column.primaryKey().check(sql`id = 1`))
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .execute();
  await sql`insert into report_position (id, seq) values (1, 0)`.execute(db);
}
