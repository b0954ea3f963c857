import { type Kysely, sql } from 'kysely';

/** When the expiry of an open journey was written into the audit log. */
export async function noteExpiredJourneys(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('journeys').addColumn('expiry_noted_at', 'bigint').execute();
  await db.schema
    .createIndex('journeys_to_expire')
    .on('journeys')
    .column('expires_at')
    .where(sql.ref('status'), '=', sql.lit('open'))
    .where(sql.ref('expiry_noted_at'), 'is', null)
    .execute();
}
