import type { Kysely } from 'kysely';

/** Who waits for a count of people: one of whom nobody waits any more is ended, and no other. */
export async function noteWhoWaitsForCounts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('people_counts')
    .addColumn('waiting', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
}
