import type { Kysely } from 'kysely';

/** From when on a link counts. */
export async function letLinksWait(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('person_accounts')
    .addColumn('counts_from', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
}
