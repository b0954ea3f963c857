import { type Selectable, sql } from 'kysely';
import type { CountOutcome, PeopleCountRow, PeopleCountStore } from '../../core/ports/people-count-store.ts';
import type { TableContext } from '../context.ts';
import type { Schema } from '../schema.ts';
import { openColumn, sealColumn } from '../sealed-columns.ts';

/**
 * The verbs of tables `people_counts`, in which nothing is secret and nobody is named but who counted, and `counted_people`, which is
 * sealed.
 */
export function createPeopleCounts(context: TableContext): PeopleCountStore {
  const partId = (id: string, part: number) => `${id}.${part}`;
  const newest = () => context.db.selectFrom('people_counts').selectAll().orderBy('begun_at', 'desc').orderBy('id').limit(1);
  const nameOf = (wait: string) => ` ${wait}`;
  const without = (wait: string) => sql<string>`replace(waiting, ${nameOf(wait)}, '')`;
  const cancelling = (now: number) =>
    context.db.updateTable('people_counts').set({ outcome: 'cancelled', seen_at: now, is_running: null }).where('is_running', '=', 1);
  /** @returns false: another one goes on */
  const insert = async ({ id, configuration, author, begunAt, wait }: Parameters<PeopleCountStore['begin']>[0]) => {
    const begun = await context.db
      .insertInto('people_counts')
      .values({
        ...{ id, configuration, author, begun_at: begunAt, seen_at: begunAt, looked: 0 },
        ...{ outcome: 'running', problem: null, numbers: null, is_running: 1, waiting: nameOf(wait) },
      })
      .onConflict((conflict) => conflict.column('is_running').doNothing())
      .executeTakeFirst();
    return begun.numInsertedOrUpdatedRows === 1n;
  };
  /** Parts of no count that goes on, nor of the last that was done: of those that failed, were cancelled, or were of a node that has died. */
  const dropParts = () => {
    const going = context.db.selectFrom('people_counts').select('id').where('is_running', '=', 1);
    const done = newest().clearSelect().select('id').where('outcome', '=', 'done');
    return context.db
      .deleteFrom('counted_people')
      .where('count_id', 'not in', going)
      .where('count_id', 'not in', (eb) => eb.selectFrom(done.as('kept')).select('kept.id'))
      .execute();
  };

  return {
    async latest() {
      const running = await context.db.selectFrom('people_counts').selectAll().where('is_running', '=', 1).executeTakeFirst();
      return toRow(running ?? (await newest().executeTakeFirst()));
    },
    async lastDone() {
      return toRow(await newest().where('outcome', '=', 'done').executeTakeFirst());
    },
    async begin({ id, configuration, author, begunAt, wait }, notSeenSince) {
      await context.db
        .updateTable('people_counts')
        .set({ outcome: 'failed', problem: 'abandoned', is_running: null })
        .where('is_running', '=', 1)
        .where('seen_at', '<=', notSeenSince)
        .execute();
      while (!(await insert({ id, configuration, author, begunAt, wait }))) {
        const joined = await context.db
          .updateTable('people_counts')
          .set({ waiting: sql<string>`waiting || ${nameOf(wait)}` })
          .where('is_running', '=', 1)
          .executeTakeFirst();
        // None was joined: the one that goes on has just ended, and the next may be this one.
        if (joined.numUpdatedRows === 1n) return false;
      }
      const kept = newest().clearSelect().select('id').where('outcome', '=', 'done');
      await context.db
        .deleteFrom('people_counts')
        .where('is_running', 'is', null)
        .where('begun_at', '<=', begunAt)
        .where('id', 'not in', (eb) => eb.selectFrom(kept.as('kept')).select('kept.id'))
        .execute();
      await dropParts();
      return true;
    },
    async progress(id, looked, now) {
      const result = await context.db
        .updateTable('people_counts')
        .set({ looked, seen_at: now })
        .where('id', '=', id)
        .where('is_running', '=', 1)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async end(id, { looked, outcome, problem, numbers, now }) {
      const result = await context.db
        .updateTable('people_counts')
        .set({ looked, outcome, problem, numbers, seen_at: now, is_running: null })
        .where('id', '=', id)
        .where('is_running', '=', 1)
        .executeTakeFirst();
      await dropParts();
      return result.numUpdatedRows === 1n;
    },
    async keepPart(id, part, facts) {
      const row = { id: partId(id, part), count_id: id };
      await context.db
        .insertInto('counted_people')
        .values({ ...row, facts: sealColumn(context.secrets, 'counted_people', row, facts) })
        .execute();
    },
    async readPart(id, part) {
      const row = await context.db.selectFrom('counted_people').selectAll().where('id', '=', partId(id, part)).executeTakeFirst();
      return row === undefined ? null : openColumn(context.secrets, 'counted_people', row, row.facts);
    },
    async leave(wait, now) {
      const left = await context.db
        .updateTable('people_counts')
        .set({ waiting: without(wait) })
        .where('is_running', '=', 1)
        .where('waiting', '<>', without(wait))
        .executeTakeFirst();
      // Whoever has come to wait meanwhile stands there by now: each of these statements sees the row as it is then.
      if (left.numUpdatedRows !== 1n) return false;
      const cancelled = await cancelling(now).where('waiting', '=', '').executeTakeFirst();
      return cancelled.numUpdatedRows === 1n;
    },
    async cancel(now) {
      const result = await cancelling(now).executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
  };
}

function toRow(row: Selectable<Schema['people_counts']> | undefined): PeopleCountRow | null {
  if (row === undefined) return null;
  const { id, configuration, author, begun_at: begunAt, seen_at: seenAt, looked, outcome, problem, numbers } = row;
  return { id, configuration, author, begunAt, seenAt, looked, outcome: outcome as CountOutcome, problem, numbers };
}
