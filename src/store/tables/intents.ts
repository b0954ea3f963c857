import { type Selectable, sql } from 'kysely';
import type { AccountRef } from '../../core/ports/directory.ts';
import type { IntentRow, IntentStore, StoredIntent } from '../../core/ports/store.ts';
import type { TableContext } from '../context.ts';
import { readable } from '../readable.ts';
import { lockEnd } from '../recorded-events.ts';
import type { Schema } from '../schema.ts';
import { openColumn, sealColumn } from '../sealed-columns.ts';
import { statement } from '../statement.ts';
import { byAnother, written } from '../written.ts';

const insert = statement<Schema['intents']>()(
  (db, { id, directory, account_id, verb, journey_id, created_at, facts, status, closed_at, closed_seq, lease_until }) =>
    db
      .insertInto('intents')
      .values({ id, directory, account_id, verb, journey_id, created_at, facts, status, closed_at, closed_seq, lease_until })
      .onConflict((conflict) => conflict.columns(['directory', 'account_id']).where('status', '=', sql.lit('open')).doNothing()),
);

const close = statement<{ id: string; before: IntentRow['status']; status: IntentRow['status']; now: number; recorded: number }>()(
  (db, { id, before, status, now, recorded }) =>
    db
      .updateTable('intents')
      .set({ status, closed_at: now, closed_seq: sql<number>`(select seq from audit_head) + ${recorded}` })
      .where('id', '=', id)
      .where('status', '=', before),
);

/** The verbs of table `intents`. */
export function createIntents(context: TableContext): IntentStore {
  const open = (row: Selectable<Schema['intents']>): string => openColumn(context.secrets, 'intents', row, row.facts);
  const toRow = (row: Selectable<Schema['intents']>): StoredIntent => ({
    id: row.id,
    directory: row.directory,
    accountId: row.account_id,
    verb: row.verb as IntentRow['verb'],
    journeyId: row.journey_id,
    // One that is left out would keep its account from being written to for good.
    facts: readable(context, 'intents', [row], open)[0] ?? null,
    status: row.status as IntentRow['status'],
    createdAt: row.created_at,
    closedAt: row.closed_at,
    leaseUntil: row.lease_until,
  });

  const resets = (account: AccountRef, since: number) =>
    context.db
      .selectFrom('intents')
      .select('id')
      .where('directory', '=', account.directory)
      .where('account_id', '=', account.id)
      .where('verb', '=', 'reset-password')
      .where('status', 'in', ['open', 'done', 'unknown'])
      .where('created_at', '>', since)
      .limit(1);

  const closeFrom = async (id: string, before: IntentRow['status'], status: IntentRow['status'], now: number): Promise<boolean> => {
    // Behind the events that this transaction has recorded already, and at the place of the next one, which tells of it.
    const recorded = (await lockEnd(context)) + 1;
    return (await close(context, { id, before, status, now, recorded })).numAffectedRows === 1n;
  };

  return {
    async insert(row) {
      const columns = {
        id: row.id,
        directory: row.directory,
        account_id: row.accountId,
        verb: row.verb,
        journey_id: row.journeyId,
        created_at: row.createdAt,
      };
      const facts = sealColumn(context.secrets, 'intents', columns, row.facts);
      const rest = { facts, status: row.status, closed_at: row.closedAt, closed_seq: null, lease_until: row.leaseUntil };
      return (await insert(context, { ...columns, ...rest })).numAffectedRows === 1n;
    },
    async amend(id, facts, leaseUntil) {
      const row = await context.db.selectFrom('intents').selectAll().where('id', '=', id).executeTakeFirst();
      if (row === undefined) return false;
      const result = await context.db
        .updateTable('intents')
        .set({ facts: sealColumn(context.secrets, 'intents', row, facts), lease_until: leaseUntil })
        .where('id', '=', id)
        .where('status', '=', 'open')
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    close: (id, status, now) => closeFrom(id, 'open', status, now),
    correct: closeFrom,
    async find(id) {
      const row = await context.db.selectFrom('intents').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toRow(row);
    },
    async takeOverdue(now, leaseUntil, limit, left = []) {
      // Materialized: PostgreSQL may otherwise run a limited subquery more than once and lock more than `limit` rows.
      const rows = await context.db
        .with(
          (cte) => cte('overdue').materialized(),
          (db) =>
            db
              .selectFrom('intents')
              .select('id')
              .where('status', '=', 'open')
              .where((eb) => eb.or([eb('lease_until', '<=', now), ...(left.length === 0 ? [] : [eb('id', 'in', left)])]))
              .orderBy('created_at')
              .limit(limit)
              .$if(context.engine === 'postgres', (query) => query.forUpdate().skipLocked()),
        )
        .updateTable('intents')
        .set({ lease_until: leaseUntil })
        .where('id', 'in', (eb) => eb.selectFrom('overdue').select('overdue.id'))
        .returningAll()
        .execute();
      return rows.sort((a, b) => a.created_at - b.created_at).map(toRow);
    },
    async wroteSince(account, logEnd, except) {
      if (logEnd === undefined) return true;
      const query = written(context.db, account, logEnd);
      const others = 'intent' in except ? query.where('intents.id', '!=', except.intent) : byAnother(query, except.journey);
      return (await others.limit(1).executeTakeFirst()) !== undefined;
    },
    async wroteAfter({ directory, id }, at) {
      const row = await context.db
        .selectFrom('intents')
        .select('id')
        .where('directory', '=', directory)
        .where('account_id', '=', id)
        .where('status', 'in', ['done', 'unknown'])
        .where('closed_at', '>', at)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },
    async wasReset(account, since) {
      return (await resets(account, since).executeTakeFirst()) !== undefined;
    },
    async wasResetByOthers(account, since) {
      return (await resets(account, since).where('journey_id', 'is', null).executeTakeFirst()) !== undefined;
    },
    async ownWritesSince({ directory, id }, since) {
      const rows = await context.db
        .selectFrom('intents')
        .selectAll()
        .where('directory', '=', directory)
        .where('account_id', '=', id)
        .where((eb) =>
          eb.or([eb('verb', '=', 'change-password'), eb.and([eb('verb', '=', 'reset-password'), eb('journey_id', 'is not', null)])]),
        )
        .where('status', '=', 'done')
        .where('closed_at', '>', since)
        .orderBy('closed_at', 'desc')
        .orderBy('closed_seq', 'desc')
        .execute();
      return rows.map(toRow);
    },
    async open() {
      const rows = await context.db
        .selectFrom('intents')
        .select(['id', 'created_at', 'lease_until'])
        .where('status', '=', 'open')
        .execute();
      return rows.map(({ id, created_at: createdAt, lease_until: leaseUntil }) => ({ id, createdAt, leaseUntil }));
    },
    async openCount() {
      const row = await context.db
        .selectFrom('intents')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('status', '=', 'open')
        .executeTakeFirstOrThrow();
      return row.count;
    },
  };
}
