import { termNumber, termsOf } from '../../core/audit/event-terms.ts';
import type { IndexedEvent } from '../../core/ports/audit-store.ts';
import type { Database, Schema } from '../schema.ts';

/** Rows in one statement: two parameters each, and SQLite takes 32,766. */
const ROWS = 5000;

/** Rows of table `audit_terms`: by what each of these events is found. */
export function termRows(events: readonly IndexedEvent[]): Schema['audit_terms'][] {
  return events.flatMap((event) => [...new Set(termsOf(event).map(termNumber))].map((term) => ({ term, seq: event.seq })));
}

/** Those of them that are not there. */
export async function missingTermRows(db: Database, events: readonly IndexedEvent[]): Promise<Schema['audit_terms'][]> {
  const wanted = termRows(events);
  const there = new Set<string>();
  for (let from = 0; from < wanted.length; from += ROWS) {
    const some = wanted.slice(from, from + ROWS);
    const seqs = some.map(({ seq }) => seq);
    const found = await db
      .selectFrom('audit_terms')
      .select(['term', 'seq'])
      .where('term', 'in', [...new Set(some.map(({ term }) => term))])
      .where('seq', '>=', Math.min(...seqs))
      .where('seq', '<=', Math.max(...seqs))
      .execute();
    for (const row of found) there.add(keyOf(row));
  }
  return wanted.filter((row) => !there.has(keyOf(row)));
}

/** Writes those that are not there. */
export async function writeTermRows(db: Database, events: readonly IndexedEvent[]): Promise<void> {
  const missing = await missingTermRows(db, events);
  for (let from = 0; from < missing.length; from += ROWS)
    await db
      .insertInto('audit_terms')
      .values(missing.slice(from, from + ROWS))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
}

function keyOf({ term, seq }: Schema['audit_terms']): string {
  return `${Number(term)} ${Number(seq)}`;
}
