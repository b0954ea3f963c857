import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GENESIS_HASH, verifyChain } from '../../src/core/audit/chain.ts';
import type { Store } from '../../src/core/ports/store.ts';
import { journeyRow, type MakeDatabase, NOW, openTestStore, type TestDatabase, testKey } from './fixture.ts';

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

  const verify = async (from = store) =>
    verifyChain(await from.audit.read(0, 10_000), {
      seals: from.audit.seals(),
      end: await from.audit.head(),
      endAfter: () => from.audit.head(),
    });

  async function expectWholeChain(): Promise<void> {
    const { seq, hash } = await store.audit.head();
    for (const row of await store.audit.read(0, 10_000)) expect(row).toMatchObject(event);
    expect(await verify()).toEqual({ ok: true, checked: seq, head: { seq, hash } });
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
        await inner.audit.append(event);
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
        await expect(store.audit.append(event)).rejects.toMatchObject({ code: 'internal.unexpected' });
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
          if (index % 4 < 2) return from.audit.append(event);
          return from.transaction(async (inner) => {
            await inner.audit.append(event);
            // Written in the middle of a transaction, or at its end.
            if (index % 8 < 4) await inner.audit.head();
            await inner.audit.append(event);
            if (index % 4 === 3) throw new Error('on purpose');
          });
        }),
      );
      expect(results.filter((result) => result.status === 'rejected')).toHaveLength(10);
      expect((await store.audit.head()).seq).toBe(before.seq + 20 + 2 * 10);
      await expectWholeChain();
    });

    it('reads in order, in parts', async () => {
      while ((await store.audit.head()).seq < 5) await store.audit.append(event);
      expect((await store.audit.read(2, 2)).map((row) => row.seq)).toEqual([3, 4]);
      expect(await store.audit.read(1_000_000, 2)).toEqual([]);
    });

    it('goes on where the last commit ended: after rolled back events, and with several at once', async () => {
      const own = await makeDatabase();
      const node = await openTestStore(own.url, testKey('a'));
      await node.audit.append(event);
      const undone = node.transaction(async (inner) => {
        await inner.audit.append(event, event);
        throw new Error('rolled back');
      });
      await expect(undone).rejects.toThrow('rolled back');
      await node.audit.append(event, { ...event, type: 'second' }, { ...event, type: 'third' });
      expect((await node.audit.read(0, 10)).map(({ seq, type }) => `${seq} ${type}`)).toEqual([
        `1 ${event.type}`,
        `2 ${event.type}`,
        '3 second',
        '4 third',
      ]);
      expect(await verify(node)).toMatchObject({ ok: true, checked: 4 });
      await node.close();
      await own.drop();
    });

    it('shows a transaction what it has recorded, in order', async () => {
      await store
        .transaction(async (inner) => {
          const { seq } = await inner.audit.head();
          await inner.audit.append({ ...event, data: '1' });
          await inner.audit.append({ ...event, data: '2' }, { ...event, data: '3' });
          expect((await inner.audit.read(seq, 10)).map(({ data }) => data)).toEqual(['1', '2', '3']);
          await inner.audit.append({ ...event, data: '4' });
          expect((await inner.audit.search({ terms: [], limit: 2 })).rows.map(({ data }) => data)).toEqual(['4', '3']);
          throw new Error('on purpose');
        })
        .catch((error: Error) => expect(error.message).toBe('on purpose'));
      await expectWholeChain();
    });

    it('is written together with the move of a journey, both or neither', async () => {
      const row = journeyRow();
      await store.journeys.insert(row);
      const move = (from: Store, version: number, state: string) =>
        from.transaction(async (inner) => {
          await inner.audit.append({ ...event, data: `{"to":"${state}"}` });
          if (!(await inner.journeys.advance({ ...row, version }, { status: 'open', state, expiresAt: row.expiresAt })))
            throw new Error('passed');
        });
      const { seq } = await store.audit.head();
      await move(store, 1, 'second');
      await expect(move(other, 1, 'never')).rejects.toThrow('passed');
      await expect(move(store, 1, 'never')).rejects.toThrow('passed');
      await move(other, 2, 'third');
      const results = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => move(index % 2 === 0 ? store : other, 3, 'fourth')));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await store.journeys.find(row.id)).toMatchObject({ version: 4, state: 'fourth' });
      const told = (await store.audit.read(seq, 100)).map(({ data }) => data);
      expect(told).toEqual(['{"to":"second"}', '{"to":"third"}', '{"to":"fourth"}']);
      expect((await verify()).ok).toBe(true);
    });

    it('has whoever records wait for whoever recorded before, so that they read what that one has left', async () => {
      const row = journeyRow();
      const [recorded, mayEnd] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const first = store.transaction(async (inner) => {
        await inner.audit.append(event);
        recorded.resolve();
        await mayEnd.promise;
        await inner.journeys.insert(row);
      });
      await recorded.promise;
      const second = other.transaction(async (inner) => {
        await inner.audit.append(event);
        return inner.journeys.find(row.id);
      });
      // Long enough for one that does not wait; on SQLite anybody would.
      for (let turn = 0; turn < 20; turn += 1) await (database.engine === 'postgres' ? store.journeys.find(row.id) : setImmediate());
      mayEnd.resolve();
      await first;
      expect(await second).toMatchObject({ id: row.id });
    });

    describe('somebody who writes to the database', () => {
      let own: TestDatabase;
      let node: Store;
      beforeEach(async () => {
        own = await makeDatabase();
        node = await openTestStore(own.url);
        for (let time = 0; time < 5; time += 1) await node.audit.append(event);
        expect(await verify(node)).toMatchObject({ ok: true, checked: 5 });
      });
      afterEach(async () => {
        await node.close();
        await own.drop();
      });

      it.each([
        ['a cut', ['delete from audit_events where seq > 3'], 'truncated', 4],
        ['an emptied log', ['delete from audit_events'], 'truncated', 1],
        ['a dropped event', ['delete from audit_events where seq = 3'], 'dropped', 3],
        ['a changed event', [`update audit_events set type = 'other' where seq = 3`], 'changed', 3],
        [
          'an inserted event',
          [`insert into audit_events select 6, at, type, data, previous_hash, hash, salt, key_id, mac from audit_events where seq = 5`],
          'changed',
          6,
        ],
        [
          'a beginning anew',
          ['delete from audit_events', `update audit_head set seq = 0, hash = '${GENESIS_HASH}', key_id = '', mac = ''`],
          'end-not-authentic',
          0,
        ],
        [
          'another end',
          ['delete from audit_events where seq > 3', `update audit_head set seq = 3, hash = (select hash from audit_events where seq = 3)`],
          'end-not-authentic',
          3,
        ],
        [
          'the seal of an event under the end',
          [
            'delete from audit_events where seq > 3',
            `update audit_head set (seq, hash, key_id, mac) = (select seq, hash, key_id, mac from audit_events where seq = 3)`,
          ],
          'end-not-authentic',
          3,
        ],
      ])('leaves traces: %s', async (_what, statements, reason, seq) => {
        for (const statement of statements) await own.execute(statement);
        expect(await verify(node)).toMatchObject({ ok: false, problem: { reason, seq } });
        // Also after Keyturn has gone on: no new event makes it whole again.
        if (reason === 'changed' && seq === 6) return;
        await node.audit.append(event);
        await node.audit.append(event);
        expect((await verify(node)).ok).toBe(false);
      });
    });

    it('tells that it was put back to an earlier end of its own beneath a node that runs, also when that was in a transaction', async () => {
      const own = await makeDatabase();
      for (const within of [false, true]) {
        const node = await openTestStore(own.url);
        const append = () => (within ? node.transaction((store) => store.audit.append(event)) : node.audit.append(event));
        for (let time = 0; time < 3; time += 1) await append();
        const { seq, hash, keyId, mac } = await node.audit.head();
        for (let time = 0; time < 2; time += 1) await append();
        // What is rolled back was never there.
        await expect(
          node.transaction(async (store) => {
            await store.audit.append(event);
            throw new Error('rolled back');
          }),
        ).rejects.toThrow('rolled back');
        await append();
        if (!within) expect(await verify(node)).toMatchObject({ ok: true, checked: seq + 3 });
        await own.execute(`delete from audit_terms where seq > ${seq}`);
        await own.execute(`delete from audit_events where seq > ${seq}`);
        await own.execute(`update audit_head set seq = ${seq}, hash = '${hash}', key_id = '${keyId}', mac = '${mac}'`);
        await append();
        await append();
        const rows = await node.audit.read(seq, 10);
        expect(rows.map(({ type }) => type)).toEqual(['audit.end-put-back', event.type, event.type]);
        expect(JSON.parse(rows[0]?.data ?? '')).toEqual({ seq, hash, was: seq + 3 });
        if (!within) expect(await verify(node)).toMatchObject({ ok: false, problem: { seq: seq + 1, reason: 'end-was-put-back' } });
        await node.close();
      }
      await own.drop();
    });

    it('is one chain for nodes whose keys stand in another order, and when a key was made after a node started', async () => {
      const own = await makeDatabase();
      const [a, b] = [testKey('a'), testKey('b')];
      const nodes = [await openTestStore(own.url, a, b), await openTestStore(own.url, b, a)];
      for (let time = 0; time < 6; time += 1) await nodes[time % 2]?.audit.append(event);
      for (const node of nodes) {
        expect(await verify(node)).toMatchObject({ ok: true, checked: 6 });
        await node.close();
      }
      const later = await openTestStore(own.url, b);
      expect(await verify(later)).toMatchObject({ ok: true, checked: 6 });
      expect(new Set((await later.audit.read(0, 10)).map((row) => row.keyId))).toEqual(new Set(['audit-a', 'audit-b']));
      await later.close();
      await own.drop();
    });
  });
}
