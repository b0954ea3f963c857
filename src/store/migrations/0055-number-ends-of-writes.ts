import type { Kysely } from 'kysely';

/**
 * Where in the audit log a write ended: that tells what came before it and what after, which the clocks of several nodes do not. Writes that
 * have ended by now have none: whatever is proven from now on was proven after them.
 */
export async function numberEndsOfWrites(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('intents').addColumn('closed_seq', 'bigint').execute();
}
