import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/ports/store.ts';
import { type MakeDatabase, NOW, openTestStore, type TestDatabase, vouchRow } from './fixture.ts';

/** Requests to vouch for somebody, with two nodes on one database. */
export function specifyVouches(makeDatabase: MakeDatabase): void {
  let database: TestDatabase;
  let one: Store;
  let two: Store;
  beforeAll(async () => {
    database = await makeDatabase();
    one = await openTestStore(database.url);
    two = await openTestStore(database.url);
  });
  afterAll(async () => {
    await one?.close();
    await two?.close();
    await database?.drop();
  });
  const insert = async (changes: Parameters<typeof vouchRow>[0] = {}) => {
    const row = vouchRow(changes);
    await one.vouches.insert(row);
    return row;
  };
  const nodes = () => [one, two, one, two, one, two];

  describe('requests to vouch', () => {
    it('come back as they were written, also for deputies alone', async () => {
      for (const row of [await insert(), await insert({ manager: null }), await insert({ journeyId: null })])
        expect(await two.vouches.find(row.id)).toEqual(row);
      expect(await one.vouches.find('nobody has it')).toBeNull();
    });

    it('are tried so often and no oftener, however many try at once', async () => {
      const row = await insert();
      const tries = await Promise.all(nodes().map((store) => store.vouches.attempt(row.id, 3, NOW)));
      expect(tries.flatMap((each) => (each === null ? [] : [each.tries])).toSorted()).toEqual([1, 2, 3]);
      expect(await one.vouches.attempt((await insert({ endsAt: NOW })).id, 3, NOW)).toBeNull();
    });

    it('end once', async () => {
      const row = await insert();
      const ends = await Promise.all(nodes().map((store, index) => store.vouches.close(row.id, index < 3 ? 'approved' : 'withdrawn', NOW)));
      expect(ends.filter((won) => won)).toHaveLength(1);
      expect(await one.vouches.attempt(row.id, 3, NOW)).toBeNull();
      const overdue = await insert({ endsAt: NOW - 10 });
      const expired = (await Promise.all(nodes().map((store) => store.vouches.expire(NOW, 10)))).flat().map(({ id }) => id);
      expect(expired.filter((id) => id === overdue.id)).toHaveLength(1);
      expect(await two.vouches.find(overdue.id)).toMatchObject({ outcome: 'expired', closedAt: NOW });
      expect(await one.vouches.close(overdue.id, 'approved', NOW)).toBe(false);
    });

    it('are listed for who is asked: open ones, and those that ended lately, the newest first', async () => {
      const manager = { directory: 'corp', id: randomUUID() };
      const directory = `d${randomUUID()}`;
      const rows = [
        await insert({ manager, directory, createdAt: NOW - 3 }),
        await insert({ manager, directory, createdAt: NOW - 2 }),
        await insert({ manager, directory, createdAt: NOW - 1 }),
        await insert({ directory }),
      ];
      await one.vouches.close(rows[0]?.id ?? '', 'refused', NOW - 100);
      await one.vouches.close(rows[1]?.id ?? '', 'refused', NOW);
      const listed = async (by: Parameters<Store['vouches']['list']>[0], limit = 10) =>
        (await two.vouches.list(by, NOW - 50, limit)).map(({ id }) => rows.findIndex((row) => row.id === id));
      expect(await listed({ manager })).toEqual([2, 1]);
      expect(await listed({ directory })).toEqual([3, 2, 1]);
      expect(await listed({ directory }, 1)).toEqual([3]);
    });

    it('are found about all accounts of a person while they can be answered', async () => {
      const [account, other] = [
        { directory: 'corp', id: randomUUID() },
        { directory: 'cloud', id: randomUUID() },
      ];
      const ids = [randomUUID(), randomUUID()] as const;
      await one.people.link(account, other, { person: randomUUID(), ids, now: NOW, by: 'a journey', countsFrom: 0 });
      const row = await insert({ directory: other.directory, accountId: other.id });
      await insert({ directory: other.directory, accountId: other.id, endsAt: NOW });
      expect((await two.vouches.openAbout(account, NOW)).map(({ id }) => id)).toEqual([row.id]);
      await one.vouches.close(row.id, 'approved', NOW);
      expect(await two.vouches.openAbout(account, NOW)).toEqual([]);
    });

    it('are tidied away a week after their end, and no sooner', async () => {
      const row = await insert({ endsAt: NOW });
      const week = 7 * 24 * 3_600_000;
      await one.tidy(NOW + week - 1);
      expect(await one.vouches.find(row.id)).not.toBeNull();
      await one.tidy(NOW + week);
      expect(await one.vouches.find(row.id)).toBeNull();
    });
  });
}
