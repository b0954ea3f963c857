import type { Kysely } from 'kysely';

/** Since when a case waits for a second agent: by that it is found, and by what is sealed it is judged. */
export async function letCasesWait(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('helpdesk_cases').addColumn('approval_asked_at', 'bigint').execute();
  await db.schema.createIndex('helpdesk_cases_by_approval').on('helpdesk_cases').column('approval_asked_at').execute();
}
