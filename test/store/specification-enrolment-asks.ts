import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountRef } from '../../src/core/ports/directory.ts';
import type { Walk } from '../../src/core/ports/enrolment-ask-store.ts';
import type { Store } from '../../src/core/ports/store.ts';
import { type MakeDatabase, NOW, openTestStore, type TestDatabase } from './fixture.ts';

/** Who was asked to enrol, with two nodes on one database. */
export function specifyEnrolmentAsks(makeDatabase: MakeDatabase): void {
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
  const account = (): AccountRef => ({ directory: 'corp', id: randomUUID() });
  const won = async (call: (store: Store, index: number) => Promise<boolean>): Promise<number> => {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => call(index % 2 === 0 ? one : two, index)));
    return answers.filter(Boolean).length;
  };

  describe('who was asked to enrol', () => {
    it('was asked for the first time once', async () => {
      const who = account();
      expect(await one.enrolmentAsks.find(who)).toBeNull();
      expect(await won((store, index) => store.enrolmentAsks.ask(who, NOW + index))).toBe(1);
      const { firstAskedAt, ...others } = (await two.enrolmentAsks.find(who)) ?? {};
      expect(firstAskedAt).toBeGreaterThanOrEqual(NOW);
      expect(others).toEqual({ putOffUntil: null, deferredUntil: null, mails: 0, mailedAt: null });
      expect(await two.enrolmentAsks.ask(who, NOW + 99)).toBe(false);
      expect((await one.enrolmentAsks.find(who))?.firstAskedAt).toBe(firstAskedAt);
      expect(await one.enrolmentAsks.find({ ...who, directory: 'other' })).toBeNull();
    });

    it('puts it off once for each time, and again when that is over', async () => {
      const who = account();
      expect(await won((store) => store.enrolmentAsks.putOff(who, NOW + 10, NOW))).toBe(1);
      expect(await one.enrolmentAsks.putOff(who, NOW + 20, NOW + 9)).toBe(false);
      expect(await two.enrolmentAsks.putOff(who, NOW + 20, NOW + 10)).toBe(true);
      expect(await one.enrolmentAsks.find(who)).toMatchObject({ putOffUntil: NOW + 20, firstAskedAt: null });
    });

    it('is forgotten who has done their part, and nobody else', async () => {
      const [who, other] = [account(), account()];
      for (const each of [who, other]) await one.enrolmentAsks.ask(each, NOW);
      await two.enrolmentAsks.forget(who);
      expect(await one.enrolmentAsks.find(who)).toBeNull();
      expect(await one.enrolmentAsks.find(other)).toMatchObject({ firstAskedAt: NOW });
      expect(await one.enrolmentAsks.ask(who, NOW + 5)).toBe(true);
    });

    it('is given longer by whoever says so last', async () => {
      const who = account();
      await one.enrolmentAsks.defer(who, NOW + 10);
      await two.enrolmentAsks.defer(who, NOW + 5);
      expect(await one.enrolmentAsks.find(who)).toMatchObject({ deferredUntil: NOW + 5 });
    });

    it('gets a mail from one node, not before its time, and no more than there may be', async () => {
      const who = account();
      const at = (now: number) => ({ now, notSince: now - 10, atMost: 2 });
      expect(await won((store) => store.enrolmentAsks.countMail(who, at(NOW)))).toBe(1);
      expect(await two.enrolmentAsks.countMail(who, at(NOW + 9))).toBe(false);
      expect(await won((store) => store.enrolmentAsks.countMail(who, at(NOW + 10)))).toBe(1);
      expect(await one.enrolmentAsks.countMail(who, at(NOW + 1000))).toBe(false);
      expect(await one.enrolmentAsks.find(who)).toMatchObject({ mails: 2, mailedAt: NOW + 10 });
    });

    it('is looked for by one node at a time, and by another that has seen that one come back no more', async () => {
      const directory = randomUUID();
      const take = (store: Store, holder: string, now: number, left?: Walk) =>
        store.enrolmentAsks.takeWalk(directory, holder, { now, leaseUntil: now + 10, notSince: now - 100 }, left);
      const walk = async () => (await one.enrolmentAsks.walks()).find((each) => each.directory === directory);
      expect(await won((store, index) => take(store, `node ${index}`, NOW))).toBe(1);
      const first = await walk();
      expect(first).toMatchObject({ leaseUntil: NOW + 10 });
      // By no clock is it free for who has not watched it.
      expect(await take(two, 'late', NOW + 1000)).toBe(false);
      expect(await won((store, index) => take(store, `second ${index}`, NOW + 10, first))).toBe(1);
      const second = await walk();
      expect(await one.enrolmentAsks.keepWalk(directory, String(first?.holder), NOW + 50)).toBe(false);
      expect(await two.enrolmentAsks.keepWalk(directory, String(second?.holder), NOW + 50)).toBe(true);
      expect(await take(one, 'third', NOW + 1000, second)).toBe(false);
      // Whoever has lost it does not end it.
      await one.enrolmentAsks.endWalk(directory, String(first?.holder), NOW + 20);
      expect(await take(one, 'third', NOW + 1000)).toBe(false);
      await two.enrolmentAsks.endWalk(directory, String(second?.holder), NOW + 20);
      expect(await walk()).toBeUndefined();
      expect(await take(one, 'third', NOW + 119)).toBe(false);
      // By the clock of this one that end has not come yet.
      expect(await take(one, 'behind', NOW + 19)).toBe(true);
      await one.enrolmentAsks.endWalk(directory, 'behind', NOW + 20);
      expect(await take(one, 'third', NOW + 120)).toBe(true);
    });
  });
}
