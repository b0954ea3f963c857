import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkClock } from '../../src/core/health/check-store.ts';
import { createStore, type OpenedStore } from '../../src/store/create-store.ts';
import { sharedPostgres } from '../servers/shared-servers.ts';
import { makePostgresDatabase, makeSqliteDatabase, quietLog, type TestDatabase, testKey } from '../store/fixture.ts';

const databases: TestDatabase[] = [];
const stores: OpenedStore[] = [];
let postgres: OpenedStore;
let sqlite: OpenedStore;
const open = async (database: TestDatabase): Promise<OpenedStore> => {
  databases.push(database);
  const store = await createStore({ url: database.url, sealingKeys: [testKey('k1')], log: quietLog });
  stores.push(store);
  return store;
};
beforeAll(async () => {
  [postgres, sqlite] = await Promise.all([open(await makePostgresDatabase(await sharedPostgres())), open(await makeSqliteDatabase())]);
});
afterAll(async () => {
  for (const store of stores) await store.close();
  for (const database of databases) await database.drop();
});

const shifted = (seconds: number) => ({ now: () => Date.now() + seconds * 1000 });

it.each([
  [0, 'ok', /agrees/],
  [5, 'warn', /5 s ahead of the clock of the database/],
  [-45, 'fail', /45 s behind the clock of the database: codes of authenticators are refused/],
])('a clock that is %i s off the database is told', async (seconds, level, text) => {
  expect(await checkClock({ clock: shifted(seconds), databaseTime: postgres.databaseTime })).toMatchObject([
    { level, area: 'clock', text: expect.stringMatching(text) },
  ]);
});

it('SQLite has no clock of its own', async () => {
  expect(await checkClock({ clock: shifted(-45), databaseTime: sqlite.databaseTime })).toEqual([]);
});
