import { type Kysely, sql } from 'kysely';

/** When a factor that has an end was last looked at, so that a clock that is set back prolongs nothing; the others have no such time. */
export async function addEndsOfFactors(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('factors').addColumn('seen_at', 'bigint').execute();
  // The few that have an end are looked for every few seconds, among very many.
  await sql`create index factors_with_end on factors (seen_at) where seen_at is not null and ended_at is null`.execute(db);
}
