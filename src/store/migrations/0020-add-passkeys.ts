import { type Kysely, sql } from 'kysely';

/** What is known of a passkey beside its key, and from when on a factor counts. */
export async function addPasskeys(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('factors').addColumn('credential', 'text').execute();
  await db.schema.alterTable('factors').addColumn('rp_id', 'text').execute();
  await db.schema
    .alterTable('factors')
    .addColumn('sign_count', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable('factors').addColumn('counts_from', 'bigint').execute();
  // A credential is one person's: nobody is found by somebody else's.
  await sql`create unique index factors_by_credential on factors (credential) where credential is not null and ended_at is null`.execute(
    db,
  );
}
