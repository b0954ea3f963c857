import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountRef } from '../../src/core/ports/directory.ts';
import type { Store } from '../../src/core/ports/store.ts';
import { factorRow, type MakeDatabase, NOW, openTestStore, type TestDatabase } from './fixture.ts';

/** Whose accounts are whose, with two nodes on one database. */
export function specifyPeople(makeDatabase: MakeDatabase): void {
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
  const account = (directory = 'corp'): AccountRef => ({ directory, id: randomUUID() });
  const link = (store: Store, to: AccountRef, added: AccountRef, now = NOW) =>
    store.people.link(to, added, { person: randomUUID(), ids: [randomUUID(), randomUUID()], now, by: 'a journey', countsFrom: 0 });
  const idsOf = async (store: Store, of: AccountRef) => (await store.factors.ofAccount(of)).map(({ id }) => id).sort();
  const enrol = async (of: AccountRef, changes: Parameters<typeof factorRow>[0] = {}) => {
    const row = factorRow({ directory: of.directory, accountId: of.id, ...changes });
    await one.factors.insert(row);
    return row.id;
  };

  describe('people', () => {
    it('have the factors of all of their accounts, but for passes that were issued for another one', async () => {
      const [a, b, stranger] = [account(), account('cloud'), account()];
      const [phone, key] = [await enrol(a), await enrol(b)];
      const pass = await enrol(b, { kind: 'temporary-pass', secret: '{}' });
      await enrol(stranger);
      expect(await idsOf(two, a)).toEqual([phone]);
      expect(await link(one, a, b)).toBe(true);
      expect(await idsOf(two, a)).toEqual([phone, key].sort());
      expect(await idsOf(two, b)).toEqual([phone, key, pass].sort());
      expect(await two.people.accountsOf(b)).toEqual([b, a]);
      expect(await two.people.accountsOf(stranger)).toEqual([stranger]);
    });

    it('are told what is enrolled for them, of which is opened what is asked for, and what cannot be opened proves nothing', async () => {
      const [a, b, nobody] = [account(), account('cloud'), account()];
      const phone = await enrol(a, { kind: 'totp', secret: 'SEED', label: 'phone' });
      const mails = [
        await enrol(a, { kind: 'email', secret: 'a@home.example' }),
        await enrol(b, { kind: 'email', secret: 'b@home.example' }),
      ];
      const damaged = await enrol(a, { kind: 'passkey' });
      await database.execute(`update factors set secret = 'v2.k1.AAAA' where id = '${damaged}'`);
      await link(one, a, b);
      const record = await two.people.enrolledOf(a);
      expect(record.factors.map(({ id }) => id).sort()).toEqual([phone, damaged, ...mails].sort());
      for (const factor of record.factors) expect(Object.keys(factor)).not.toEqual(expect.arrayContaining(['secret', 'label']));
      expect(record.linked).toMatchObject([{ directory: 'cloud', accountId: b.id }]);
      expect(record.open('totp', 3)).toEqual((await two.factors.ofAccount(a)).filter(({ kind }) => kind === 'totp'));
      expect(record.open('totp', 0)).toMatchObject([{ id: phone, secret: 'SEED', label: 'phone', accountId: a.id }]);
      expect(new Set(record.open('email', 2).map(({ id, secret }) => `${id} ${secret}`))).toEqual(
        new Set([`${mails[0]} a@home.example`, `${mails[1]} b@home.example`]),
      );
      expect(record.open('passkey', 2)).toEqual([]);
      // What is opened for nobody is given to nobody.
      const empty = await two.people.enrolledOf(nobody);
      expect([empty.factors, empty.linked, empty.open('recovery-code', 10)]).toEqual([[], [], []]);
      expect(await two.people.recordOf(nobody, 17)).toEqual({ factors: [], linked: [], frozen: false });
      expect(await two.people.recordOf(a, 17)).toEqual(await two.people.recordOf(a));
    });

    it('have nothing of another account before its link counts, and of their own at once', async () => {
      const [a, b] = [account(), account()];
      const [phone, key] = [await enrol(a), await enrol(b, { countsFrom: NOW + 5 })];
      const link = { person: randomUUID(), ids: [randomUUID(), randomUUID()] as const, now: NOW, by: 'a journey', countsFrom: NOW + 9 };
      await one.people.link(a, b, link);
      const from = async (of: AccountRef) => new Map((await two.factors.ofAccount(of)).map(({ id, countsFrom }) => [id, countsFrom]));
      expect(await from(a)).toEqual(
        new Map([
          [phone, null],
          [key, NOW + 9],
        ]),
      );
      expect(await from(b)).toEqual(
        new Map([
          [phone, NOW + 9],
          [key, NOW + 5],
        ]),
      );
      expect(await two.people.linkedTo(a)).toMatchObject([{ accountId: b.id, linkedAt: NOW, countsFrom: NOW + 9 }]);
    });

    it('get nothing through an account that was unlinked', async () => {
      const [a, b, c] = [account(), account(), account()];
      const ids = await Promise.all([a, b, c].map((each) => enrol(each)));
      await link(one, a, b, NOW);
      await link(one, b, c, NOW + 1);
      expect(await idsOf(two, a)).toEqual(ids.toSorted());
      const [first, ...others] = await two.people.accountsOf(c);
      expect(first).toEqual(c);
      expect(others.map(({ id }) => id).sort()).toEqual([a.id, b.id].sort());
      expect(await two.people.unlink(b)).toBe(true);
      expect(await two.people.unlink(b)).toBe(false);
      expect(await idsOf(one, b)).toEqual([ids[1]]);
      expect(await idsOf(one, a)).toEqual([ids[0], ids[2]].sort());
    });

    it('are frozen with any of their accounts, and released with it', async () => {
      const [a, b] = [account(), account()];
      await link(one, a, b);
      await one.freezes.freeze(b, 'not-me', NOW);
      expect(await two.freezes.isFrozen(a)).toBe(true);
      expect(await two.people.recordBeforeWrite(a, 0, 'journey')).toMatchObject({ frozen: true, written: false });
      await one.freezes.lift(a);
      expect(await two.freezes.isFrozen(a)).toBe(true);
      await one.freezes.lift(b);
      expect(await two.freezes.isFrozen(a)).toBe(false);
      expect(await two.people.recordBeforeWrite(a, 0, 'journey')).toMatchObject({ frozen: false, written: false });
    });

    it('have authenticators that are resumed through any of their accounts', async () => {
      const [a, b] = [account(), account()];
      const id = await enrol(b);
      await link(one, a, b);
      expect(await one.factors.countFailures([id], 1, NOW)).toEqual([id]);
      expect(await one.factors.resume(account())).toBe(0);
      expect(await two.factors.resume(a)).toBe(1);
      expect((await two.factors.ofAccount(b))[0]?.suspendedAt).toBeNull();
    });

    it('never share an account, however many want it at once', async () => {
      const wanted = account();
      const owners = Array.from({ length: 8 }, () => account());
      const won = await Promise.all(owners.map((owner, nth) => link(nth % 2 === 0 ? one : two, owner, wanted)));
      expect(won.filter(Boolean)).toHaveLength(1);
      const winner = owners[won.indexOf(true)] as AccountRef;
      expect(await one.people.accountsOf(wanted)).toEqual([wanted, winner]);
      for (const loser of owners.filter((owner) => owner !== winner)) expect(await two.people.accountsOf(loser)).toEqual([loser]);
      expect(await link(two, winner, wanted)).toBe(false);
      expect(await link(two, wanted, winner)).toBe(false);
    });

    it('are whole after any links and partings, and both ways the same', async () => {
      const step = fc.record({ kind: fc.constantFrom('link', 'unlink'), from: fc.nat(4), to: fc.nat(4) });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          const accounts = Array.from({ length: 5 }, () => account());
          const ids = await Promise.all(accounts.map((each) => enrol(each)));
          // What is expected: which person each belongs to, null while it was never linked.
          const persons: (number | null)[] = accounts.map(() => null);
          for (const [nth, { kind, from, to }] of steps.entries()) {
            const [a, b] = [accounts[from], accounts[to]] as [AccountRef, AccountRef];
            if (kind === 'unlink') {
              expect(await two.people.unlink(a)).toBe(persons[from] !== null);
              persons[from] = null;
            } else if (from !== to) {
              const free = persons[to] === null;
              expect(await link(one, a, b)).toBe(free);
              if (free) {
                persons[from] ??= nth;
                persons[to] = persons[from];
              }
            }
          }
          for (const [nth, each] of accounts.entries()) {
            const mine = ids.filter((_, other) => other === nth || (persons[nth] !== null && persons[other] === persons[nth]));
            expect(await idsOf(two, each)).toEqual(mine.toSorted());
          }
        }),
        { numRuns: 25 },
      );
    });

    it('are not made by writing to the database', async () => {
      const [a, b, mallory, victim] = [account(), account(), account(), account()];
      const [own] = [await enrol(mallory), await enrol(b), await enrol(victim)];
      await link(one, a, b);
      await link(one, mallory, account());
      const rowOf = (of: AccountRef) => `directory = '${of.directory}' and account_id = '${of.id}'`;
      const [{ person } = {}] = await database.execute(`select person from person_accounts where ${rowOf(a)}`);
      // Mallory's row is given to the other person, and a row is invented for somebody who has none.
      await database.execute(`update person_accounts set person = '${String(person)}' where ${rowOf(mallory)}`);
      await database.execute(
        `insert into person_accounts (id, person, directory, account_id, linked_at, linked_by, seal) select '${randomUUID()}', person, '${victim.directory}', '${victim.id}', linked_at, linked_by, seal from person_accounts where ${rowOf(a)}`,
      );
      expect(await idsOf(one, mallory)).toEqual([own]);
      expect(await two.people.accountsOf(mallory)).toEqual([mallory]);
      expect(await two.people.accountsOf(a)).toEqual([a, b]);
      expect(await idsOf(two, victim)).toHaveLength(1);
      await expect(link(one, victim, account())).rejects.toMatchObject({ code: 'store.undecryptable' });
    });
  });
}
