import { type RawBuilder, type Selectable, sql } from 'kysely';
import { termNumber, termsOf } from '../../core/audit/event-terms.ts';
import type { AuditFound, AuditRow, AuditSearch } from '../../core/ports/audit-store.ts';
import type { Database, Schema } from '../schema.ts';

/** Numbers that are looked at by one statement, and statements of one search: a page comes in its time whatever is looked for. */
const AT_ONCE = 2000;
const MOST_STATEMENTS = 10;
/** Clocks of nodes may differ by so much; milliseconds. Events have the order of their numbers, which is that of time but for this. */
const SKEW = 3_600_000;

/** Numbers of events between which is looked; `before` is not among them. */
interface Span {
  readonly first: number;
  readonly before: number;
}

/** The verb `search` of table `audit_events`: newest first, by what table `audit_terms` says of each. */
export async function searchAudit(db: Database, wanted: AuditSearch): Promise<AuditFound> {
  const span = await spanOf(db, wanted);
  const found: AuditRow[] = [];
  if (wanted.terms.some((set) => set.length === 0)) return { rows: found, next: null };
  let { before } = span;
  for (let statement = 0; statement < MOST_STATEMENTS && before > span.first; statement += 1) {
    const missing = wanted.limit - found.length;
    const looked = await candidates(db, wanted.terms, { first: span.first, before }, missing);
    const fitting = looked.seqs.filter(({ fits }) => Number(fits) === 1).map(({ seq }) => Number(seq));
    const taken = fitting.slice(0, missing);
    found.push(...(await readRows(db, taken)).filter((row) => isWanted(row, wanted)));
    const last = taken.at(-1);
    if (last !== undefined && fitting.length > missing) before = last;
    else before = looked.end ?? span.first;
    if (found.length >= wanted.limit) break;
  }
  return { rows: found, next: before > span.first ? before : null };
}

/** The numbers of the newest events of the first set, and whether they have a term of all others. `end` null: there are no more. */
async function candidates(db: Database, terms: AuditSearch['terms'], { first, before }: Span, missing: number) {
  const [driver, ...others] = terms.map((set) => set.map(termNumber));
  // Where all of them fit, one more than is wanted tells whether there are more.
  const most = others.length === 0 ? Math.min(AT_ONCE, missing + 1) : AT_ONCE;
  const newest = (from: RawBuilder<unknown>) =>
    sql`select seq from (select seq from ${from} seq >= ${first} and seq < ${before} order by seq desc limit ${most}) as newest`;
  const parts =
    driver === undefined ? [newest(sql`audit_events where`)] : driver.map((term) => newest(sql`audit_terms where term = ${term} and`));
  const has = (set: readonly number[]) =>
    sql`exists (select 1 from audit_terms as other where other.seq = candidate.seq and other.term in (${sql.join(set)}))`;
  const fits = others.length === 0 ? sql`1` : sql`case when ${sql.join(others.map(has), sql` and `)} then 1 else 0 end`;
  const { rows } = await sql<{ seq: number; fits: number }>`select seq, ${fits} as fits from (${sql.join(parts, sql` union `)}) as candidate
    order by seq desc limit ${most}`.execute(db);
  const last = rows.at(-1);
  return { seqs: rows, end: rows.length < most || last === undefined ? null : Number(last.seq) };
}

async function readRows(db: Database, seqs: readonly number[]): Promise<AuditRow[]> {
  if (seqs.length === 0) return [];
  const rows = await db.selectFrom('audit_events').selectAll().where('seq', 'in', seqs).orderBy('seq', 'desc').execute();
  return rows.map(toRow);
}

/** The index knows digests alone, and the span no more than about when. */
function isWanted(row: AuditRow, { terms, from, to }: AuditSearch): boolean {
  if ((from !== undefined && row.at < from) || (to !== undefined && row.at >= to)) return false;
  if (terms.length === 0) return true;
  const own = new Set(termsOf(row));
  return terms.every((set) => set.some((term) => own.has(term)));
}

/** About where the events of a time are: whose time is wrong by less than `SKEW` is among them. */
async function spanOf(db: Database, { from, to, before = Number.MAX_SAFE_INTEGER }: AuditSearch): Promise<Span> {
  const [first, last] = [from === undefined ? 1 : await firstSince(db, from), to === undefined ? before : await lastBefore(db, to)];
  return { first: first ?? before, before: Math.min(before, last === null ? 0 : last + 1) };
}

// `seq + 0`: found by the index on the time, never by all numbers from one end.

/** null: nothing has happened since. */
async function firstSince(db: Database, from: number): Promise<number | null> {
  const edge = sql`(select min(at) from audit_events where at >= ${from})`;
  return numberOf(db, sql`select min(seq + 0) as seq from audit_events where at >= ${from} and at <= ${edge} + ${SKEW}`);
}

/** null: nothing had happened before. */
async function lastBefore(db: Database, to: number): Promise<number | null> {
  const edge = sql`(select max(at) from audit_events where at < ${to})`;
  return numberOf(db, sql`select max(seq + 0) as seq from audit_events where at < ${to} and at >= ${edge} - ${SKEW}`);
}

async function numberOf(db: Database, query: RawBuilder<unknown>): Promise<number | null> {
  const [row] = (await sql<{ seq: number | null }>`${query}`.execute(db)).rows;
  return row?.seq == null ? null : Number(row.seq);
}

/** As the core knows it. */
export function toRow({ previous_hash, key_id, ...row }: Selectable<Schema['audit_events']>): AuditRow {
  return { ...row, previousHash: previous_hash, keyId: key_id };
}
