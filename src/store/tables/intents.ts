import { type Selectable, sql } from 'kysely';
import type { AccountRef } from '../../core/ports/directory.ts';
import type { IntentRow, IntentStore, StoredIntent } from '../../core/ports/store.ts';
import type { TableContext } from '../context.ts';
import { personOf } from '../person-of.ts';
import { readable } from '../readable.ts';
import type { Schema } from '../schema.ts';
import { openColumn, sealColumn } from '../sealed-columns.ts';

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

  const written = (account: AccountRef, since: number, except: { intent: string } | { journey: string }) =>
    context.db
      .selectFrom('intents')
      .select('intents.id')
      .where('intents.directory', '=', account.directory)
      .where('intents.account_id', '=', account.id)
      .where('intents.status', 'in', ['done', 'unknown'])
      .where('intents.closed_at', '>', since)
      .where((eb) =>
        'intent' in except
          ? eb('intents.id', '!=', except.intent)
          : eb.or([eb('intents.journey_id', 'is', null), eb('intents.journey_id', '!=', except.journey)]),
      );

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
      const result = await context.db
        .insertInto('intents')
        .values({ ...columns, facts, status: row.status, closed_at: row.closedAt, lease_until: row.leaseUntil })
        .onConflict((conflict) => conflict.columns(['directory', 'account_id']).where('status', '=', sql.lit('open')).doNothing())
        .executeTakeFirst();
      return result.numInsertedOrUpdatedRows === 1n;
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
    async close(id, status, now) {
      const result = await context.db
        .updateTable('intents')
        .set({ status, closed_at: now })
        .where('id', '=', id)
        .where('status', '=', 'open')
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async find(id) {
      const row = await context.db.selectFrom('intents').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toRow(row);
    },
    async takeOverdue(now, leaseUntil, limit) {
      // Materialized: PostgreSQL may otherwise run a limited subquery more than once and lock more than `limit` rows.
      const rows = await context.db
        .with(
          (cte) => cte('overdue').materialized(),
          (db) =>
            db
              .selectFrom('intents')
              .select('id')
              .where('status', '=', 'open')
              .where('lease_until', '<=', now)
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
    async wroteSince(account, since, except) {
      return (await written(account, since, except).limit(1).executeTakeFirst()) !== undefined;
    },
    async wasReset(account, since) {
      return (await resets(account, since).executeTakeFirst()) !== undefined;
    },
    async wasResetByOthers(account, since) {
      return (await resets(account, since).where('journey_id', 'is', null).executeTakeFirst()) !== undefined;
    },
    async inTheWay(account, provenAt, journey) {
      const frozen = context.db
        .selectFrom('freezes')
        .select('freezes.account_id')
        .where(sql<boolean>`(freezes.directory, freezes.account_id) in ${personOf(account)}`);
      const found = await context.db
        .selectNoFrom((eb) => [eb.exists(frozen).as('frozen'), eb.exists(written(account, provenAt, { journey })).as('written')])
        .executeTakeFirstOrThrow();
      // SQLite knows no truth values, only 0 and 1.
      if (Number(found.written) === 1) return 'written';
      return Number(found.frozen) === 1 ? 'frozen' : null;
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
