import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/ports/store.ts';
import { type MakeDatabase, NOW, openTestStore, outboxRow, type TestDatabase } from './fixture.ts';

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
      for (const verb of ['tryAgain', 'remove'] as const) expect(await one.outbox[verb](row.id, NOW + 49), verb).toBe(false);
      await two.outbox.giveUp(row.id, NOW + 9, 'mail.refused');
      const again = await Promise.all([one, two, one].map((store) => store.outbox.tryAgain(row.id, NOW + 60)));
      expect(again.filter(Boolean)).toHaveLength(1);
      expect(await one.outbox.take('bulk', NOW + 60, NOW + 90, 5)).toMatchObject([{ id: row.id, attempts: 1, failedAt: null }]);
      await one.outbox.retry(row.id, NOW + 500, 'mail.unavailable');
      const deleted = await Promise.all([one, two, two].map((store) => store.outbox.remove(row.id, NOW + 70)));
      expect(deleted.filter(Boolean)).toHaveLength(1);
      expect(await two.outbox.find(row.id)).toBeNull();
    });

    it('never tries again what nobody can use any more', async () => {
      const row = outboxRow({ lane: 'bulk', expiresAt: NOW + 9 });
      await one.outbox.insert(row);
      await one.outbox.giveUp(row.id, NOW, 'expired');
      expect(await one.outbox.tryAgain(row.id, NOW + 9)).toBe(false);
      expect(await one.outbox.remove(row.id, NOW + 9)).toBe(true);
    });
  });
}
