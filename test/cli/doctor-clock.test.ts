import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkClock } from '../../src/core/health/check-store.ts';
import { watchClock } from '../../src/core/health/watch-clock.ts';
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

it.each([
  [0, []],
  [5, []],
  [-45, [-45]],
  [200, [200]],
])('a node says in its log that its clock is %i s off, where that is more than nodes may be', async (seconds, said) => {
  const told: unknown[] = [];
  const log = { ...quietLog, error: (event: string, fields?: object) => void told.push({ event, ...fields }) };
  await watchClock({
    clock: { ...shifted(seconds), monotonic: () => 0, sleep: () => Promise.resolve() },
    log,
    databaseTime: postgres.databaseTime,
  });
  await watchClock({
    clock: { ...shifted(seconds), monotonic: () => 0, sleep: () => Promise.resolve() },
    log,
    databaseTime: sqlite.databaseTime,
  });
  expect(told).toEqual(said.map((aheadSeconds) => ({ event: 'clock.differs', aheadSeconds, fix: expect.stringContaining('NTP') })));
});

it('SQLite has no clock of its own', async () => {
  expect(await checkClock({ clock: shifted(-45), databaseTime: sqlite.databaseTime })).toEqual([]);
});
