import type { AuditStore } from '../../core/ports/audit-store.ts';
import type { TableContext } from '../context.ts';
import { readEnd, recordEvents, writeRecorded } from '../recorded-events.ts';
import { missingTermRows, writeTermRows } from './audit-index.ts';
import { searchAudit, toRow } from './audit-search.ts';

/** The verbs of tables `audit_events` and `audit_head`. What was recorded in the same transaction is seen by those that read. */
export function createAudit(context: TableContext): AuditStore {
  return {
    append: (...events) => recordEvents(context, events),
    async read(afterSeq, limit) {
      await writeRecorded(context);
      const rows = await context.db
        .selectFrom('audit_events')
        .selectAll()
        .where('seq', '>', afterSeq)
        .orderBy('seq')
        .limit(limit)
        .execute();
      return rows.map(toRow);
    },
    async search(wanted) {
      await writeRecorded(context);
      return searchAudit(context.db, wanted);
    },
    unindexed: async (events) => [...new Set((await missingTermRows(context.db, events)).map(({ seq }) => seq))],
    index: (events) => context.atomically((db) => writeTermRows(db, events)),
    async head() {
      await writeRecorded(context);
      return readEnd(context.db, false);
    },
    seals: () => context.audit.seals(),
  };
}
