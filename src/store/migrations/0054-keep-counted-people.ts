import type { Kysely } from 'kysely';

/** What the last count found of everybody, in parts, so that people can be counted by rules that are not in force. */
export async function keepCountedPeople(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('counted_people')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('count_id', 'text', (column) => column.notNull())
    .addColumn('facts', 'text', (column) => column.notNull())
    .execute();
}
