import type { Selectable } from 'kysely';
import type { AuditRow, AuditStore } from '../../core/ports/store.ts';
import type { TableContext } from '../context.ts';
import type { Database, Schema } from '../schema.ts';

type Row = Selectable<Schema['audit_events']>;

/** The verbs of tables `audit_events` and `audit_head`. */
export function createAudit(context: TableContext): AuditStore {
  const appendTo = context.engine === 'postgres' ? appendInOneStatement : appendInTwoStatements;

  return {
    append: (event, seal) =>
      context.atomically(async (db) => {
        const before = await lockHead(db, context.engine === 'postgres');
        const seq = before.seq + 1;
        const hash = seal(seq, before.hash);
        const row: Row = { seq, at: event.at, type: event.type, data: event.data, previous_hash: before.hash, hash };
        await appendTo(db, row);
        return toRow(row);
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
    async head() {
      return context.db.selectFrom('audit_head').select(['seq', 'hash']).executeTakeFirstOrThrow();
    },
  };
}

/**
 * The end of the chain, ours until the transaction ends. On PostgreSQL the row is locked; a waiter then reads the row as
 * the one before it left it. On SQLite every transaction is the only writer from its start on.
 */
async function lockHead(db: Database, lockRow: boolean): Promise<{ seq: number; hash: string }> {
  return db
    .selectFrom('audit_head')
    .select(['seq', 'hash'])
    .$if(lockRow, (query) => query.forUpdate())
    .executeTakeFirstOrThrow();
}

/** PostgreSQL lets one statement write both tables, which saves a round trip. */
async function appendInOneStatement(db: Database, row: Row): Promise<void> {
  await db
    .with('moved', (inner) => inner.updateTable('audit_head').set({ seq: row.seq, hash: row.hash }))
    .insertInto('audit_events')
    .values(row)
    .execute();
}

async function appendInTwoStatements(db: Database, row: Row): Promise<void> {
  await db.updateTable('audit_head').set({ seq: row.seq, hash: row.hash }).execute();
  await db.insertInto('audit_events').values(row).execute();
}

function toRow(row: Row): AuditRow {
  return { seq: row.seq, at: row.at, type: row.type, data: row.data, previousHash: row.previous_hash, hash: row.hash };
}
