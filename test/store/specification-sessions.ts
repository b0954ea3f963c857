import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/ports/store.ts';
import { invitationRow, type MakeDatabase, NOW, openTestStore, sessionRow, type TestDatabase } from './fixture.ts';

/** Who is signed in, with two nodes on one database. */
export function specifySessions(makeDatabase: MakeDatabase): void {
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
  const refOf = ({ directory, accountId: id }: { directory: string; accountId: string }) => ({ directory, id });
  const atOnce = <T>(times: number, call: (store: Store) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: times }, (_, index) => call(index % 2 === 0 ? one : two)));

  describe('sessions', () => {
    it('are opened by a journey once, whoever tries', async () => {
      const journeyId = randomUUID();
      const won = await atOnce(8, (store) => store.sessions.insert(sessionRow({ journeyId })));
      expect(won.filter(Boolean)).toHaveLength(1);
    });

    it('are found by their token, and noted as used, never back in time and never when they are over', async () => {
      const row = sessionRow();
      await one.sessions.insert(row);
      expect(await two.sessions.findByToken(row.tokenDigest)).toEqual(row);
      await two.sessions.touch(row.id, NOW + 60);
      await one.sessions.touch(row.id, NOW + 30);
      expect((await one.sessions.findByToken(row.tokenDigest))?.seenAt).toBe(NOW + 60);
      await one.sessions.end(refOf(row), row.id, 'signed-out', NOW + 70);
      await one.sessions.touch(row.id, NOW + 80);
      expect(await two.sessions.findByToken(row.tokenDigest)).toEqual({
        ...row,
        seenAt: NOW + 60,
        endedAt: NOW + 70,
        endedBecause: 'signed-out',
      });
      expect(await one.sessions.findByToken('nobody has it')).toBeNull();
    });

    it('get another token once, and the one before is nothing any more', async () => {
      const row = sessionRow({ rights: 'enrolment' });
      await one.sessions.insert(row);
      const raised = await atOnce(8, async (store) => {
        const next = { tokenDigest: randomUUID(), journeyId: randomUUID(), rights: 'full' as const, facts: '{"raised":true}' };
        return (await store.sessions.raise(row, next, NOW + 5)) ? next : null;
      });
      const [won, ...others] = raised.filter((next) => next !== null);
      expect(others).toEqual([]);
      expect(await one.sessions.findByToken(row.tokenDigest)).toBeNull();
      const tokenDigest = won?.tokenDigest ?? '';
      expect(await two.sessions.findByToken(tokenDigest)).toEqual({ ...row, ...won, seenAt: NOW + 5 });
      // Neither by a journey that was used before, nor when it is over.
      const other = sessionRow();
      await one.sessions.insert(other);
      const fresh = { tokenDigest: randomUUID(), rights: 'full' as const, facts: '{}' };
      expect(await one.sessions.raise(other, { ...fresh, journeyId: won?.journeyId ?? '' }, NOW)).toBe(false);
      await one.sessions.end(refOf(other), other.id, 'signed-out', NOW);
      expect(await one.sessions.raise(other, { ...fresh, journeyId: randomUUID() }, NOW)).toBe(false);
    });

    it('that were held up go on with another token, once, and no others do', async () => {
      const row = sessionRow({ rights: 'until-enrolled' });
      await one.sessions.insert(row);
      const tokens = Array.from({ length: 8 }, () => randomUUID());
      const released = await Promise.all(
        tokens.map(async (token, index) => ((await (index % 2 === 0 ? one : two).sessions.release(row, token, NOW + 5)) ? [token] : [])),
      );
      const [tokenDigest = '', ...others] = released.flat();
      expect(others).toEqual([]);
      expect(await one.sessions.findByToken(row.tokenDigest)).toBeNull();
      expect(await two.sessions.findByToken(tokenDigest)).toEqual({ ...row, tokenDigest, rights: 'full', seenAt: NOW + 5 });
      for (const rights of ['full', 'enrolment'] as const) {
        const other = sessionRow({ rights });
        await one.sessions.insert(other);
        expect(await one.sessions.release(other, randomUUID(), NOW)).toBe(false);
      }
      const ended = sessionRow({ rights: 'until-enrolled' });
      await one.sessions.insert(ended);
      await one.sessions.end(refOf(ended), ended.id, 'signed-out', NOW);
      expect(await two.sessions.release(ended, randomUUID(), NOW)).toBe(false);
    });

    it('are ended by their own account alone, once, one or all', async () => {
      const accountId = randomUUID();
      const [first, second, third] = [1, 2, 3].map((nth) => sessionRow({ accountId, createdAt: NOW + nth }));
      const past = sessionRow({ accountId, endsAt: NOW - 1 });
      const foreign = sessionRow();
      for (const row of [first, second, third, past, foreign]) await one.sessions.insert(row as never);
      const account = { directory: 'corp', id: accountId };
      expect((await two.sessions.ofAccount(account, NOW)).map(({ id }) => id)).toEqual([third?.id, second?.id, first?.id]);
      expect(await one.sessions.end(account, foreign.id, 'ended-elsewhere', NOW)).toBe(false);
      const ended = await atOnce(6, (store) => store.sessions.end(account, first?.id ?? '', 'ended-elsewhere', NOW));
      expect(ended.filter(Boolean)).toHaveLength(1);
      expect(await one.sessions.endAll(account, 'password-changed', NOW, [second?.id ?? ''])).toBe(1);
      expect((await two.sessions.ofAccount(account, NOW)).map(({ id }) => id)).toEqual([second?.id]);
      expect(await one.sessions.endAll(account, 'password-changed', NOW, [])).toBe(1);
      expect(await two.sessions.ofAccount(account, NOW)).toEqual([]);
      expect((await one.sessions.findByToken(foreign.tokenDigest))?.endedAt).toBeNull();
    });

    it('are counted by directory while they are open', async () => {
      const directory = randomUUID();
      const [first, second] = [sessionRow({ directory }), sessionRow({ directory })];
      for (const row of [first, second, sessionRow({ directory, endsAt: NOW }), sessionRow()]) await one.sessions.insert(row);
      expect(await two.sessions.countOpenIn(directory, NOW)).toBe(2);
      await one.sessions.end(refOf(first), first.id, 'signed-out', NOW);
      expect(await two.sessions.countOpenIn(directory, NOW)).toBe(1);
      expect(await two.sessions.countOpenIn(directory, second.endsAt)).toBe(0);
    });

    it('keep by which roles somebody acts, and are found where that was confirmed too long ago', async () => {
      const accountId = randomUUID();
      const [acting, other, over] = [sessionRow({ accountId }), sessionRow({ accountId }), sessionRow({ accountId, seenAt: NOW - 100 })];
      for (const row of [acting, other, over]) await one.sessions.insert(row);
      const due = async (readBefore: number) =>
        (await two.sessions.actingByRoles({ readBefore, seenAfter: NOW - 50, now: NOW }, 100)).filter((row) => row.accountId === accountId);
      expect(await due(NOW + 1000)).toEqual([]);
      await one.sessions.noteRoles(acting.id, ['agents', 'auditors'], NOW);
      await one.sessions.noteRoles(over.id, ['agents'], NOW);
      expect(await due(NOW - 1)).toEqual([]);
      expect(await due(NOW)).toEqual([{ ...acting, roles: ['agents', 'auditors'], rolesReadAt: NOW }]);
      await two.sessions.confirmRoles({ directory: 'corp', id: accountId }, NOW + 5);
      await two.sessions.confirmRoles({ directory: 'corp', id: accountId }, NOW + 3);
      expect(await due(NOW + 5)).toMatchObject([{ id: acting.id, rolesReadAt: NOW + 5 }]);
      // In the future: a clock that is ahead.
      expect(await due(NOW - 1)).toMatchObject([{ id: acting.id }]);
      await one.sessions.end(refOf(acting), acting.id, 'role-lost', NOW);
      expect(await due(NOW + 5)).toEqual([]);
    });

    it('are tidied away a day after their end', async () => {
      const row = sessionRow({ endsAt: NOW });
      await one.sessions.insert(row);
      await one.tidy(NOW + 86_400_000 - 1);
      expect(await one.sessions.findByToken(row.tokenDigest)).not.toBeNull();
      await one.tidy(NOW + 86_400_000);
      expect(await one.sessions.findByToken(row.tokenDigest)).toBeNull();
    });
  });
  describe('invitations', () => {
    it('are held by the session that showed them last, until it has used them', async () => {
      const row = invitationRow();
      await one.invitations.insert(row);
      expect(await two.invitations.findByToken(row.tokenDigest)).toEqual(row);
      expect(await one.invitations.claim(row.id, 'first', NOW)).toBe(true);
      expect(await two.invitations.claim(row.id, 'second', NOW)).toBe(true);
      expect(await one.invitations.ofSession('first', NOW)).toBeNull();
      expect(await one.invitations.use(row.id, 'first', NOW)).toBe(false);
      const used = await atOnce(6, (store) => store.invitations.use(row.id, 'second', NOW + 5));
      expect(used.every(Boolean)).toBe(true);
      expect(await one.invitations.claim(row.id, 'third', NOW + 6)).toBe(false);
      // What was used stays with its session, also past its end.
      expect(await two.invitations.ofSession('second', row.expiresAt + 1)).toMatchObject({ id: row.id, usedAt: NOW + 5 });
      expect(await one.invitations.revokeOpen(refOf(row), NOW + 7)).toBe(0);
    });

    it('give nothing once they are revoked or too old', async () => {
      const [revoked, old] = [invitationRow(), invitationRow({ expiresAt: NOW })];
      for (const row of [revoked, old]) await one.invitations.insert(row);
      expect(await one.invitations.claim(revoked.id, 'holder', NOW)).toBe(true);
      const counts = await atOnce(4, (store) => store.invitations.revokeOpen(refOf(revoked), NOW + 1));
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
      expect(await two.invitations.ofSession('holder', NOW + 1)).toBeNull();
      expect(await one.invitations.use(revoked.id, 'holder', NOW + 1)).toBe(false);
      expect(await one.invitations.claim(old.id, 'holder', NOW)).toBe(false);
      expect(await one.invitations.revokeOpen(refOf(old), NOW)).toBe(0);
    });

    it('are listed by the newest of each account, page by page', async () => {
      const accountId = randomUUID();
      const rows = [1, 2, 3].map((nth) => invitationRow({ accountId, createdAt: NOW + nth }));
      const other = invitationRow();
      for (const row of [...rows, other]) await one.invitations.insert(row);
      expect((await two.invitations.ofAccount({ directory: 'corp', id: accountId })).map(({ id }) => id)).toEqual(
        rows.toReversed().map(({ id }) => id),
      );
      const listed: string[] = [];
      for (let after = ''; ; ) {
        const page = await two.invitations.newestAfter(after, 2);
        listed.push(...page.map(({ id }) => id));
        const last = page.at(-1);
        if (last === undefined) break;
        after = last.id;
      }
      expect(listed.filter((id) => [...rows, other].some((row) => row.id === id)).toSorted()).toEqual([rows[2]?.id, other.id].toSorted());
      expect(new Set(listed).size).toBe(listed.length);
    });
  });
}
