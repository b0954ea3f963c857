import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/ports/store.ts';
import { emergencyRow, type MakeDatabase, NOW, openTestStore, type TestDatabase } from './fixture.ts';

/** Administrators for the emergency, with two nodes on one database. */
export function specifyEmergencies(makeDatabase: MakeDatabase): void {
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

  describe('emergencies', () => {
    it('are found by link, passkey and name, and changed by one of those who know them as they are', async () => {
      const row = emergencyRow();
      await one.emergencies.insert(row);
      expect(await two.emergencies.findByLink(row.linkDigest)).toEqual(row);
      const credential = randomUUID();
      const won = await Promise.all(
        Array.from({ length: 8 }, (_, nth) => (nth % 2 === 0 ? one : two).emergencies.change(row, { openedAt: NOW + nth, credential })),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      const changed = await one.emergencies.find(row.id);
      expect(changed).toEqual({ ...row, version: 2, credential, openedAt: NOW + won.indexOf(true) });
      expect(await two.emergencies.findByCredential(credential)).toEqual(changed);
    });

    it('are told while they are open or can be, and tidied away where nobody came', async () => {
      const rows = [
        emergencyRow({ createdAt: NOW + 3 }),
        emergencyRow({ createdAt: NOW + 2, openedAt: NOW, expiresAt: NOW - 1 }),
        emergencyRow({ createdAt: NOW + 1, expiresAt: NOW - 1 }),
        emergencyRow({ openedAt: NOW, retiredAt: NOW }),
      ];
      for (const row of rows) await one.emergencies.insert(row);
      const ids = rows.map(({ id }) => id);
      expect((await two.emergencies.current(NOW)).map(({ id }) => id).filter((id) => ids.includes(id))).toEqual(ids.slice(0, 2));
      await one.tidy(NOW + 86_400_000);
      expect(await Promise.all(rows.map(async ({ id }) => (await two.emergencies.find(id)) !== null))).toEqual([true, true, false, true]);
    });
  });
}
