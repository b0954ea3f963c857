import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/ports/store.ts';
import { caseRow, type MakeDatabase, NOW, openTestStore, type TestDatabase } from './fixture.ts';

/** Who is helped by whom, with two nodes on one database. */
export function specifyCases(makeDatabase: MakeDatabase): void {
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
  const atOnce = <T>(times: number, call: (store: Store) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: times }, (_, index) => call(index % 2 === 0 ? one : two)));
  const refOf = ({ directory, accountId: id }: { directory: string; accountId: string }) => ({ directory, id });
  const closed = { state: 'closed', tries: 0, facts: '{"because":"acted"}', closedAt: NOW + 1, approvalAskedAt: null } as const;

  describe('cases', () => {
    it('of an account are one at a time, whoever tries, and one more when it is closed', async () => {
      const accountId = randomUUID();
      const won = await atOnce(8, (store) => store.cases.insert(caseRow({ accountId })));
      expect(won.filter(Boolean)).toHaveLength(1);
      const row = await one.cases.openOf({ directory: 'corp', id: accountId });
      if (row === null) throw new Error('none');
      expect(await two.cases.advance(row, closed)).toBe(true);
      expect(await one.cases.openOf(refOf(row))).toBeNull();
      expect(await one.cases.insert(caseRow({ accountId }))).toBe(true);
      expect(await one.cases.find(row.id)).toEqual({ ...row, ...closed, version: 2 });
    });

    it('move on once from what was seen, whoever tries', async () => {
      const row = caseRow();
      await one.cases.insert(row);
      const moved = await atOnce(8, (store) =>
        store.cases.advance(row, { state: 'verified', tries: 1, facts: '{}', closedAt: null, approvalAskedAt: null }),
      );
      expect(moved.filter(Boolean)).toHaveLength(1);
      expect(await two.cases.find(row.id)).toMatchObject({ version: 2, state: 'verified', tries: 1 });
      expect(await two.cases.advance(row, closed)).toBe(false);
    });

    it('of an agent are those that are open and not past their end, newest first', async () => {
      const agentId = randomUUID();
      const [old, young] = [caseRow({ agentId }), caseRow({ agentId, createdAt: NOW + 1 })];
      for (const row of [old, young, caseRow({ agentId, expiresAt: NOW }), caseRow()]) await one.cases.insert(row);
      const over = caseRow({ agentId });
      await one.cases.insert(over);
      await one.cases.advance(over, closed);
      expect((await two.cases.ofAgent({ directory: 'corp', id: agentId }, NOW)).map(({ id }) => id)).toEqual([young.id, old.id]);
    });

    it('that wait for a second agent are found newest first, until they are decided or closed', async () => {
      const since = Date.now() + 1_000_000;
      const asked = async (at: number | null, more: Partial<typeof closed> = {}) => {
        const row = caseRow();
        await one.cases.insert(row);
        const next = { state: 'verified' as const, tries: 0, facts: '{}', closedAt: null, ...more, approvalAskedAt: at };
        expect(await one.cases.advance(row, next)).toBe(true);
        return { ...row, ...next, version: 2 };
      };
      const [first, second] = [await asked(since + 1), await asked(since + 2)];
      await asked(null);
      await asked(since);
      await asked(since + 3, closed);
      expect(await two.cases.waiting(since, 10)).toEqual([second, first]);
      expect(await two.cases.waiting(since, 1)).toEqual([second]);
    });

    it('that somebody has changed in the database come to nothing, and keep nobody from another one', async () => {
      const row = caseRow();
      await one.cases.insert(row);
      await database.execute(`update helpdesk_cases set state = 'verified' where id = '${row.id}'`);
      expect(await one.cases.find(row.id)).toBeNull();
      expect(await one.cases.openOf(refOf(row))).toBeNull();
      expect(await one.cases.insert(caseRow({ accountId: row.accountId }))).toBe(false);
      await two.cases.closeUnreadable(refOf(row), NOW);
      expect(await one.cases.insert(caseRow({ accountId: row.accountId }))).toBe(true);
      await one.cases.closeUnreadable(refOf(row), NOW);
      expect(await one.cases.openOf(refOf(row))).not.toBeNull();
    });

    it('are gone a day after their end', async () => {
      const [kept, gone] = [caseRow({ expiresAt: NOW + 1 }), caseRow({ expiresAt: NOW })];
      await one.cases.insert(kept);
      await one.cases.insert(gone);
      await one.tidy(NOW + 86_400_000);
      expect(await one.cases.find(gone.id)).toBeNull();
      expect(await one.cases.find(kept.id)).not.toBeNull();
    });
  });
}
