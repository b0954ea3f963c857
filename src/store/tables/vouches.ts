import { type Selectable, sql } from 'kysely';
import type { VouchOutcome, VouchRow, VouchStore } from '../../core/ports/vouch-store.ts';
import type { TableContext } from '../context.ts';
import { personOf } from '../person-of.ts';
import { readable } from '../readable.ts';
import type { Schema } from '../schema.ts';
import { openColumn, sealColumn } from '../sealed-columns.ts';

/** The verbs of table `vouch_requests`. */
export function createVouches(context: TableContext): VouchStore {
  const toRow = (row: Selectable<Schema['vouch_requests']>): VouchRow => ({
    id: row.id,
    // The column takes no null; nodes of an older version find no journey, and tell that it is over.
    journeyId: row.journey_id === '' ? null : row.journey_id,
    directory: row.directory,
    accountId: row.account_id,
    manager: row.manager_directory === null || row.manager_id === null ? null : { directory: row.manager_directory, id: row.manager_id },
    facts: openColumn(context.secrets, 'vouch_requests', row, row.facts),
    createdAt: row.created_at,
    endsAt: row.ends_at,
    tries: row.tries,
    outcome: row.outcome as VouchOutcome | null,
    closedAt: row.closed_at,
  });
  const opened = (rows: Selectable<Schema['vouch_requests']>[]) => readable(context, 'vouch_requests', rows, toRow);

  return {
    async insert(row) {
      const columns = {
        id: row.id,
        journey_id: row.journeyId ?? '',
        directory: row.directory,
        account_id: row.accountId,
        manager_directory: row.manager?.directory ?? null,
        manager_id: row.manager?.id ?? null,
        created_at: row.createdAt,
        ends_at: row.endsAt,
      };
      const facts = sealColumn(context.secrets, 'vouch_requests', columns, row.facts);
      await context.db
        .insertInto('vouch_requests')
        .values({ ...columns, facts, tries: row.tries, outcome: row.outcome, closed_at: row.closedAt })
        .execute();
    },
    async find(id) {
      const rows = await context.db.selectFrom('vouch_requests').selectAll().where('id', '=', id).execute();
      return opened(rows)[0] ?? null;
    },
    async attempt(id, most, now) {
      const rows = await context.db
        .updateTable('vouch_requests')
        .set({ tries: sql<number>`tries + 1` })
        .where('id', '=', id)
        .where('outcome', 'is', null)
        .where('ends_at', '>', now)
        .where('tries', '<', most)
        .returningAll()
        .execute();
      return opened(rows)[0] ?? null;
    },
    async close(id, outcome, now) {
      const result = await context.db
        .updateTable('vouch_requests')
        .set({ outcome, closed_at: now })
        .where('id', '=', id)
        .where('outcome', 'is', null)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async list(by, since, limit) {
      const rows = await context.db
        .selectFrom('vouch_requests')
        .selectAll()
        .$if('manager' in by, (query) =>
          'manager' in by ? query.where('manager_directory', '=', by.manager.directory).where('manager_id', '=', by.manager.id) : query,
        )
        .$if('directory' in by, (query) => ('directory' in by ? query.where('directory', '=', by.directory) : query))
        .where((eb) => eb.or([eb('outcome', 'is', null), eb('closed_at', '>', since)]))
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute();
      return opened(rows);
    },
    async openAbout(account, now) {
      const rows = await context.db
        .selectFrom('vouch_requests')
        .selectAll()
        .where(sql<boolean>`(directory, account_id) in ${personOf(account)}`)
        .where('outcome', 'is', null)
        .where('ends_at', '>', now)
        .execute();
      return opened(rows);
    },
    async expire(now, limit) {
      const rows = await context.db
        .with(
          (cte) => cte('overdue').materialized(),
          (db) =>
            db
              .selectFrom('vouch_requests')
              .select('id')
              .where('outcome', 'is', null)
              .where('ends_at', '<=', now)
              .orderBy('ends_at')
              .limit(limit)
              .$if(context.engine === 'postgres', (query) => query.forUpdate().skipLocked()),
        )
        .updateTable('vouch_requests')
        .set({ outcome: 'expired', closed_at: now })
        .where('id', 'in', (eb) => eb.selectFrom('overdue').select('overdue.id'))
        .returningAll()
        .execute();
      return opened(rows);
    },
  };
}
