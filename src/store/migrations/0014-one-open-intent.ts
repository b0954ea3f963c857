import { type Kysely, sql } from 'kysely';

/** An account has one open intent at most: of two writes at a time one could be told that it is in force while the other one is. */
export async function allowOneOpenIntent(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('intents_one_open')
    .unique()
    .on('intents')
    .columns(['directory', 'account_id'])
    .where(sql.ref('status'), '=', sql.lit('open'))
    .execute();
  await db.schema.createIndex('intents_by_account').on('intents').columns(['directory', 'account_id', 'closed_at']).execute();
}
