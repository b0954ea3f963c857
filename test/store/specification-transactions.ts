import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/ports/store.ts';
import { chainHash, journeyRow, type MakeDatabase, NOW, openTestStore, type TestDatabase } from './fixture.ts';

/** Transactions and the audit chain. */
export function specifyTransactions(makeDatabase: MakeDatabase): void {
  let database: TestDatabase;
  let store: Store;
  let other: Store;
  beforeAll(async () => {
    database = await makeDatabase();
    store = await openTestStore(database.url);
    // Two SQLite connections in one process cannot wait for each other: the wait is synchronous. Two processes are tested apart.
    other = database.engine === 'sqlite' ? store : await openTestStore(database.url);
  });
  afterAll(async () => {
    await store?.close();
    await other?.close();
    await database?.drop();
  });
  const event = { at: NOW, type: 'test', data: '{"ä":1}' };

  async function expectWholeChain(): Promise<void> {
    const rows = await store.audit.read(0, 10_000);
    let previousHash = '0'.repeat(64);
    for (const [index, row] of rows.entries()) {
      expect(row).toEqual({ ...event, seq: index + 1, previousHash, hash: chainHash(index + 1, previousHash) });
      previousHash = row.hash;
    }
    expect(await store.audit.head()).toEqual({ seq: rows.length, hash: previousHash });
  }

  describe('transactions', () => {
    it('commits everything', async () => {
      const [first, second] = [journeyRow(), journeyRow()];
      const answer = await store.transaction(async (inner) => {
        await inner.journeys.insert(first);
        await inner.journeys.insert(second);
        expect(await inner.journeys.find(first.id)).toEqual(first);
        return 'answer';
      });
      expect(answer).toBe('answer');
      expect(await other.journeys.find(first.id)).toEqual(first);
      expect(await other.journeys.find(second.id)).toEqual(second);
    });

    it('leaves nothing when the work throws, and throws the same', async () => {
      const row = journeyRow();
      const problem = new Error('on purpose');
      const work = store.transaction(async (inner) => {
        await inner.journeys.insert(row);
        await inner.audit.append(event, chainHash);
        throw problem;
      });
      await expect(work).rejects.toBe(problem);
      expect(await store.journeys.find(row.id)).toBeNull();
      await expectWholeChain();
    });

    it('leaves nothing when a statement fails', async () => {
      const row = journeyRow();
      const work = store.transaction(async (inner) => {
        await inner.journeys.insert(row);
        await inner.journeys.insert(row);
      });
      await expect(work).rejects.toMatchObject({ name: 'AppError', code: 'internal.unexpected' });
      expect(await store.journeys.find(row.id)).toBeNull();
    });

    it('shows nobody what is not committed', async () => {
      const row = journeyRow();
      const inserted = Promise.withResolvers<void>();
      const mayEnd = Promise.withResolvers<void>();
      const work = store.transaction(async (inner) => {
        await inner.journeys.insert(row);
        inserted.resolve();
        await mayEnd.promise;
        throw new Error('on purpose');
      });
      await inserted.promise;
      let answered = false;
      const seen = store.journeys.find(row.id).finally(() => {
        answered = true;
      });
      // On PostgreSQL the reader has a connection of its own and sees the state before; on SQLite it waits its turn.
      if (database.engine === 'postgres') expect(await seen).toBeNull();
      for (let turn = 0; turn < 10; turn += 1) await setImmediate();
      expect(answered).toBe(database.engine === 'postgres');
      mayEnd.resolve();
      expect(await seen).toBeNull();
      await expect(work).rejects.toThrow('on purpose');
      expect(await store.journeys.find(row.id)).toBeNull();
    });

    it('runs many at once without mixing them', async () => {
      const rows = Array.from({ length: 20 }, () => journeyRow());
      const results = await Promise.allSettled(
        rows.map((row, index) =>
          (index % 2 === 0 ? store : other).transaction(async (inner) => {
            await inner.journeys.insert(row);
            await inner.journeys.advance(row, { status: 'open', state: '{}' });
            if (index % 3 === 0) throw new Error('on purpose');
          }),
        ),
      );
      for (const [index, row] of rows.entries()) {
        expect(results[index]?.status).toBe(index % 3 === 0 ? 'rejected' : 'fulfilled');
        expect((await store.journeys.find(row.id))?.version).toBe(index % 3 === 0 ? undefined : 2);
      }
    });

    it('refuses the outer store, a second transaction and close inside', async () => {
      await store.transaction(async (inner) => {
        await expect(store.journeys.find('x')).rejects.toMatchObject({ details: { reason: 'store-used-outside-its-transaction' } });
        await expect(store.audit.append(event, chainHash)).rejects.toMatchObject({ code: 'internal.unexpected' });
        await expect(store.transaction(async () => {})).rejects.toMatchObject({ code: 'internal.unexpected' });
        await expect(store.ping()).rejects.toMatchObject({ code: 'internal.unexpected' });
        await expect(inner.transaction(async () => {})).rejects.toMatchObject({ details: { reason: 'transaction-in-transaction' } });
        await expect(inner.close()).rejects.toMatchObject({ code: 'internal.unexpected' });
        await inner.ping();
        await inner.tidy(0);
      });
      await store.ping();
    });
  });

  describe('audit', () => {
    it('gives numbers without a gap, whoever appends and whatever is rolled back', async () => {
      const before = await store.audit.head();
      const results = await Promise.allSettled(
        Array.from({ length: 40 }, (_, index) => {
          const from = index % 2 === 0 ? store : other;
          if (index % 4 < 2) return from.audit.append(event, chainHash);
          return from.transaction(async (inner) => {
            await inner.audit.append(event, chainHash);
            const row = await inner.audit.append(event, chainHash);
            if (index % 4 === 3) throw new Error('on purpose');
            return row;
          });
        }),
      );
      expect(results.filter((result) => result.status === 'rejected')).toHaveLength(10);
      expect((await store.audit.head()).seq).toBe(before.seq + 20 + 2 * 10);
      await expectWholeChain();
    });

    it('reads in order, in parts', async () => {
      while ((await store.audit.head()).seq < 5) await store.audit.append(event, chainHash);
      expect((await store.audit.read(2, 2)).map((row) => row.seq)).toEqual([3, 4]);
      expect(await store.audit.read(1_000_000, 2)).toEqual([]);
    });
  });
}
