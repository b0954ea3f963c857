import { randomBytes } from 'node:crypto';
import type { Selectable } from 'kysely';
import { AppError } from '../../shared/errors.ts';
import { hashEvent } from '../core/audit/chain.ts';
import type { AuditEntry, AuditHead, AuditRow } from '../core/ports/audit-store.ts';
import type { JourneyMove } from './append.ts';
import { appendToPostgres } from './append-postgres.ts';
import { appendToSqlite } from './append-sqlite.ts';
import type { TableContext } from './context.ts';
import { markFor } from './mark-end.ts';
import type { Database, Schema } from './schema.ts';
import { termRows } from './tables/audit-index.ts';

type Row = Selectable<Schema['audit_events']>;
type Entries = readonly [AuditEntry, ...AuditEntry[]];

/** Nobody guesses what an event said from its hash once it was erased. */
const SALT_BYTES = 16;

/**
 * Takes events down. Those of a transaction are written together, when its journey moves or at its end: one statement instead of one for
 * each. That is not later than it looks: PostgreSQL locks the end of the log here, for the rest of the transaction, so that events stand
 * in the order in which they were recorded, and what is read after one was recorded is as whoever recorded before has left it. On SQLite
 * every transaction is the only writer from its start on.
 */
export async function recordEvents(context: TableContext, events: Entries): Promise<void> {
  const { recorded } = context;
  if (recorded === null) {
    const { end } = await context.atomically(async (db) =>
      write(context, db, { events, end: context.engine === 'postgres' ? await readEnd(db, true) : null, move: null }),
    );
    return context.noteEnd(end);
  }
  await lockEnd(context);
  recorded.events.push(...events);
}

/**
 * Keeps the end of the log as it is for all but the transaction under way, as `recordEvents` does.
 * @returns how many events that transaction has recorded behind it
 */
export async function lockEnd({ recorded, engine, db }: TableContext): Promise<number> {
  if (recorded === null) return 0;
  if (engine === 'postgres') recorded.end ??= await readEnd(db, true);
  return recorded.events.length;
}

/**
 * Writes what was recorded in the transaction under way, and moves a journey on by the same statement.
 * @returns whether it moved; null: nothing was recorded, or it has to be tried by itself
 */
export async function writeRecorded(context: TableContext, move: JourneyMove | null = null): Promise<boolean | null> {
  const { recorded } = context;
  const [first, ...others] = recorded?.events ?? [];
  if (recorded === null || first === undefined) return null;
  recorded.events = [];
  const { end, moved } = await write(context, context.db, { events: [first, ...others], end: recorded.end, move });
  context.noteEnd(end);
  if (recorded.end !== null) recorded.end = end;
  return moved;
}

/** The end of the chain; when locked, ours until the transaction ends. A waiter then reads the row as the one before it left it. */
export async function readEnd(db: Database, lockRow: boolean): Promise<AuditHead> {
  const row = await db
    .selectFrom('audit_head')
    .select(['seq', 'hash', 'key_id', 'mac'])
    .$if(lockRow, (query) => query.forUpdate())
    .executeTakeFirst();
  if (row === undefined) throw endIsGone();
  return { seq: row.seq, hash: row.hash, keyId: row.key_id, mac: row.mac };
}

export function endIsGone(): AppError {
  return new AppError('audit.chain-broken', { reason: 'the recorded end of the log is gone from table audit_head' });
}

interface Writing {
  readonly events: Entries;
  /** As it was locked; null: nobody else writes at the same time. */
  readonly end: AuditHead | null;
  readonly move: JourneyMove | null;
}

interface Written {
  /** As it is now. */
  readonly end: AuditHead;
  /** null: there was no journey to move, or it has to be tried by itself. */
  readonly moved: boolean | null;
}

async function write(context: TableContext, db: Database, { events, end, move }: Writing): Promise<Written> {
  if (end === null && context.audit.end !== null) {
    // What this process wrote last is the end for as long as nobody else writes.
    const written = await appendTo(context, db, context.audit.end, { events, move });
    if (written !== null) return written;
  }
  const from = end ?? (await readEnd(db, false));
  const mark = await markFor(context, db, from, events[0].at);
  // Without a lock it is not known which of the two was another one than expected: each is tried by itself.
  const together = end === null ? null : move;
  const written = await appendTo(context, db, from, { events: mark === null ? events : [mark, ...events], move: together });
  if (written === null) throw new AppError('internal.unexpected', { reason: 'the end of the audit log has moved in our transaction' });
  return written;
}

/** @returns null: `end` is not the end any more, or the journey has moved on, and nothing was written */
async function appendTo(
  context: TableContext,
  db: Database,
  end: AuditHead,
  { events, move }: Pick<Writing, 'events' | 'move'>,
): Promise<Written | null> {
  const rows = rowsAfter(context, end, events);
  const { seq, hash } = rows.at(-1) as AuditRow;
  const next = { seq, hash, ...context.audit.seals().seal('end', { seq, hash }) };
  const columns = rows.map(toColumns);
  const append = { from: endColumns(end), to: endColumns(next), events: columns, terms: termRows(columns), move };
  const appended = await (context.engine === 'postgres' ? appendToPostgres(db, append) : appendToSqlite(db, append));
  if (appended === null) return null;
  context.audit.end = next;
  for (const { type } of events) context.noteEvent(type);
  return { end: next, moved: move === null ? null : appended.moved };
}

function rowsAfter(context: TableContext, end: Pick<AuditHead, 'seq' | 'hash'>, events: Entries): AuditRow[] {
  const seals = context.audit.seals();
  let { seq, hash } = end;
  return events.map((event) => {
    const content = { seq: seq + 1, ...event, salt: randomBytes(SALT_BYTES).toString('base64url'), previousHash: hash };
    seq = content.seq;
    hash = hashEvent(content);
    return { ...content, hash, ...seals.seal('event', { seq, hash }) };
  });
}

function endColumns({ seq, hash, keyId, mac }: AuditHead) {
  return { seq, hash, key_id: keyId, mac };
}

function toColumns({ previousHash, keyId, ...row }: AuditRow): Row {
  return { ...row, previous_hash: previousHash, key_id: keyId };
}
