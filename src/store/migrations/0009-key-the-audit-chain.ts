import { type Kysely, sql } from 'kysely';

/** Events and the recorded end carry a seal. What was written before has none and is deleted: no release wrote it. */
export async function keyTheAuditChain(db: Kysely<unknown>): Promise<void> {
  await sql`delete from audit_events`.execute(db);
  await sql`update audit_head set seq = 0, hash = ${'0'.repeat(64)}`.execute(db);
  const columns = { audit_events: ['salt', 'key_id', 'mac'], audit_head: ['key_id', 'mac'] };
  for (const [table, names] of Object.entries(columns)) {
    for (const name of names) {
      await db.schema
        .alterTable(table)
        .addColumn(name, 'text', (column) => column.notNull().defaultTo(''))
        .execute();
    }
  }
}
