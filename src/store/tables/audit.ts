import { randomBytes } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import { AppError } from '../../../shared/errors.ts';
import { withLines } from '../../../shared/fix-text.ts';
import { canonicalJson } from '../../core/audit/canonical-json.ts';
import { END_NOT_AUTHENTIC_EVENT, END_PUT_BACK_EVENT, hashEvent } from '../../core/audit/chain.ts';
import type { AuditHead, AuditRow, AuditStore } from '../../core/ports/audit-store.ts';
import { type Append, appendToSqlite } from '../append-sqlite.ts';
import { APPENDS_CHANNEL } from '../appends.ts';
import type { TableContext } from '../context.ts';
import type { Database, Schema } from '../schema.ts';
import { missingTermRows, termRows, writeTermRows } from './audit-index.ts';
import { searchAudit, toRow } from './audit-search.ts';

type Row = Selectable<Schema['audit_events']>;
type Entries = Parameters<AuditStore['append']>;

/** Nobody guesses what an event said from its hash once it was erased. */
const SALT_BYTES = 16;

/** The verbs of tables `audit_events` and `audit_head`. */
export function createAudit(context: TableContext): AuditStore {
  const write = context.engine === 'postgres' ? appendToPostgres : appendToSqlite;

  function rowsAfter(end: Pick<AuditHead, 'seq' | 'hash'>, events: Entries): AuditRow[] {
    const seals = context.audit.seals();
    let { seq, hash } = end;
    return events.map((event) => {
      const content = { seq: seq + 1, ...event, salt: randomBytes(SALT_BYTES).toString('base64url'), previousHash: hash };
      seq = content.seq;
      hash = hashEvent(content);
      return { ...content, hash, ...seals.seal('event', { seq, hash }) };
    });
  }

  /** @returns null: `end` is not the end any more, and nothing was written */
  async function appendTo(db: Database, end: AuditHead, events: Entries): Promise<AuditRow | null> {
    const rows = rowsAfter(end, events);
    const last = rows.at(-1) as AuditRow;
    const { seq, hash } = last;
    const next = { seq, hash, ...context.audit.seals().seal('end', { seq, hash }) };
    const columns = rows.map(toColumns);
    if (!(await write(db, { from: endColumns(end), to: endColumns(next), events: columns, terms: termRows(columns) }))) return null;
    context.audit.end = next;
    for (const { type } of events) context.noteEvent(type);
    return last;
  }

  /** Whether the end that we build on is one that we wrote. A key that another node has just made is looked for first. */
  async function isOurs(db: Database, end: AuditHead): Promise<boolean> {
    const found = context.audit.seals().check('end', end);
    return (found === 'unknown-key' ? (await context.audit.reload(db)).check('end', end) : found) === 'authentic';
  }

  /** Where the log ended, as this process has committed it, if this is an earlier end: whatever came between was taken away. null: it is not. */
  function putBackFrom({ seq, hash }: AuditHead): number | null {
    const { committed } = context.audit;
    if (committed === null || seq > committed.seq || (seq === committed.seq && hash === committed.hash)) return null;
    return committed.seq;
  }

  async function appendToEnd(db: Database, events: Entries): Promise<AuditRow | null> {
    const end = await readEnd(db, context.engine === 'postgres');
    const mark = await markFor(db, end);
    if (mark === null) return appendTo(db, end, events);
    // A new seal over a false end would make it a true one: it is marked first, for good.
    const { type, ...facts } = mark;
    return appendTo(db, end, [{ at: events[0].at, type, data: canonicalJson(facts) }, ...events]);
  }

  /** What is to be said of an end that we would build on; null: it is the one that we left. */
  async function markFor(db: Database, end: AuditHead): Promise<{ type: string; seq: number; hash: string; was?: number } | null> {
    const { seq, hash } = end;
    const about = { seq, hash, fix: withLines('Find out who has changed the audit log', 'keyturn audit verify') };
    if (!(await isOurs(db, end))) {
      context.log.error('audit.end-not-authentic', about);
      return { type: END_NOT_AUTHENTIC_EVENT, seq, hash };
    }
    const was = putBackFrom(end);
    if (was === null) return null;
    context.log.error('audit.end-put-back', { ...about, was });
    return { type: END_PUT_BACK_EVENT, seq, hash, was };
  }

  return {
    append: async (...events) => {
      const row = await context.atomically(async (db) => {
        // What this process wrote last is the end for as long as nobody else writes. PostgreSQL has several connections that do.
        const known = context.engine === 'sqlite' ? context.audit.end : null;
        const appended = (known === null ? null : await appendTo(db, known, events)) ?? (await appendToEnd(db, events));
        if (appended === null)
          throw new AppError('internal.unexpected', { reason: 'the end of the audit log has moved in our transaction' });
        return appended;
      });
      context.noteEnd(row);
      return row;
    },
    async read(afterSeq, limit) {
      const rows = await context.db
        .selectFrom('audit_events')
        .selectAll()
        .where('seq', '>', afterSeq)
        .orderBy('seq')
        .limit(limit)
        .execute();
      return rows.map(toRow);
    },
    search: (wanted) => searchAudit(context.db, wanted),
    unindexed: async (events) => [...new Set((await missingTermRows(context.db, events)).map(({ seq }) => seq))],
    index: (events) => context.atomically((db) => writeTermRows(db, events)),
    head: () => readEnd(context.db, false),
    seals: () => context.audit.seals(),
  };
}

/**
 * The end of the chain; when locked, ours until the transaction ends. On PostgreSQL the row is locked; a waiter then reads the row as
 * the one before it left it. On SQLite every transaction is the only writer from its start on.
 */
async function readEnd(db: Database, lockRow: boolean): Promise<AuditHead> {
  const row = await db
    .selectFrom('audit_head')
    .select(['seq', 'hash', 'key_id', 'mac'])
    .$if(lockRow, (query) => query.forUpdate())
    .executeTakeFirst();
  if (row === undefined) throw new AppError('audit.chain-broken', { reason: 'the recorded end of the log is gone from table audit_head' });
  return { seq: row.seq, hash: row.hash, keyId: row.key_id, mac: row.mac };
}

/**
 * PostgreSQL lets one statement write several tables, which saves round trips, and tell whoever listens once it is committed: several calls
 * of one transaction are told as one (PostgreSQL manual, NOTIFY). The end was read and locked.
 */
async function appendToPostgres(db: Database, { to, events, terms }: Append): Promise<boolean> {
  const moved = db.with('moved', (inner) => inner.updateTable('audit_head').set(to));
  const indexed = terms.length === 0 ? moved : moved.with('indexed', (inner) => inner.insertInto('audit_terms').values(terms));
  await (indexed as typeof moved)
    .insertInto('audit_events')
    .values(events)
    .returning(sql<string>`pg_notify(${sql.lit(APPENDS_CHANNEL)}, '')`.as('told'))
    .execute();
  return true;
}

function endColumns({ seq, hash, keyId, mac }: AuditHead) {
  return { seq, hash, key_id: keyId, mac };
}

function toColumns({ previousHash, keyId, ...row }: AuditRow): Row {
  return { ...row, previous_hash: previousHash, key_id: keyId };
}
