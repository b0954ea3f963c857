import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/ports/store.ts';
import type { ThreatRow } from '../../src/core/ports/threat-store.ts';
import { type MakeDatabase, NOW, openTestStore, type TestDatabase } from './fixture.ts';

const threatRow = (): ThreatRow => ({
  ...{ id: randomUUID(), version: 1, raisedAt: NOW, author: 'root', reason: 'calls by impostors' },
  ...{ lift: null, liftedAt: null },
});

/** Raised threats, with two nodes on one database. */
export function specifyThreats(makeDatabase: MakeDatabase): void {
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

  describe('threats', () => {
    it('are raised one at a time, changed by one of those who know them as they are, and over for good', async () => {
      expect(await one.threats.current()).toBeNull();
      const rows = Array.from({ length: 6 }, threatRow);
      const raised = await Promise.all(rows.map((row, nth) => (nth % 2 === 0 ? one : two).threats.insert(row)));
      expect(raised.filter(Boolean)).toHaveLength(1);
      const row = rows[raised.indexOf(true)] as ThreatRow;
      expect(await two.threats.current()).toEqual(row);
      const lift = { author: 'carol', keys: ['people/carol', 'cloud/carol'], at: NOW + 5 };
      const won = await Promise.all([one, two, one, two].map((store) => store.threats.change(row, { lift })));
      expect(won.filter(Boolean)).toHaveLength(1);
      const next = { ...row, version: 2, lift };
      expect(await one.threats.current()).toEqual(next);
      expect(await one.threats.change(row, { liftedAt: NOW + 9 })).toBe(false);
      expect(await one.threats.change(next, { lift: null, liftedAt: NOW + 9 })).toBe(true);
      expect(await two.threats.current()).toBeNull();
      expect(await two.threats.insert(threatRow())).toBe(true);
    });
  });
}
