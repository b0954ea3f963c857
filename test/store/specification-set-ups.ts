import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Store } from '../../src/core/ports/store.ts';
import { type MakeDatabase, NOW, openTestStore, setUpRow, type TestDatabase } from './fixture.ts';

/** The set-up of an installation, with two nodes on one database. */
export function specifySetUps(makeDatabase: MakeDatabase): void {
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

  it('is begun by one of many, changed by one of those who know it as it is, and begun again once it is over', async () => {
    expect(await one.setUps.current()).toBeNull();
    const rows = Array.from({ length: 8 }, () => setUpRow());
    const begun = await Promise.all(rows.map((row, nth) => (nth % 2 === 0 ? one : two).setUps.begin(row)));
    expect(begun.filter(Boolean)).toHaveLength(1);
    const row = rows[begun.indexOf(true)] ?? setUpRow();
    expect(await two.setUps.current()).toEqual(row);
    const digests = rows.map(() => randomUUID());
    const won = await Promise.all(
      digests.map((sessionDigest, nth) => (nth % 2 === 0 ? one : two).setUps.change(row, { sessionDigest, facts: `{"n":${nth}}` })),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    const changed = await one.setUps.current();
    expect(changed).toEqual({ ...row, version: 2, sessionDigest: digests[won.indexOf(true)], facts: `{"n":${won.indexOf(true)}}` });
    expect(await two.setUps.change(changed ?? row, { endedAt: NOW, facts: '{}' })).toBe(true);
    expect(await one.setUps.current()).toBeNull();
    expect(await one.setUps.begin(setUpRow())).toBe(true);
  });
}
