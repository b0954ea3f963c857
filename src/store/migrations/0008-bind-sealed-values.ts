import type { Kysely } from 'kysely';

/**
 * Table `data_keys`; seals for rows that hold nothing secret but must be ours; labels of factors move into the sealed part.
 * What was sealed or digested before cannot be read any more and is deleted: no release wrote it.
 */
export async function bindSealedValues(db: Kysely<unknown>): Promise<void> {
  const anyTable = db as Kysely<Record<string, Record<string, unknown>>>;
  for (const table of ['challenges', 'journeys', 'factors', 'counters', 'intents', 'outbox', 'freeze_links', 'configurations']) {
    await anyTable.deleteFrom(table).execute();
  }
  await db.schema
    .createTable('data_keys')
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('sealing_key', 'text', (column) => column.notNull())
    .addColumn('sealed', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('data_keys_key', ['id', 'sealing_key'])
    .execute();
  await db.schema.alterTable('factors').dropColumn('label').execute();
  for (const table of ['freeze_links', 'configurations']) {
    await db.schema
      .alterTable(table)
      .addColumn('seal', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
  }
}
