import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLogEnd } from '../../src/core/audit/log-end.ts';
import type { Store } from '../../src/core/ports/store.ts';
import {
  asTaken,
  embeddedRow,
  intentRow,
  journeyRow,
  type MakeDatabase,
  NOW,
  openTestStore,
  outboxRow,
  type TestDatabase,
} from './fixture.ts';

const DAY = 86_400_000;

/** Intents, outbox, configurations, embedded accounts and tidying, with two nodes on one database. */
export function specifyWorkTables(makeDatabase: MakeDatabase): void {
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
  const atOnce = <T>(times: number, call: (store: Store, index: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: times }, (_, index) => call(index % 2 === 0 ? one : two, index)));
  const ids = (rows: readonly { id: string }[]): string[] => rows.map((row) => row.id);
  /** As an outcome is taken down: with the event that tells of it. */
  const closeWithEvent = (id: string, status: 'done' | 'refused' | 'failed' | 'unknown', at: number) =>
    one.transaction(async (store) => {
      expect(await store.intents.close(id, status, at)).toBe(true);
      await store.audit.append({ at, type: 'test', data: '{}' });
    });

  describe('intents', () => {
    it('closes once', async () => {
      const row = intentRow({ journeyId: 'gone' });
      await one.intents.insert(row);
      expect(await two.intents.find(row.id)).toEqual(row);
      expect(await one.intents.openCount()).toBe(1);
      const won = await atOnce(10, (store) => store.intents.close(row.id, 'done', NOW + 1));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await one.intents.find(row.id)).toEqual({ ...row, status: 'done', closedAt: NOW + 1 });
      expect(await one.intents.openCount()).toBe(0);
      expect(await one.intents.find('none')).toBeNull();
    });

    it('lets one write to an account be open, whoever tries, and the next one when it is closed', async () => {
      const { directory, accountId } = intentRow({});
      const rows = Array.from({ length: 12 }, () => intentRow({ directory, accountId }));
      const opened = await atOnce(12, (store, index) => store.intents.insert(rows[index] as (typeof rows)[number]));
      expect(opened.filter(Boolean)).toHaveLength(1);
      const winner = rows[opened.indexOf(true)] as (typeof rows)[number];
      expect(await two.intents.insert(intentRow({ directory: 'another', accountId }))).toBe(true);
      expect(await two.intents.insert(intentRow({ directory, accountId }))).toBe(false);
      await one.intents.close(winner.id, 'failed', NOW + 1);
      expect(await two.intents.insert(intentRow({ directory, accountId }))).toBe(true);
    });

    it('takes the facts of an open one anew, and of no closed one', async () => {
      const row = intentRow({});
      await one.intents.insert(row);
      expect(await two.intents.amend(row.id, '{"moved":1}', NOW + 7)).toBe(true);
      expect(await one.intents.find(row.id)).toEqual({ ...row, facts: '{"moved":1}', leaseUntil: NOW + 7 });
      await one.intents.close(row.id, 'done', NOW + 8);
      expect(await two.intents.amend(row.id, '{"moved":2}', NOW + 9)).toBe(false);
      expect(await one.intents.find(row.id)).toMatchObject({ facts: '{"moved":1}', leaseUntil: NOW + 7, status: 'done' });
      expect(await one.intents.amend('none', '{}', NOW)).toBe(false);
    });

    it('knows who else wrote to an account, or may have', async () => {
      const account = { directory: 'people', id: randomUUID() };
      const mine = intentRow({ directory: account.directory, accountId: account.id, journeyId: 'mine', createdAt: NOW });
      const before = await readLogEnd(two);
      const wrote = (except: { intent: string } | { journey: string }, logEnd: number | undefined = before): Promise<boolean> =>
        two.intents.wroteSince(account, logEnd, except);
      await one.intents.insert(mine);
      expect(await wrote({ intent: 'other' })).toBe(false);
      await closeWithEvent(mine.id, 'done', NOW - 10);
      expect([await wrote({ intent: mine.id }), await wrote({ journey: 'mine' })]).toEqual([false, false]);
      expect([await wrote({ intent: 'other' }), await wrote({ journey: 'other' })]).toEqual([true, true]);
      expect(await wrote({ intent: 'other' }, await readLogEnd(two))).toBe(false);
      // Not told is not before.
      expect(await two.intents.wroteSince(account, undefined, { intent: mine.id })).toBe(true);
      expect(await two.intents.wroteSince({ directory: 'another', id: account.id }, before, { intent: 'other' })).toBe(false);
      expect([await two.intents.wroteAfter(account, NOW - 11), await two.intents.wroteAfter(account, NOW - 10)]).toEqual([true, false]);
      for (const [status, counts] of [
        ['refused', false],
        ['failed', false],
        ['unknown', true],
      ] as const) {
        const id = randomUUID();
        const other = intentRow({ directory: 'people', accountId: id, journeyId: null });
        await one.intents.insert(other);
        await closeWithEvent(other.id, status, NOW + 1);
        expect(await two.intents.wroteSince({ directory: 'people', id }, before, { journey: 'mine' }), status).toBe(counts);
        expect(await two.intents.wroteSince({ directory: 'people', id }, before, { intent: other.id })).toBe(false);
      }
    });

    it('knows what came first while others write into the log, whatever the clocks say', async () => {
      const account = () => ({ directory: 'people', id: randomUUID() });
      const rounds = Array.from({ length: 40 }, (_, index) => index);
      await Promise.all(
        rounds.map(async (index) => {
          const [store, other] = index % 2 === 0 ? [one, two] : [two, one];
          const ref = account();
          const row = intentRow({ directory: ref.directory, accountId: ref.id, journeyId: null });
          await store.intents.insert(row);
          const before = await readLogEnd(other);
          await store.transaction(async (inner) => {
            // A transaction tells of more than one thing.
            if (index % 3 === 0) await inner.audit.append({ at: NOW, type: 'test', data: '{}' });
            await inner.intents.close(row.id, 'done', NOW + (index % 5) - 2);
            await inner.audit.append({ at: NOW, type: 'test', data: '{}' });
          });
          const after = await readLogEnd(other);
          const wrote = (logEnd: number) => other.intents.wroteSince(ref, logEnd, { intent: '' });
          expect([await wrote(before), await wrote(after)]).toEqual([true, false]);
        }),
      );
    });

    it('knows whose password was set anew, or may be, and by whom does not matter', async () => {
      const reset = async (status: 'open' | 'done' | 'unknown' | 'refused' | 'failed', verb = 'reset-password') => {
        const row = intentRow({ accountId: randomUUID(), verb: verb as 'reset-password', createdAt: NOW });
        await one.intents.insert(row);
        if (status !== 'open') await one.intents.close(row.id, status, NOW + 1);
        const account = { directory: row.directory, id: row.accountId };
        return [await two.intents.wasReset(account, NOW - 1), await two.intents.wasReset(account, NOW)];
      };
      for (const status of ['open', 'done', 'unknown'] as const) expect(await reset(status), status).toEqual([true, false]);
      for (const status of ['refused', 'failed'] as const) expect(await reset(status), status).toEqual([false, false]);
      for (const verb of ['change-password', 'unlock-account']) expect(await reset('done', verb), verb).toEqual([false, false]);
      expect(await two.intents.wasReset({ directory: 'people', id: randomUUID() }, 0)).toBe(false);
    });

    it('knows which passwords their owner has set, the newest first', async () => {
      const account = { directory: 'people', id: randomUUID() };
      const wrote = async (
        verb: 'change-password' | 'reset-password',
        status: 'done' | 'failed' | 'unknown',
        at: number,
        journeyId: string | null = null,
      ) => {
        const row = intentRow({ directory: 'people', accountId: account.id, verb, createdAt: at, journeyId });
        await one.intents.insert(row);
        await one.intents.close(row.id, status, at);
      };
      const changes = async (since: number) => (await two.intents.ownWritesSince(account, since)).map(({ closedAt }) => closedAt);
      expect(await changes(0)).toEqual([]);
      await wrote('change-password', 'done', NOW + 2);
      await wrote('change-password', 'done', NOW + 1);
      await wrote('change-password', 'failed', NOW + 3);
      await wrote('change-password', 'unknown', NOW + 4);
      await wrote('reset-password', 'done', NOW + 5);
      await wrote('reset-password', 'done', NOW + 6, 'own');
      expect([await changes(NOW), await changes(NOW + 1)]).toEqual([
        [NOW + 6, NOW + 2, NOW + 1],
        [NOW + 6, NOW + 2],
      ]);
    });

    it('knows whose password somebody else has set for them', async () => {
      const account = { directory: 'people', id: randomUUID() };
      const reset = async (journeyId: string | null, createdAt: number) => {
        const row = intentRow({ directory: 'people', accountId: account.id, journeyId, createdAt });
        await one.intents.insert(row);
        await one.intents.close(row.id, 'done', createdAt);
      };
      await reset('own', NOW + 1);
      expect([await two.intents.wasReset(account, NOW), await two.intents.wasResetByOthers(account, NOW)]).toEqual([true, false]);
      await reset(null, NOW + 2);
      await reset('own', NOW + 3);
      expect([await two.intents.wasResetByOthers(account, NOW + 1), await two.intents.wasResetByOthers(account, NOW + 2)]).toEqual([
        true,
        false,
      ]);
    });

    it('knows what is in the way of the write of a journey', async () => {
      const account = { directory: 'people', id: randomUUID() };
      const before = await readLogEnd(two);
      const inTheWay = async (journey = 'mine', logEnd: number | undefined = before) => {
        const { written, frozen } = await two.people.recordBeforeWrite(account, logEnd, journey);
        return written ? 'written' : frozen ? 'frozen' : null;
      };
      expect(await inTheWay()).toBeNull();
      const other = intentRow({ directory: account.directory, accountId: account.id, journeyId: 'other', createdAt: NOW });
      await one.intents.insert(other);
      expect(await inTheWay()).toBeNull();
      await one.freezes.freeze(account, 'not-me', NOW);
      expect(await inTheWay()).toBe('frozen');
      await closeWithEvent(other.id, 'unknown', NOW - 10);
      const after = await readLogEnd(two);
      expect([await inTheWay(), await inTheWay('other'), await inTheWay('mine', after)]).toEqual(['written', 'frozen', 'frozen']);
      await one.freezes.lift(account);
      expect([await inTheWay(), await inTheWay('other'), await inTheWay('mine', after)]).toEqual(['written', null, null]);
      expect(await two.people.recordBeforeWrite(account, undefined, 'other')).toMatchObject({ written: true });
    });

    it('hands each overdue one to one caller, oldest first, until the lease is over', async () => {
      const overdue = Array.from({ length: 12 }, (_, index) => intentRow({ createdAt: NOW + index, leaseUntil: NOW + 100 }));
      for (const row of overdue.toReversed()) await one.intents.insert(row);
      const fresh = intentRow({ leaseUntil: NOW + 101 });
      await one.intents.insert(fresh);
      const wanted = [...overdue, fresh].map(({ id, createdAt, leaseUntil }) => ({ id, createdAt, leaseUntil }));
      expect((await two.intents.open()).filter(({ id }) => wanted.some((each) => each.id === id))).toEqual(expect.arrayContaining(wanted));
      expect(await one.intents.takeOverdue(NOW + 99, NOW + 200, 50)).toEqual([]);
      // One that was watched for long enough, however far its times are.
      const far = intentRow({ createdAt: NOW + DAY, leaseUntil: NOW + DAY });
      await one.intents.insert(far);
      expect(ids(await two.intents.takeOverdue(NOW + 99, NOW + 2 * DAY, 50, [far.id, 'gone']))).toEqual([far.id]);
      await two.intents.close(far.id, 'unknown', NOW);
      const first = await one.intents.takeOverdue(NOW + 100, NOW + 200, 4);
      expect(first).toEqual(overdue.slice(0, 4).map((row) => ({ ...row, leaseUntil: NOW + 200 })));
      const taken = await atOnce(8, (store) => store.intents.takeOverdue(NOW + 100, NOW + 200, 3));
      expect(ids(taken.flat()).sort()).toEqual(ids(overdue.slice(4)).sort());
      expect(await one.intents.takeOverdue(NOW + 150, NOW + 300, 50)).toMatchObject([{ id: fresh.id }]);
      expect(await one.intents.takeOverdue(NOW + 200, NOW + 300, 50)).toHaveLength(12);
      for (const row of [...overdue, fresh]) await one.intents.close(row.id, 'unknown', NOW);
      expect((await two.intents.open()).filter(({ id }) => wanted.some((each) => each.id === id))).toEqual([]);
    });
  });

  describe('outbox', () => {
    it('hands each due row to one caller and counts the attempt', async () => {
      const rows = Array.from({ length: 30 }, (_, index) => outboxRow({ lane: 'bulk', runAt: NOW + index }));
      for (const row of rows.toReversed()) await one.outbox.insert(row);
      const taken = await atOnce(12, (store) => store.outbox.take('bulk', NOW + 28, NOW + 1_000, 5));
      expect(ids(taken.flat()).sort()).toEqual(ids(rows.slice(0, 29)).sort());
      for (const batch of taken) expect(batch.length).toBeLessThanOrEqual(5);
      for (const row of taken.flat()) expect(row).toMatchObject({ attempts: 1, leaseUntil: NOW + 1_000, payload: '{"code":"123456"}' });
      expect(await one.outbox.take('code', NOW + 1_000, NOW + 2_000, 50)).toEqual([]);
      // Nobody has done with them, and nobody is told by a clock that somebody has.
      expect(ids(await one.outbox.take('bulk', NOW + DAY, NOW + 2 * DAY, 50))).toEqual(ids(rows.slice(29)));
      for (const row of rows) await one.outbox.done(row.id, NOW);
    });

    it('retries later, gives up, and forgets what was delivered', async () => {
      const [retried, lost, delivered] = [outboxRow(), outboxRow({ runAt: NOW + 1 }), outboxRow({ runAt: NOW + 2, payload: 'planted' })];
      for (const row of [retried, lost, delivered]) await one.outbox.insert(row);
      expect(ids(await one.outbox.take('code', NOW + 2, NOW + 50, 10))).toEqual(ids([retried, lost, delivered]));
      await one.outbox.retry(await asTaken(one, retried.id), NOW + 30, 'mail.unavailable');
      await one.outbox.giveUp(await asTaken(one, lost.id), NOW + 3, 'mail.refused');
      await one.outbox.done(delivered.id, NOW + 3);
      expect(await one.outbox.take('code', NOW + 29, NOW + 90, 10)).toEqual([]);
      expect(await one.outbox.backlog(NOW + 29)).toEqual([
        { lane: 'code', waiting: 1, oldestRunAt: NOW + 30, failed: 1 },
        { lane: 'notice', waiting: 0, oldestRunAt: null, failed: 0 },
        { lane: 'bulk', waiting: 0, oldestRunAt: null, failed: 0 },
      ]);
      expect(await two.outbox.take('code', NOW + 30, NOW + 90, 10)).toMatchObject([
        { id: retried.id, attempts: 2, problem: 'mail.unavailable' },
      ]);
      expect(await database.execute(`select payload from outbox where id = '${delivered.id}'`)).toEqual([{ payload: '' }]);
      await one.outbox.done(retried.id, NOW);
    });

    it('lets others take the place of a row, for one of any number of callers', async () => {
      const row = outboxRow({ lane: 'notice', kind: 'notice', createdAt: NOW - 5 });
      await one.outbox.insert(row);
      const [taken] = await one.outbox.take('notice', NOW, NOW + 50, 10);
      if (taken === undefined) throw new Error('nothing was taken');
      const mail = (to: string) => ({
        ...{ lane: 'notice' as const, kind: 'mail', payload: JSON.stringify({ to }) },
        ...{ createdAt: NOW, runAt: NOW, expiresAt: null },
      });
      const mails = [mail('a'), mail('b'), mail('c'), mail('d')];
      const won = (await atOnce(6, (store) => store.outbox.replace(taken, mails, { until: NOW + 90, most: 2 }))).flat();
      const begun = { kind: 'mail', attempts: 1, createdAt: NOW, leaseUntil: NOW + 90 };
      expect(won).toMatchObject([
        { ...begun, id: row.id, payload: '{"to":"a"}' },
        { ...begun, payload: '{"to":"b"}' },
      ]);
      const others = await two.outbox.take('notice', NOW, NOW + 50, 10);
      expect(others.map(({ kind, payload }) => ({ kind, payload }))).toEqual(
        expect.arrayContaining([
          { kind: 'mail', payload: '{"to":"c"}' },
          { kind: 'mail', payload: '{"to":"d"}' },
        ]),
      );
      expect(others).toHaveLength(2);
      // What was done or given up meanwhile is not begun anew.
      const [done, lost] = [outboxRow({ lane: 'notice', kind: 'notice' }), outboxRow({ lane: 'bulk', kind: 'notice' })];
      for (const late of [done, lost]) await one.outbox.insert(late);
      await one.outbox.done(done.id, NOW);
      await one.outbox.giveUp(await asTaken(one, lost.id), NOW, 'mail.refused');
      for (const late of [done, lost]) expect(await one.outbox.replace(late, [mail('e')], { until: NOW + 90, most: 1 })).toEqual([]);
      for (const { id } of [...won, ...others]) await one.outbox.done(id, NOW);
      expect(await one.outbox.take('notice', NOW + 1_000, NOW + 2_000, 10)).toEqual([]);
    });

    it('hands out no message that nobody can use any more', async () => {
      const row = outboxRow({ lane: 'notice', expiresAt: NOW + 10 });
      await one.outbox.insert(row);
      expect(await one.outbox.backlog(NOW + 9)).toContainEqual({ lane: 'notice', waiting: 1, oldestRunAt: NOW, failed: 0 });
      expect(await one.outbox.take('notice', NOW + 10, NOW + 90, 10)).toEqual([]);
      expect(await one.outbox.backlog(NOW + 10)).toContainEqual({ lane: 'notice', waiting: 0, oldestRunAt: null, failed: 1 });
      expect(ids(await one.outbox.take('notice', NOW + 9, NOW + 90, 10))).toEqual([row.id]);
    });
  });

  describe('configurations', () => {
    it('appends version by version, one of many who try', async () => {
      expect(await one.configurations.current()).toBeNull();
      const row = { document: '{"a":"ä"}', createdAt: NOW, author: 'anna', comment: '' };
      expect(await one.configurations.append(1, row)).toBe(false);
      const first = await atOnce(10, (store, index) => store.configurations.append(0, { ...row, comment: `first ${index}` }));
      expect(first.filter(Boolean)).toHaveLength(1);
      expect(await one.configurations.append(1, { ...row, comment: 'second' })).toBe(true);
      expect(await two.configurations.append(1, { ...row, comment: 'late' })).toBe(false);
      expect(await two.configurations.current()).toEqual({ ...row, version: 2, comment: 'second' });
      expect(await two.configurations.read(1)).toEqual({ ...row, version: 1, comment: `first ${first.indexOf(true)}` });
      expect(await two.configurations.read(3)).toBeNull();
      expect(await two.configurations.list(1)).toEqual([{ version: 2, createdAt: NOW, author: 'anna', comment: 'second' }]);
      expect(await two.configurations.list(10)).toHaveLength(2);
    });
  });

  describe('embedded accounts', () => {
    it('gives back every field and finds by each identifier', async () => {
      const row = embeddedRow({
        mail: `${randomUUID()}@example.org`,
        mobile: '+49 1',
        employeeNumber: randomUUID(),
        groups: ['A', 'B'],
        managerId: 'm',
        passwordHistory: ['x', 'y'],
        mustChange: true,
        disabled: true,
        expiresAt: NOW + 1,
        lockedAt: NOW,
        lastBadAttemptAt: NOW,
      });
      await one.embedded.insert(row);
      expect(await two.embedded.find(row.directory, row.id)).toEqual(row);
      for (const identifier of [row.login, row.mail, row.employeeNumber]) {
        expect(await two.embedded.findByIdentifier(row.directory, identifier ?? '')).toEqual([row]);
      }
      expect(await one.embedded.findByIdentifier('other', row.login)).toEqual([]);
      expect(await one.embedded.find('other', row.id)).toBeNull();
      expect(await one.embedded.insert(embeddedRow({ login: row.login }))).toBe(false);
    });

    it('updates only what was read last', async () => {
      const row = embeddedRow();
      await one.embedded.insert(row);
      const won = await atOnce(10, (store, index) => store.embedded.update({ ...row, displayName: `Name ${index}` }));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await one.embedded.find(row.directory, row.id)).toEqual({ ...row, version: 2, displayName: `Name ${won.indexOf(true)}` });
    });

    it('are removed once, and counted by whom they have for their manager', async () => {
      const [boss, ...others] = [embeddedRow(), ...[1, 2].map(() => embeddedRow())];
      for (const row of [boss, ...others.map((each) => ({ ...each, managerId: boss.id }))]) await one.embedded.insert(row);
      expect(await two.embedded.countManagedBy(boss.directory, boss.id)).toBe(2);
      expect(await two.embedded.countManagedBy('other', boss.id)).toBe(0);
      expect(await one.embedded.remove('other', boss.id)).toBe(false);
      const removed = await atOnce(5, (store) => store.embedded.remove(boss.directory, boss.id));
      expect(removed.filter(Boolean)).toHaveLength(1);
      expect(await two.embedded.find(boss.directory, boss.id)).toBeNull();
      // The name is free again.
      expect(await one.embedded.insert(embeddedRow({ login: boss.login }))).toBe(true);
    });

    it('counts bad attempts without losing one and locks at the threshold', async () => {
      const row = embeddedRow();
      await one.embedded.insert(row);
      const counted = await atOnce(10, (store) => store.embedded.countBadAttempt(row.directory, row.id, 3, NOW));
      expect(counted.map((each) => each?.badAttempts).sort((a = 0, b = 0) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      for (const each of counted) expect(each?.lockedAt).toBe((each?.badAttempts ?? 0) >= 3 ? NOW : null);
      expect(await one.embedded.countBadAttempt(row.directory, row.id, 3, NOW + 1)).toMatchObject({ lockedAt: NOW, version: 12 });
      const unlocked = embeddedRow();
      await one.embedded.insert(unlocked);
      expect(await one.embedded.countBadAttempt(unlocked.directory, unlocked.id, 0, NOW)).toMatchObject({ badAttempts: 1, lockedAt: null });
      expect(await one.embedded.countBadAttempt('none', 'none', 3, NOW)).toBeNull();
    });

    it('searches names without regard to case, page by page', async () => {
      const directory = `search-${randomUUID()}`;
      const people = [
        embeddedRow({ directory, login: 'anna', displayName: 'Änna Öz', lockedAt: NOW }),
        embeddedRow({ directory, login: 'bob', displayName: 'Bob 100% _', disabled: true }),
        embeddedRow({ directory, login: 'carl', displayName: 'Carl Öz', mustChange: true }),
      ];
      for (const row of people) await one.embedded.insert(row);
      const search = async (text: string, changes = {}) =>
        (await two.embedded.search(directory, { text, filter: null, after: null, limit: 10, ...changes })).map((row) => row.login);
      expect(await search('')).toEqual(['anna', 'bob', 'carl']);
      expect(await search('ÖZ')).toEqual(['anna', 'carl']);
      expect(await search('0% _')).toEqual(['bob']);
      expect(await search('%')).toEqual(['bob']);
      expect(await search("' or 1=1 --")).toEqual([]);
      expect(await search('\0')).toEqual([]);
      expect(await one.embedded.findByIdentifier(directory, 'anna\0')).toEqual([]);
      expect(await search('', { filter: 'locked' })).toEqual(['anna']);
      expect(await search('', { filter: 'disabled' })).toEqual(['bob']);
      expect(await search('', { filter: 'must-change' })).toEqual(['carl']);
      expect(await search('', { limit: 2 })).toEqual(['anna', 'bob']);
      expect(await search('', { after: people[1]?.id })).toEqual(['carl']);
      expect(await search('', { after: 'bob' })).toEqual([]);
      expect(await one.embedded.count(directory)).toBe(3);
    });
  });

  it('tidies away what is past its use, and nothing else', async () => {
    const over = journeyRow({ expiresAt: NOW - 2 * DAY });
    const overWithOpenIntent = journeyRow({ expiresAt: NOW - 2 * DAY });
    const recent = journeyRow({ expiresAt: NOW - 1 });
    for (const row of [over, overWithOpenIntent, recent]) await one.journeys.insert(row);
    const intent = intentRow({ journeyId: overWithOpenIntent.id });
    await one.intents.insert(intent);
    const spent = { id: randomUUID(), kind: 'email', expected: '', attempts: 0, maximumAttempts: 1, consumedAt: null } as const;
    await one.challenges.insert({ ...spent, journeyId: over.id, expiresAt: NOW });
    const [delivered, waiting, failed] = [outboxRow(), outboxRow(), outboxRow()];
    for (const row of [delivered, waiting, failed]) await one.outbox.insert(row);
    await one.outbox.done(delivered.id, NOW);
    await one.outbox.giveUp(await asTaken(one, failed.id), NOW - 8 * DAY, 'mail.refused');
    const [idle, paused] = [randomUUID(), randomUUID()];
    await one.counters.hitAll(
      [idle, paused].map((key) => ({ key, windowMilliseconds: 1_000 })),
      NOW - 1_000,
    );
    await one.counters.pause(paused, NOW + 1);
    await one.freezes.insertLink({ tokenDigest: 'over', account: { directory: 'corp', id: 'a' }, expiresAt: NOW });

    expect(await one.tidy(NOW)).toBeGreaterThanOrEqual(5);

    expect(await one.journeys.find(over.id)).toBeNull();
    expect(await one.challenges.find(spent.id)).toBeNull();
    expect(await one.journeys.find(overWithOpenIntent.id)).not.toBeNull();
    expect(await one.journeys.find(recent.id)).not.toBeNull();
    expect(await one.intents.find(intent.id)).not.toBeNull();
    expect((await one.counters.read([idle, paused])).map((row) => row.key)).toEqual([paused]);
    const left = await database.execute('select id from outbox');
    expect(left).toContainEqual({ id: waiting.id });
    expect(left).not.toContainEqual({ id: delivered.id });
    expect(left).not.toContainEqual({ id: failed.id });
    expect(await one.freezes.findLink('over', 0)).toBeNull();
    expect(await one.tidy(NOW)).toBe(0);
  });

  describe('what does not leave', () => {
    it('is told of lately, until it leaves or is given up', async () => {
      const at = NOW + 90 * DAY;
      const queue = async (changes: Parameters<typeof outboxRow>[0]) => {
        const row = outboxRow({ lane: 'code', createdAt: at, runAt: at, ...changes });
        await one.outbox.insert(row);
        return row.id;
      };
      const told = async (now: number) => (await two.outbox.notLeaving('code', now - 100, now - 10)).toSorted();
      const late = await queue({ kind: 'mail' });
      const refused = await queue({ kind: 'sms' });
      await queue({ kind: 'note', lane: 'notice' });
      expect(await told(at + 9)).toEqual([]);
      await one.outbox.retry(await asTaken(one, refused), at + 50, 'sms.unavailable');
      expect(await told(at + 9)).toEqual(['sms']);
      expect(await told(at + 10)).toEqual(['mail', 'sms']);
      await one.outbox.done(late, at + 11);
      expect(await told(at + 12)).toEqual(['sms']);
      await one.outbox.giveUp(await asTaken(one, refused), at + 12, 'sms.refused');
      expect(await told(at + 13)).toEqual([]);
      await one.outbox.done(await queue({ kind: 'mail', createdAt: at - 100 }), at);
      await queue({ kind: 'mail', createdAt: at - 100 });
      expect(await told(at)).toEqual([]);
      // What a recipient brings about says nothing, unless nobody tries any more.
      await one.outbox.retry(await asTaken(one, await queue({ kind: 'own', createdAt: at + 20 })), at + 50, 'mail.deferred');
      expect(await told(at + 25)).toEqual([]);
      expect(await told(at + 60)).toEqual(['own']);
      // One that waits while others leave is about its address; a later one that waits as well is about the server.
      await one.outbox.retry(await asTaken(one, await queue({ kind: 'mail', createdAt: at + 20 })), at + 50, 'mail.unavailable');
      expect(await told(at + 25)).toEqual(['mail']);
      await one.outbox.done(await queue({ kind: 'mail', createdAt: at + 21 }), at + 22);
      expect(await told(at + 25)).toEqual([]);
      await one.outbox.retry(await asTaken(one, await queue({ kind: 'mail', createdAt: at + 23 })), at + 50, 'mail.unavailable');
      expect(await told(at + 25)).toEqual(['mail']);
    });
  });
}
