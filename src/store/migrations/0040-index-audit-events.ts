import { type Kysely, sql } from 'kysely';
import { termNumber, termsOf } from '../../core/audit/event-terms.ts';

/** Events that are read at once. */
const PAGE = 2000;
/** Rows in one statement: two parameters each, and SQLite takes 32,766. */
const ROWS = 5000;

/** Table `audit_terms`: by what each event is found. Those that are there already are looked at one by one, about 20,000 a second. */
export async function indexAuditEvents(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit_terms')
    .addColumn('term', 'bigint', (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('audit_terms_key', ['term', 'seq'])
    .execute();
  for (let last = 0; ; ) {
    const { rows } = await sql<{ seq: number; type: string; data: string }>`
      select seq, type, data from audit_events where seq > ${last} order by seq limit ${PAGE}`.execute(db);
    if (rows.length === 0) return;
    const found = rows.flatMap(({ seq, type, data }) => termsOf({ type, data }).map((term) => sql`(${termNumber(term)}, ${seq})`));
    for (let from = 0; from < found.length; from += ROWS)
      await sql`insert into audit_terms (term, seq) values ${sql.join(found.slice(from, from + ROWS))} on conflict do nothing`.execute(db);
    last = Number(rows.at(-1)?.seq);
  }
}
