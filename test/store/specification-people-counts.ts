import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/ports/store.ts';
import { type MakeDatabase, NOW, openTestStore, type TestDatabase } from './fixture.ts';

const DONE = { outcome: 'done', problem: null, numbers: '{}', looked: 9 } as const;

/** Counts of people, with two nodes on one database. */
export function specifyPeopleCounts(makeDatabase: MakeDatabase): void {
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
  const row = (begunAt: number) => ({ id: randomUUID(), configuration: 3, author: 'henry', begunAt, wait: randomUUID() });

  describe('counts of people', () => {
    it('go on one at a time, say how far they are, and end once', async () => {
      expect([await one.peopleCounts.latest(), await one.peopleCounts.lastDone()]).toEqual([null, null]);
      const rows = Array.from({ length: 6 }, () => row(NOW));
      const begun = await Promise.all(rows.map((each, nth) => (nth % 2 === 0 ? one : two).peopleCounts.begin(each, NOW - 1)));
      expect(begun.filter(Boolean)).toHaveLength(1);
      const { id } = rows[begun.indexOf(true)] as { id: string };
      expect(await two.peopleCounts.progress(id, 5, NOW + 1)).toBe(true);
      expect(await one.peopleCounts.latest()).toMatchObject({ id, author: 'henry', looked: 5, seenAt: NOW + 1, outcome: 'running' });
      expect(await one.peopleCounts.lastDone()).toBeNull();
      const ended = await Promise.all([one, two, one].map(({ peopleCounts }) => peopleCounts.end(id, { ...DONE, now: NOW + 2 })));
      expect(ended.filter(Boolean)).toHaveLength(1);
      expect(await one.peopleCounts.progress(id, 6, NOW + 3)).toBe(false);
      expect(await two.peopleCounts.cancel(NOW + 3)).toBe(false);
      expect(await two.peopleCounts.lastDone()).toMatchObject({ id, looked: 9, numbers: '{}', seenAt: NOW + 2 });
    });

    it('are cancelled from any node, and what was done before stays known', async () => {
      const done = await one.peopleCounts.lastDone();
      const next = row(NOW + 10);
      expect(await one.peopleCounts.begin(next, NOW)).toBe(true);
      expect(await two.peopleCounts.cancel(NOW + 11)).toBe(true);
      expect(await one.peopleCounts.progress(next.id, 1, NOW + 12)).toBe(false);
      expect(await one.peopleCounts.end(next.id, { ...DONE, now: NOW + 12 })).toBe(false);
      expect(await one.peopleCounts.latest()).toMatchObject({ id: next.id, outcome: 'cancelled' });
      expect(await one.peopleCounts.lastDone()).toEqual(done);
    });

    it('end when the last of those leaves who wait for them, and not before', async () => {
      const [first, second, third] = [row(NOW + 13), row(NOW + 13), row(NOW + 14)];
      expect(await one.peopleCounts.begin(first, NOW)).toBe(true);
      expect(await two.peopleCounts.begin(second, NOW)).toBe(false);
      expect(await two.peopleCounts.leave('nobody', NOW + 14)).toBe(false);
      expect(await two.peopleCounts.leave(first.wait, NOW + 14)).toBe(false);
      // Who has left cannot do so twice.
      expect(await two.peopleCounts.leave(first.wait, NOW + 14)).toBe(false);
      expect(await one.peopleCounts.latest()).toMatchObject({ id: first.id, outcome: 'running' });
      expect(await one.peopleCounts.leave(second.wait, NOW + 15)).toBe(true);
      expect(await one.peopleCounts.latest()).toMatchObject({ id: first.id, outcome: 'cancelled', seenAt: NOW + 15 });
      // Nobody waits for the next one but who began it.
      expect(await one.peopleCounts.begin(third, NOW)).toBe(true);
      expect(await one.peopleCounts.leave(second.wait, NOW + 15)).toBe(false);
      expect(await one.peopleCounts.leave(third.wait, NOW + 16)).toBe(true);
    });

    it('never end for who comes as the last one leaves', async () => {
      for (let nth = 0; nth < 20; nth += 1) {
        const [first, second] = [row(NOW + 17), row(NOW + 17)];
        await one.peopleCounts.begin(first, NOW);
        const [begun, left] = await Promise.all([two.peopleCounts.begin(second, NOW), one.peopleCounts.leave(first.wait, NOW + 18)]);
        const latest = await one.peopleCounts.latest();
        // Either they wait for that one, or they began another when it was over.
        expect(latest).toMatchObject({ id: begun ? second.id : first.id, outcome: 'running' });
        expect(left).toBe(begun);
        await one.peopleCounts.cancel(NOW + 19);
      }
    });

    it('of a node that has died are taken over from once it was silent long enough', async () => {
      const [dead, next, later] = [row(NOW + 20), row(NOW + 40), row(NOW + 60)];
      expect(await one.peopleCounts.begin(dead, NOW)).toBe(true);
      expect(await two.peopleCounts.begin(next, NOW + 19)).toBe(false);
      const begun = await Promise.all([one, two].map((store, nth) => store.peopleCounts.begin(nth === 0 ? next : later, NOW + 20)));
      expect(begun.filter(Boolean)).toHaveLength(1);
      expect(await one.peopleCounts.end(dead.id, { ...DONE, now: NOW + 61 })).toBe(false);
      expect((await one.peopleCounts.lastDone())?.looked).toBe(9);
    });

    it('keep who was counted for thirty days after their end, and their numbers for longer', async () => {
      const [counted, end] = [row(NOW + 100), NOW + 200];
      await one.peopleCounts.cancel(NOW + 99);
      await one.peopleCounts.begin(counted, NOW);
      await one.peopleCounts.keepPart(counted.id, 0, 'found');
      await one.peopleCounts.keepPart(counted.id, 1, 'people');
      await one.peopleCounts.end(counted.id, { ...DONE, now: end });
      const parts = () => Promise.all([0, 1].map((part) => two.peopleCounts.readPart(counted.id, part)));
      await two.tidy(end + 30 * 86_400_000 - 1);
      expect(await parts()).toEqual(['found', 'people']);
      await one.tidy(end + 30 * 86_400_000);
      expect(await parts()).toEqual([null, null]);
      expect(await one.peopleCounts.lastDone()).toMatchObject({ id: counted.id, numbers: '{}' });
    });
  });
}
