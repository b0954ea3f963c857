import { randomBytes } from 'node:crypto';
import type { Selectable } from 'kysely';
import { AppError } from '../../../shared/errors.ts';
import { withLines } from '../../../shared/fix-text.ts';
import { END_NOT_AUTHENTIC_EVENT, hashEvent } from '../../core/audit/chain.ts';
import type { AuditHead, AuditRow, AuditStore } from '../../core/ports/audit-store.ts';
import type { TableContext } from '../context.ts';
import type { Database, Schema } from '../schema.ts';

type Row = Selectable<Schema['audit_events']>;
type Event = Parameters<AuditStore['append']>[0];

/** Nobody guesses what an event said from its hash once it was erased. */
const SALT_BYTES = 16;

/** The verbs of tables `audit_events` and `audit_head`. */
export function createAudit(context: TableContext): AuditStore {
  const write = context.engine === 'postgres' ? writeInOneStatement : writeInTwoStatements;

  async function appendTo(db: Database, end: Pick<AuditHead, 'seq' | 'hash'>, event: Event): Promise<AuditRow> {
    const seq = end.seq + 1;
    const content = { seq, ...event, salt: randomBytes(SALT_BYTES).toString('base64url'), previousHash: end.hash };
    const hash = hashEvent(content);
    const seals = context.audit.seals();
    const row = { ...content, hash, ...seals.seal('event', { seq, hash }) };
    await write(db, toColumns(row), seals.seal('end', { seq, hash }));
    context.noteEvent(event.type);
    return row;
  }

  /** Whether the end that we build on is one that we wrote. A key that another node has just made is looked for first. */
  async function isOurs(db: Database, end: AuditHead): Promise<boolean> {
    const found = context.audit.seals().check('end', end);
    return (found === 'unknown-key' ? (await context.audit.reload(db)).check('end', end) : found) === 'authentic';
  }

  return {
    append: (event) =>
      context.atomically(async (db) => {
        const end = await readEnd(db, context.engine === 'postgres');
        if (await isOurs(db, end)) return appendTo(db, end, event);
        // A new seal over a false end would make it a true one: it is marked first, for good.
        const { seq, hash } = end;
        context.log.error('audit.end-not-authentic', {
          seq,
          hash,
          fix: withLines('Find out who has changed the audit log', 'keyturn audit verify'),
        });
        const marked = await appendTo(db, end, { at: event.at, type: END_NOT_AUTHENTIC_EVENT, data: JSON.stringify({ seq, hash }) });
        return appendTo(db, marked, event);
      }),
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

type Seal = ReturnType<ReturnType<AuditStore['seals']>['seal']>;

/** PostgreSQL lets one statement write both tables, which saves a round trip. */
async function writeInOneStatement(db: Database, row: Row, end: Seal): Promise<void> {
  await db
    .with('moved', (inner) => inner.updateTable('audit_head').set({ seq: row.seq, hash: row.hash, key_id: end.keyId, mac: end.mac }))
    .insertInto('audit_events')
    .values(row)
    .execute();
}

async function writeInTwoStatements(db: Database, row: Row, end: Seal): Promise<void> {
  await db.updateTable('audit_head').set({ seq: row.seq, hash: row.hash, key_id: end.keyId, mac: end.mac }).execute();
  await db.insertInto('audit_events').values(row).execute();
}

function toColumns({ previousHash, keyId, ...row }: AuditRow): Row {
  return { ...row, previous_hash: previousHash, key_id: keyId };
}

function toRow({ previous_hash, key_id, ...row }: Row): AuditRow {
  return { ...row, previousHash: previous_hash, keyId: key_id };
}
