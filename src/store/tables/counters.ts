import { type Selectable, sql } from 'kysely';
import { WRONG_CLOCK } from '../../core/guard/wrong-clock.ts';
import type { CounterHit, CounterRow, CounterStore } from '../../core/ports/store.ts';
import type { TableContext } from '../context.ts';
import type { Schema } from '../schema.ts';
import { statement } from '../statement.ts';

/** The values of several rows: `key0`, `by0` and `ends0` of the first, and so on. */
type Hits = { now: number } & Record<`key${number}`, string> & Record<`by${number}` | `ends${number}`, number>;

const hit = (count: number) =>
  statement<Hits>()((db, values) => {
    const rows = Array.from({ length: count }, (_, nth) => ({
      key: values[`key${nth}`],
      count: values[`by${nth}`],
      window_started_at: values.now,
      window_ends_at: values[`ends${nth}`],
      paused_until: 0,
    }));
    // Each row brings the length of its window along: from `now` to the end that a new window would have.
    const length = sql<number>`(excluded.window_ends_at - excluded.window_started_at)`;
    // One that begins far from now was begun by a clock that was wrong, and would last until that time comes.
    const over = sql<boolean>`(counters.window_started_at + ${length} <= excluded.window_started_at
      or excluded.window_started_at + ${WRONG_CLOCK} <= counters.window_started_at)`;
    const before = sql<number>`case when ${over} or counters.count < 0 then 0 else counters.count end`;
    return db
      .insertInto('counters')
      .values(rows as Schema['counters'][])
      .onConflict((conflict) =>
        conflict.column('key').doUpdateSet({
          count: sql<number>`case when (${before}) + excluded.count < 0 then 0 else (${before}) + excluded.count end`,
          window_started_at: sql<number>`case when ${over} then excluded.window_started_at else counters.window_started_at end`,
          window_ends_at: sql<number>`case when ${over} then excluded.window_ends_at else counters.window_started_at + ${length} end`,
        }),
      )
      .returningAll();
  });

/** By how many keys are counted: a dozen at most. */
const HITS = new Map<number, ReturnType<typeof hit>>();

function hitSoMany(count: number): ReturnType<typeof hit> {
  const made = HITS.get(count) ?? hit(count);
  HITS.set(count, made);
  return made;
}

/** The verbs of table `counters`. */
export function createCounters(context: TableContext): CounterStore {
  return {
    async hitAll(hits, now) {
      const each = inLockOrder(hits);
      if (each.length === 0) return new Map();
      const values = each.flatMap(({ key, windowMilliseconds, by }, nth) => [
        [`key${nth}`, key],
        [`by${nth}`, by],
        [`ends${nth}`, now + windowMilliseconds],
      ]);
      const told = Object.fromEntries([['now', now], ...values]) as Hits;
      const { rows: counted } = await hitSoMany(each.length)(context, told);
      return new Map(counted.map((row) => [row.key, toRow(row)]));
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
    async clear(keys) {
      if (keys.length === 0) return;
      await context.db
        .with(
          (cte) => cte('locked').materialized(),
          // Locked in the order of their keys, as everywhere.
          (db) =>
            db
              .selectFrom('counters')
              .select('key')
              .where('key', 'in', [...keys])
              .orderBy('key')
              .$if(context.engine === 'postgres', (query) => query.forUpdate()),
        )
        .deleteFrom('counters')
        .where('key', 'in', (eb) => eb.selectFrom('locked').select('locked.key'))
        .execute();
    },
  };
}

/**
 * Each key once, in ascending order. Both engines insert the rows of one statement in the order given, so this is the order in
 * which they are locked; PostgreSQL refuses a statement that meets a row twice.
 */
export function inLockOrder(hits: readonly CounterHit[]): Required<CounterHit>[] {
  const byKey = new Map<string, Required<CounterHit>>();
  for (const { key, windowMilliseconds, by = 1 } of hits) {
    byKey.set(key, { key, windowMilliseconds, by: (byKey.get(key)?.by ?? 0) + by });
  }
  return [...byKey.values()].sort((left, right) => (left.key < right.key ? -1 : 1));
}

function toRow(row: Selectable<Schema['counters']>): CounterRow {
  return { key: row.key, count: Math.max(0, row.count), windowStartedAt: row.window_started_at, pausedUntil: row.paused_until };
}
