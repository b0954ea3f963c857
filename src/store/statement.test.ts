import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from './schema.ts';
import { openSqlite } from './sqlite.ts';
import { statement } from './statement.ts';

describe('a statement whose text is made once', () => {
  let db: Database;
  const context = () => ({ db, engine: 'sqlite' as const });
  beforeAll(async () => {
    ({ db } = openSqlite(':memory:'));
    await sql`create table counters (key text primary key, count integer, window_started_at integer, window_ends_at integer, paused_until integer)`.execute(
      db,
    );
  });
  afterAll(() => db.destroy());

  const insert = statement<{ key: string; paused: number | null }>()((on, { key, paused }) =>
    on.insertInto('counters').values({ key, count: 0, window_started_at: 0, window_ends_at: 0, paused_until: paused as number }),
  );

  it('is given other values each time, each wherever it is named, and says what it changed', async () => {
    let built = 0;
    const find = statement<{ key: string; most: number }>()((on, { key, most }) => {
      built += 1;
      return on
        .selectFrom('counters')
        .select(['key', sql<string>`${key}`.as('again')])
        .where('key', '=', key)
        .limit(most);
    });
    for (const key of ["o'hara", 'b; drop table counters', 'c']) {
      expect((await insert(context(), { key, paused: 1 })).numAffectedRows).toBe(1n);
      expect((await find(context(), { most: 1, key })).rows).toEqual([{ key, again: key }]);
      expect((await find(context(), { most: 0, key })).rows).toEqual([]);
    }
    expect(built).toBe(1);
  });

  it('takes null for a value, and what it was not told for a mistake', async () => {
    await insert(context(), { key: 'null', paused: null });
    const paused = () => db.selectFrom('counters').select('paused_until').where('key', '=', 'null').executeTakeFirst();
    expect(await paused()).toEqual({ paused_until: null });
    await expect(async () => insert(context(), { key: 'x' } as never)).rejects.toThrow('the statement was not told "paused"');
  });

  it('cannot be made of what was computed with a value that is not known yet', async () => {
    const late = statement<{ now: number }>()((on, { now }) => on.deleteFrom('counters').where('paused_until', '<', now - 1000));
    await expect(async () => late(context(), { now: 1 })).rejects.toThrow('the value "now" is not known when its statement is made');
    const chosen = statement<{ key: string }>()((on, { key }) => on.deleteFrom('counters').where('key', '=', `${key}/all`));
    await expect(async () => chosen(context(), { key: 'x' })).rejects.toThrow('the value "key" is not known');
  });

  it('runs in the transaction it is given', async () => {
    await expect(
      db.transaction().execute(async (inner) => {
        await insert({ db: inner, engine: 'sqlite' }, { key: 'undone', paused: 0 });
        throw new Error('back');
      }),
    ).rejects.toThrow('back');
    expect(await db.selectFrom('counters').select('key').where('key', '=', 'undone').execute()).toEqual([]);
  });
});
