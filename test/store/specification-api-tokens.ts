import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/ports/store.ts';
import { apiTokenRow, type MakeDatabase, NOW, openTestStore, type TestDatabase } from './fixture.ts';

/** Tokens of programs, with two nodes on one database. */
export function specifyApiTokens(makeDatabase: MakeDatabase): void {
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
  const race = <T>(work: (store: Store, nth: number) => Promise<T>) =>
    Promise.all(Array.from({ length: 8 }, (_, nth) => work(nth % 2 === 0 ? one : two, nth)));

  describe('tokens of programs', () => {
    it('have a name for themselves until they are revoked, and are revoked once', async () => {
      const name = randomUUID();
      const rows = Array.from({ length: 8 }, () => apiTokenRow({ name }));
      const made = await race((store, nth) => store.tokens.insert(rows[nth] ?? apiTokenRow()));
      expect(made.filter(Boolean)).toHaveLength(1);
      const row = rows[made.indexOf(true)] ?? apiTokenRow();
      expect(await two.tokens.findByDigest(row.digest)).toEqual(row);
      expect(await one.tokens.list()).toContainEqual(row);
      const revoked = await race((store, nth) => store.tokens.revoke(row, NOW + nth));
      expect(revoked.filter(Boolean)).toHaveLength(1);
      expect(await two.tokens.find(row.id)).toEqual({ ...row, revokedAt: NOW + revoked.indexOf(true) });
      expect((await two.tokens.list()).map(({ id }) => id)).not.toContain(row.id);
      expect(await two.tokens.insert(apiTokenRow({ name }))).toBe(true);
    });

    it('say when they were used last, and never an earlier time', async () => {
      const row = apiTokenRow();
      await one.tokens.insert(row);
      const used = async () => (await two.tokens.find(row.id))?.lastUsedAt;
      await one.tokens.touch(row.id, NOW, NOW - 60_000);
      expect(await used()).toBe(NOW);
      await two.tokens.touch(row.id, NOW + 59_000, NOW - 1000);
      expect(await used()).toBe(NOW);
      await two.tokens.touch(row.id, NOW + 61_000, NOW + 1000);
      expect(await used()).toBe(NOW + 61_000);
      await one.tokens.touch(row.id, NOW + 5000, NOW - 55_000);
      expect(await used()).toBe(NOW + 61_000);
    });
  });
}
