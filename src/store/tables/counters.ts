import { type Selectable, sql } from 'kysely';
import type { CounterRow, CounterStore } from '../../core/ports/store.ts';
import type { TableContext } from '../context.ts';
import type { Schema } from '../schema.ts';

/** The verbs of table `counters`. */
export function createCounters(context: TableContext): CounterStore {
  return {
    async hit(key, windowMilliseconds, now) {
      const over = sql<boolean>`counters.window_started_at + ${windowMilliseconds} <= ${now}`;
      const row = await context.db
        .insertInto('counters')
        .values({ key, count: 1, window_started_at: now, window_ends_at: now + windowMilliseconds, paused_until: 0 })
        .onConflict((conflict) =>
          conflict.column('key').doUpdateSet({
            count: sql<number>`case when ${over} then 1 else counters.count + 1 end`,
            window_started_at: sql<number>`case when ${over} then excluded.window_started_at else counters.window_started_at end`,
            window_ends_at: sql<number>`case when ${over} then excluded.window_ends_at else counters.window_started_at + ${windowMilliseconds} end`,
          }),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      return toRow(row);
    },
    async lock(key, windowMilliseconds, now) {
      // An update that changes nothing: it locks the row on PostgreSQL, and works where there is no row to select yet.
      const row = await context.db
        .insertInto('counters')
        .values({ key, count: 0, window_started_at: now, window_ends_at: now + windowMilliseconds, paused_until: 0 })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ count: sql<number>`counters.count` }))
        .returningAll()
        .executeTakeFirstOrThrow();
      return toRow(row);
    },
    async pause(key, until) {
      await context.db
        .insertInto('counters')
        .values({ key, count: 0, window_started_at: 0, window_ends_at: 0, paused_until: until })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ paused_until: until }).where('counters.paused_until', '<', until))
        .execute();
    },
    async read(keys) {
      if (keys.length === 0) return [];
      const rows = await context.db
        .selectFrom('counters')
        .selectAll()
        .where('key', 'in', [...keys])
        .execute();
      return rows.map(toRow);
    },
    async clear(key) {
      await context.db.deleteFrom('counters').where('key', '=', key).execute();
    },
  };
}

function toRow(row: Selectable<Schema['counters']>): CounterRow {
  return { key: row.key, count: row.count, windowStartedAt: row.window_started_at, pausedUntil: row.paused_until };
}
