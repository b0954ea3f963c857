import type { Kysely } from 'kysely';

/** How many answers a journey took, in its own row: reading it and counting is one statement. */
export async function countAnswersInJourneys(db: Kysely<unknown>): Promise<void> {
  for (const name of ['answers', 'answers_since']) {
    await db.schema
      .alterTable('journeys')
      .addColumn(name, 'bigint', (column) => column.notNull().defaultTo(0))
      .execute();
  }
}
