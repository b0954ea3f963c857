import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/ports/store.ts';
import { asTaken, type MakeDatabase, NOW, openTestStore, outboxRow, type TestDatabase } from './fixture.ts';

const DAY = 86_400_000;

/** Rows of the outbox that operators see, retry and delete, with two nodes on one database. */
export function specifyQueue(makeDatabase: MakeDatabase): void {
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

  describe('the queue', () => {
    it('lists what is not done, the oldest first', async () => {
      const rows = [3, 1, 2].map((nth) => outboxRow({ createdAt: NOW + nth, kind: 'mail' }));
      for (const row of rows) await one.outbox.insert(row);
      await one.outbox.insert(outboxRow({ createdAt: NOW, kind: 'discard' }));
      const [third, first, second] = rows;
      expect((await two.outbox.pending(9, ['discard'])).map(({ id }) => id)).toEqual([first?.id, second?.id, third?.id]);
      expect(await two.outbox.pending(1, ['discard'])).toMatchObject([{ id: first?.id, payload: first?.payload }]);
      await one.outbox.done(String(first?.id), NOW);
      expect(await two.outbox.pending(9, ['discard'])).toHaveLength(2);
      for (const row of rows) await one.outbox.done(row.id, NOW);
    });

    it('never retries or deletes what somebody is delivering, nor deletes what was not tried', async () => {
      const row = outboxRow({ lane: 'bulk', runAt: NOW + 5 });
      await one.outbox.insert(row);
      expect(await one.outbox.remove(row.id, NOW)).toBe(false);
      expect(await one.outbox.tryAgain(row.id, NOW)).toBe(true);
      expect(await one.outbox.tryAgain(row.id, NOW)).toBe(false);
      expect(await two.outbox.take('bulk', NOW, NOW + 50, 5)).toMatchObject([{ id: row.id }]);
      // Whatever the clock of who wants it says.
      for (const verb of ['tryAgain', 'remove'] as const) expect(await one.outbox[verb](row.id, NOW + 9 * DAY), verb).toBe(false);
      await two.outbox.giveUp(await asTaken(two, row.id), NOW + 9, 'mail.refused');
      const again = await Promise.all([one, two, one].map((store) => store.outbox.tryAgain(row.id, NOW + 60)));
      expect(again.filter(Boolean)).toHaveLength(1);
      expect(await one.outbox.take('bulk', NOW + 60, NOW + 90, 5)).toMatchObject([{ id: row.id, attempts: 1, failedAt: null }]);
      await one.outbox.retry(await asTaken(one, row.id), NOW + 500, 'mail.unavailable');
      const deleted = await Promise.all([one, two, two].map((store) => store.outbox.remove(row.id, NOW + 70)));
      expect(deleted.filter(Boolean)).toHaveLength(1);
      expect(await two.outbox.find(row.id)).toBeNull();
    });

    it('is taken over by one of those who have seen a row as it is, and by nobody who has seen it otherwise', async () => {
      const rows = [1, 2].map((nth) => outboxRow({ lane: 'bulk', createdAt: NOW + nth, expiresAt: NOW + 9 }));
      for (const row of rows) await one.outbox.insert(row);
      const ids = rows.map(({ id }) => id);
      const latest = { code: NOW + DAY, notice: NOW + DAY, bulk: NOW + DAY };
      const held = async () => (await two.outbox.held(NOW, latest, 99)).filter(({ id }) => ids.includes(id));
      expect(await held()).toEqual([]);
      const taken = await one.outbox.take('bulk', NOW, NOW + 50, 5);
      expect(taken.map(({ id }) => id)).toEqual(ids);
      // By no clock is it free for who has not watched it.
      expect(await two.outbox.take('bulk', NOW + DAY, NOW + 2 * DAY, 5)).toEqual([]);
      const seen = await held();
      expect(seen).toEqual(
        rows.map(({ id, lane, createdAt, runAt }) => ({ id, lane, createdAt, runAt, attempts: 1, leaseUntil: NOW + 50 })),
      );
      const won = await Promise.all([one, two, one, two].map((store) => store.outbox.takeOver(seen, NOW + 70)));
      // Also what has expired: it would be held for ever.
      expect(won.flat().map(({ id, attempts, payload }) => [id, attempts, payload])).toEqual(ids.map((id) => [id, 2, rows[0]?.payload]));
      expect((await one.outbox.takeOver(seen, NOW + 80)).length).toBe(0);
      // The one from whom it was taken has no say in it any more, but that it is done.
      const [first, second] = taken;
      if (first === undefined || second === undefined) throw new Error('two were taken');
      await one.outbox.retry(first, NOW + 500, 'mail.unavailable');
      await one.outbox.giveUp(first, NOW + 500, 'mail.refused');
      expect(await two.outbox.find(first.id)).toMatchObject({ attempts: 2, leaseUntil: NOW + 70, failedAt: null, problem: null });
      expect([await one.outbox.done(second.id, NOW), await two.outbox.done(second.id, NOW)]).toEqual([true, false]);
      expect((await held()).map(({ id }) => id)).toEqual([first.id]);
      await two.outbox.retry(await asTaken(two, first.id), NOW + DAY, 'mail.unavailable');
      expect(await held()).toEqual([]);
      expect((await one.outbox.held(NOW, { ...latest, bulk: NOW + DAY - 1 }, 99)).map(({ id }) => id)).toEqual([first.id]);
      await two.outbox.giveUp(await asTaken(two, first.id), NOW, 'mail.refused');
      expect(await one.outbox.held(NOW, { ...latest, bulk: NOW }, 99)).toEqual([]);
    });

    it('never tries again what nobody can use any more', async () => {
      const row = outboxRow({ lane: 'bulk', expiresAt: NOW + 9 });
      await one.outbox.insert(row);
      await one.outbox.giveUp(await asTaken(one, row.id), NOW, 'expired');
      expect(await one.outbox.tryAgain(row.id, NOW + 9)).toBe(false);
      expect(await one.outbox.remove(row.id, NOW + 9)).toBe(true);
    });
  });
}
