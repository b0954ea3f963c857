import { randomInt, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FactorKind } from '../../shared/api/journeys.ts';
import type { AccountRef } from '../../src/core/ports/directory.ts';
import type { ChallengeRow, FactorRow, Store } from '../../src/core/ports/store.ts';
import { factorRow, intentRow, journeyRow, type MakeDatabase, NOW, openTestStore, type TestDatabase } from './fixture.ts';

/** Journeys, challenges, factors, counters and freezes, with two nodes on one database. */
export function specifyJourneyTables(makeDatabase: MakeDatabase): void {
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
  /** The same call on both nodes by turns, all at once. */
  const atOnce = <T>(times: number, call: (store: Store, index: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: times }, (_, index) => call(index % 2 === 0 ? one : two, index)));
  const challenge = async (changes: Partial<ChallengeRow> = {}): Promise<ChallengeRow> => {
    const journey = journeyRow();
    await one.journeys.insert(journey);
    const row: ChallengeRow = {
      id: randomUUID(),
      journeyId: journey.id,
      kind: 'email',
      expected: '[]',
      attempts: 0,
      maximumAttempts: 5,
      expiresAt: NOW + 300_000,
      consumedAt: null,
      ...changes,
    };
    await one.challenges.insert(row);
    return row;
  };

  describe('journeys', () => {
    it('gives back what was inserted, by id and by token', async () => {
      const row = journeyRow({ state: '{"name":"Zoë 🦊"}' });
      await one.journeys.insert(row);
      expect(await two.journeys.find(row.id)).toEqual(row);
      expect(await two.journeys.findByToken(row.tokenDigest)).toEqual(row);
      expect(await one.journeys.find('none')).toBeNull();
      expect(await one.journeys.findByToken('none')).toBeNull();
    });

    it('advances only from the expected version', async () => {
      const row = journeyRow();
      await one.journeys.insert(row);
      expect(await one.journeys.advance(row, { status: 'open', state: '{"n":2}' })).toBe(true);
      expect(await one.journeys.advance(row, { status: 'ended', state: '{"n":3}' })).toBe(false);
      expect(await one.journeys.find(row.id)).toEqual({ ...row, version: 2, state: '{"n":2}' });
      expect(await one.journeys.advance(journeyRow(), { status: 'open', state: '{}' })).toBe(false);
    });

    it('lets one of many advance', async () => {
      const row = journeyRow();
      await one.journeys.insert(row);
      const won = await atOnce(20, (store, index) => store.journeys.advance(row, { status: 'open', state: String(index) }));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await one.journeys.find(row.id)).toMatchObject({ version: 2, state: String(won.indexOf(true)) });
    });

    it('refuses two of one token', async () => {
      const row = journeyRow();
      await one.journeys.insert(row);
      await expect(two.journeys.insert(journeyRow({ tokenDigest: row.tokenDigest }))).rejects.toMatchObject({
        name: 'AppError',
        code: 'internal.unexpected',
      });
    });
  });

  describe('answers of a journey', () => {
    it('are counted in its row, each once, in windows, and only for who has its token', async () => {
      const row = journeyRow();
      await one.journeys.insert(row);
      const count = (now: number, id: string | null = row.id, token = row.tokenDigest) =>
        two.journeys.countAnswer(token, id, { now, milliseconds: 1000 });
      expect(await count(NOW, null)).toEqual({ row, answers: 1, answersSince: NOW, logEnd: 0 });
      const many = await Promise.all(
        Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? one : two).journeys).map((journeys) =>
          journeys.countAnswer(row.tokenDigest, row.id, { now: NOW + 999, milliseconds: 1000 }),
        ),
      );
      expect(many.map((counted) => counted?.answers).sort()).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
      expect([await count(NOW, 'another'), await count(NOW, null, 'no-token')]).toEqual([null, null]);
      expect(await count(NOW + 1000)).toMatchObject({ answers: 1, answersSince: NOW + 1000 });
      // Begun by a clock that was a year ahead.
      expect(await count(NOW + 365 * 24 * 3_600_000)).toMatchObject({ answers: 1 });
      expect(await count(NOW + 2000)).toMatchObject({ answers: 1, answersSince: NOW + 2000 });
      // Nobody who moves the journey on at the same time is in the way.
      expect(await one.journeys.advance(row, { status: 'open', state: '{"moved":true}' })).toBe(true);
    });
  });

  describe('challenges', () => {
    it('gives back what was inserted', async () => {
      const row = await challenge();
      expect(await two.challenges.find(row.id)).toEqual(row);
      expect(await one.challenges.find('none')).toBeNull();
    });

    it('counts attempts up to the maximum', async () => {
      const row = await challenge({ maximumAttempts: 2 });
      expect(await one.challenges.attempt(row.id, NOW)).toEqual({ ...row, attempts: 1 });
      expect(await two.challenges.attempt(row.id, NOW)).toEqual({ ...row, attempts: 2 });
      expect(await one.challenges.attempt(row.id, NOW)).toBeNull();
      expect(await one.challenges.find(row.id)).toEqual({ ...row, attempts: 2 });
    });

    it('never counts more than the maximum when 50 come at once', async () => {
      const row = await challenge({ maximumAttempts: 5 });
      const granted = await atOnce(50, (store) => store.challenges.attempt(row.id, NOW));
      expect(granted.flatMap((each) => (each === null ? [] : [each.attempts])).sort()).toEqual([1, 2, 3, 4, 5]);
      expect(await one.challenges.find(row.id)).toMatchObject({ attempts: 5 });
    });

    it('grants no attempt at its end, after it, or once consumed', async () => {
      const late = await challenge();
      expect(await one.challenges.attempt(late.id, late.expiresAt - 1)).not.toBeNull();
      expect(await one.challenges.attempt(late.id, late.expiresAt)).toBeNull();
      const used = await challenge();
      expect(await one.challenges.consume(used.id, NOW)).toBe(true);
      expect(await two.challenges.attempt(used.id, NOW)).toBeNull();
      expect(await one.challenges.find(used.id)).toMatchObject({ attempts: 0, consumedAt: NOW });
      expect(await one.challenges.attempt('none', NOW)).toBeNull();
    });

    it('is consumed once', async () => {
      const row = await challenge();
      const won = await atOnce(20, (store) => store.challenges.consume(row.id, NOW));
      expect(won.filter(Boolean)).toHaveLength(1);
    });

    it('belongs to a journey', async () => {
      await expect(challenge({ journeyId: 'none' })).rejects.toMatchObject({ code: 'internal.unexpected' });
    });

    it('may be written before its journey within a transaction', async () => {
      const journey = journeyRow();
      await one.transaction(async (store) => {
        await store.challenges.insert({ ...(await baseChallenge()), journeyId: journey.id });
        await store.journeys.insert(journey);
      });
      expect(await two.journeys.find(journey.id)).not.toBeNull();
    });
    const baseChallenge = async (): Promise<ChallengeRow> => ({
      id: randomUUID(),
      journeyId: '',
      kind: 'totp',
      expected: '',
      attempts: 0,
      maximumAttempts: 1,
      expiresAt: NOW,
      consumedAt: null,
    });
  });

  describe('factors', () => {
    it('lists the current ones of an account, oldest first', async () => {
      const account = { directory: 'corp', id: randomUUID() };
      const older = factorRow({ accountId: account.id, createdAt: NOW - 5 });
      const newer = factorRow({ accountId: account.id, kind: 'email', secret: 'zoë@example.org' });
      await one.factors.insert(newer);
      await one.factors.insert(older);
      await one.factors.insert(factorRow({ accountId: account.id, directory: 'other' }));
      expect(await two.factors.ofAccount(account)).toEqual([older, newer]);
      expect(await one.factors.end(older.id, NOW)).toBe(true);
      expect(await one.factors.end(older.id, NOW + 1)).toBe(false);
      await one.factors.markUsed(newer.id, NOW + 7);
      expect(await two.factors.ofAccount(account)).toEqual([{ ...newer, lastUsedAt: NOW + 7 }]);
    });

    it('tells all current ones of a kind page by page, each once', async () => {
      const ids = (await readAll(two, 1000)).map(({ id }) => id);
      const rows = Array.from({ length: 5 }, () => factorRow({ kind: 'questions' }));
      for (const row of [...rows, factorRow({ kind: 'totp' })]) await one.factors.insert(row);
      const [ended, ...current] = rows;
      await one.factors.end(ended?.id ?? '', NOW);
      for (const limit of [1, 2, 4, 1000]) {
        const found = (await readAll(two, limit)).filter(({ id }) => !ids.includes(id));
        expect(found.map(({ id }) => id).toSorted(), `${limit}`).toEqual(current.map(({ id }) => id).toSorted());
        expect(found).toContainEqual(current[0]);
      }
    });
    const readAll = async (of: typeof one, limit: number): Promise<FactorRow[]> => {
      const found: FactorRow[] = [];
      for (let after: string | null = ''; after !== null; ) {
        const page: Awaited<ReturnType<typeof of.factors.page>> = await of.factors.page('questions', after, limit);
        found.push(...page.rows);
        after = page.next;
      }
      return found;
    };

    it('counts the accounts that have every one of some kinds, each once', async () => {
      const count = (of: typeof one, kinds: FactorKind[], directories = ['corp']) => of.factors.countAccounts(kinds, directories);
      const before = await Promise.all([count(one, ['email', 'totp']), count(one, ['email'])]);
      const [both, half, ended, other] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
      for (const [accountId, kind] of [
        [both, 'email'],
        [both, 'email'],
        [both, 'totp'],
        [half, 'email'],
        [ended, 'email'],
        [other, 'totp'],
      ] as const) {
        await one.factors.insert(factorRow({ accountId, kind }));
      }
      const gone = factorRow({ accountId: ended, kind: 'totp' });
      await one.factors.insert(gone);
      await one.factors.insert(factorRow({ accountId: half, directory: 'other', kind: 'totp' }));
      await one.factors.end(gone.id, NOW);
      expect(await count(two, ['email', 'totp', 'email'])).toBe((before[0] ?? 0) + 1);
      expect(await count(two, ['email'])).toBe((before[1] ?? 0) + 3);
      const elsewhere = randomUUID();
      await one.factors.insert(factorRow({ accountId: half, directory: elsewhere, kind: 'totp' }));
      expect(await count(two, ['totp'], [elsewhere])).toBe(1);
      expect(await count(two, ['totp'], [elsewhere, 'corp'])).toBe((await count(two, ['totp'])) + 1);
      expect(await count(two, ['email'], [elsewhere])).toBe(0);
    });

    it('ends one for exactly one caller, so that what is used up is used once', async () => {
      const row = factorRow({ kind: 'recovery-code' });
      await one.factors.insert(row);
      const won = await atOnce(20, (store) => store.factors.end(row.id, NOW));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await two.factors.ofAccount({ directory: row.directory, id: row.accountId })).toEqual([]);
    });

    it('finds a passkey by its credential, one of a kind, and takes a counter that has grown once', async () => {
      const row = factorRow({ kind: 'passkey', credential: `digest of ${randomUUID()}`, rpId: 'example.com', signCount: 5 });
      await one.factors.insert(row);
      expect(await two.factors.byCredential(row.credential ?? '')).toEqual(row);
      expect(await two.factors.byCredential('another')).toBeNull();
      await expect(two.factors.insert({ ...row, id: randomUUID() })).rejects.toThrow();
      const won = await atOnce(20, (store) => store.factors.acceptSignCount(row.id, 6, NOW));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await two.factors.acceptSignCount(row.id, 0, NOW)).toBe(false);
      const uncounted = factorRow({ kind: 'passkey', credential: `digest of ${randomUUID()}`, rpId: 'old.example.com' });
      const before = await two.factors.countPasskeyOwners('example.com');
      await one.factors.insert(uncounted);
      expect(await one.factors.acceptSignCount(uncounted.id, 0, NOW)).toBe(true);
      expect(await one.factors.acceptSignCount(uncounted.id, 0, NOW)).toBe(true);
      expect(await two.factors.countPasskeyOwners('example.com')).toEqual({ owners: before.owners + 1, stranded: before.stranded + 1 });
      await one.factors.end(row.id, NOW);
      expect(await two.factors.byCredential(row.credential ?? '')).toBeNull();
      expect(await one.factors.acceptSignCount(row.id, 7, NOW)).toBe(false);
      // What was ended may be enrolled again.
      await two.factors.insert({ ...row, id: randomUUID() });
    });

    it('knows those with an end, and lets them be used until they are ended or the clock was set back', async () => {
      const [row, other] = [factorRow({ kind: 'temporary-pass', seenAt: NOW }), factorRow()];
      for (const one_ of [row, other]) await one.factors.insert(one_);
      const own = async () => (await two.factors.withEnd(1000)).find(({ id }) => id === row.id);
      expect((await two.factors.withEnd(1000)).map(({ id }) => id)).not.toContain(other.id);
      await one.factors.see(row.id, NOW + 500);
      await one.factors.see(row.id, NOW - 500);
      expect(await own()).toEqual({ ...row, seenAt: NOW + 500 });
      expect(await two.factors.acceptBeforeEnd(row.id, NOW + 400, 100)).toBe(true);
      expect(await own()).toEqual({ ...row, seenAt: NOW + 500, lastUsedAt: NOW + 400 });
      expect(await two.factors.acceptBeforeEnd(row.id, NOW + 399, 100)).toBe(false);
      expect(await two.factors.acceptBeforeEnd(row.id, NOW + 900, 100)).toBe(true);
      expect(await own()).toMatchObject({ seenAt: NOW + 900 });
      expect(await one.factors.acceptBeforeEnd(other.id, NOW, 100)).toBe(false);
      await one.factors.end(row.id, NOW);
      expect(await own()).toBeUndefined();
      expect(await one.factors.acceptBeforeEnd(row.id, NOW + 900, 100)).toBe(false);
    });

    it('accepts a time step once, and only newer ones after it', async () => {
      const row = factorRow();
      await one.factors.insert(row);
      const won = await atOnce(20, (store) => store.factors.acceptTimeStep(row.id, 100, 0, NOW));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await one.factors.acceptTimeStep(row.id, 99, 0, NOW)).toBe(false);
      expect(await one.factors.acceptTimeStep(row.id, 101, -2, NOW)).toBe(true);
      expect(await one.factors.ofAccount({ directory: row.directory, id: row.accountId })).toEqual([
        { ...row, lastTimeStep: 101, lastUsedAt: NOW, driftSteps: -2 },
      ]);
      await one.factors.end(row.id, NOW);
      expect(await one.factors.acceptTimeStep(row.id, 102, 0, NOW)).toBe(false);
    });
  });

  it('counts wrong codes in a row, suspends at the last one allowed, and resumes', async () => {
    const row = factorRow({ kind: 'totp' });
    await one.factors.insert(row);
    const account = { directory: row.directory, id: row.accountId };
    const suspending = (await atOnce(12, (store) => store.factors.countFailures([row.id], 10, NOW))).flat();
    expect(suspending).toEqual([row.id]);
    expect(await one.factors.ofAccount(account)).toMatchObject([{ failures: 10, suspendedAt: NOW }]);
    expect(await two.factors.acceptTimeStep(row.id, 100, 0, NOW)).toBe(false);
    expect(await one.factors.resume(account)).toBe(1);
    expect(await two.factors.acceptTimeStep(row.id, 100, 0, NOW)).toBe(true);
    await one.factors.countFailures([row.id], 10, NOW);
    expect(await one.factors.acceptTimeStep(row.id, 101, 0, NOW)).toBe(true);
    expect(await one.factors.ofAccount(account)).toMatchObject([{ failures: 0, suspendedAt: null }]);
    expect(await one.factors.resume(account)).toBe(0);
  });

  describe('counters', () => {
    const hit = async (store: Store, key: string, windowMilliseconds: number, now: number, by = 1) =>
      (await store.counters.hitAll([{ key, windowMilliseconds, by }], now)).get(key);

    it('counts in windows', async () => {
      const key = randomUUID();
      expect(await hit(one, key, 1_000, NOW)).toEqual({ key, count: 1, windowStartedAt: NOW, pausedUntil: 0 });
      expect(await hit(two, key, 1_000, NOW + 999)).toEqual({ key, count: 2, windowStartedAt: NOW, pausedUntil: 0 });
      expect(await hit(one, key, 1_000, NOW + 1_000)).toEqual({ key, count: 1, windowStartedAt: NOW + 1_000, pausedUntil: 0 });
    });

    it('counts many at once, each in its own window, a key that is named twice twice', async () => {
      const [short, long] = [randomUUID(), randomUUID()];
      const hits = [
        { key: short, windowMilliseconds: 1_000 },
        { key: long, windowMilliseconds: 60_000 },
        { key: short, windowMilliseconds: 1_000 },
      ];
      const counts = async (now: number) => {
        const rows = await one.counters.hitAll(hits, now);
        return [rows.get(short)?.count, rows.get(long)?.count];
      };
      expect(await counts(NOW)).toEqual([2, 1]);
      expect(await counts(NOW + 999)).toEqual([4, 2]);
      expect(await counts(NOW + 1_000)).toEqual([2, 3]);
      expect((await one.counters.hitAll([], NOW)).size).toBe(0);
    });

    it('gives a hit back, never below nothing', async () => {
      const [known, fresh] = [randomUUID(), randomUUID()];
      await hit(one, known, 1_000, NOW, 2);
      expect((await hit(one, known, 1_000, NOW, -1))?.count).toBe(1);
      expect((await hit(one, known, 1_000, NOW, -5))?.count).toBe(0);
      expect((await hit(two, known, 1_000, NOW))?.count).toBe(1);
      expect((await hit(one, fresh, 1_000, NOW, -1))?.count).toBe(0);
      expect((await hit(two, fresh, 1_000, NOW))?.count).toBe(1);
      expect((await hit(two, known, 1_000, NOW + 1_000, -1))?.count).toBe(0);
    });

    it('loses no hit when many come at once', async () => {
      const key = randomUUID();
      const counts = await atOnce(100, (store) => hit(store, key, 60_000, NOW));
      expect(counts.map((row) => row?.count ?? 0).sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    });

    it('never has two nodes wait for each other, whatever order they count in', async () => {
      const keys = Array.from({ length: 12 }, () => randomUUID());
      const hits = (order: string[]) => order.map((key) => ({ key, windowMilliseconds: 60_000 }));
      await atOnce(60, async (store) => {
        const order = keys.toSorted(() => randomInt(3) - 1);
        await store.counters.hitAll(hits(order), NOW);
      });
      expect((await one.counters.read(keys)).map((row) => row.count)).toEqual(keys.map(() => 60));
    });

    it('moves a pause forward and never back', async () => {
      const key = randomUUID();
      await one.counters.pause(key, NOW + 10);
      await two.counters.pause(key, NOW + 5);
      expect(await one.counters.read([key, 'none'])).toEqual([{ key, count: 0, windowStartedAt: 0, pausedUntil: NOW + 10 }]);
      await two.counters.pause(key, NOW + 20);
      expect(await hit(one, key, 1_000, NOW)).toEqual({ key, count: 1, windowStartedAt: NOW, pausedUntil: NOW + 20 });
      await one.counters.clear([key]);
      expect(await one.counters.read([key])).toEqual([]);
      expect(await one.counters.read([])).toEqual([]);
    });

    it('hands a locked row to one transaction at a time, whether it was there before or not', async () => {
      const key = randomUUID();
      const lookThenCount = async (store: Store) => {
        const before = await hit(store, key, 60_000, NOW, 0);
        await hit(store, key, 60_000, NOW);
        return before?.count ?? -1;
      };
      // One store: on SQLite two connections of one process cannot wait for each other in the midst of their transactions.
      const seen = await Promise.all(Array.from({ length: 10 }, () => one.transaction(lookThenCount)));
      expect(seen.toSorted((left, right) => left - right)).toEqual(Array.from({ length: 10 }, (_, index) => index));
    });
  });

  describe('expiry', () => {
    it('is noted for one caller each: of open journeys past their end that have no write under way, readable or not', async () => {
      const past = { expiresAt: NOW - 1 };
      const rows = Array.from({ length: 7 }, () => journeyRow(past));
      const writing = journeyRow(past);
      const others = [journeyRow({ ...past, status: 'ended' }), journeyRow({ expiresAt: NOW + 1 }), writing];
      for (const row of [...rows, ...others]) await one.journeys.insert(row);
      await one.intents.insert(intentRow({ journeyId: writing.id, status: 'open' }));
      const wanted = new Set([...rows, ...others].map(({ id }) => id));
      const noted = (await atOnce(6, (store) => store.journeys.noteExpired(NOW, 3))).flat().filter(({ id }) => wanted.has(id));
      expect(noted.map(({ id }) => id).sort()).toEqual(rows.map(({ id }) => id).sort());
      expect((await one.journeys.noteExpired(NOW, 100)).filter(({ id }) => wanted.has(id))).toEqual([]);
      // It changes nothing of the journey itself: an answer that is under way still counts.
      expect(await two.journeys.find(rows[0]?.id ?? '')).toEqual(rows[0]);
    });
  });

  describe('known places', () => {
    it('are remembered, and of one account the newest 20 are kept', async () => {
      const [mine, others] = [1, 2].map(() => ({ directory: 'people', id: randomUUID() })) as [AccountRef, AccountRef];
      const places = Array.from({ length: 24 }, (_, index) => `place-${String(index).padStart(2, '0')}`);
      for (const [index, place] of places.entries()) await one.knownPlaces.remember(mine, [place], NOW + Math.floor(index / 2));
      await one.knownPlaces.remember(others, places.slice(0, 20), NOW);
      await one.knownPlaces.remember(mine, [places[0] ?? ''], NOW + 99);
      await two.tidy(NOW);
      // Of those of one instant the ones that come first by name.
      const kept = [places[0], places[4], ...places.slice(6)].filter((place) => place !== undefined);
      expect((await two.knownPlaces.known(mine, places, 0)).sort()).toEqual(kept.sort());
      expect(await two.knownPlaces.known(others, places, 0)).toHaveLength(20);
      expect(await two.knownPlaces.known(mine, places, NOW + 50)).toEqual([places[0]]);
    });
  });

  describe('freezes', () => {
    it('freezes and lifts', async () => {
      const account = { directory: 'corp', id: randomUUID() };
      expect(await one.freezes.isFrozen(account)).toBe(false);
      const first = await atOnce(6, (store) => store.freezes.freeze(account, 'link', NOW));
      expect(first.filter(Boolean)).toHaveLength(1);
      expect(await two.freezes.isFrozen(account)).toBe(true);
      expect(await one.freezes.isFrozen({ ...account, directory: 'other' })).toBe(false);
      expect(await two.freezes.lift(account)).toBe(true);
      expect(await one.freezes.lift(account)).toBe(false);
      expect(await one.freezes.isFrozen(account)).toBe(false);
    });

    it('has links that work once, until their end', async () => {
      const account = { directory: 'corp', id: randomUUID() };
      const [good, late] = [randomUUID(), randomUUID()];
      await one.freezes.insertLink({ tokenDigest: good, account, expiresAt: NOW + 10 });
      await one.freezes.insertLink({ tokenDigest: late, account, expiresAt: NOW });
      expect(await two.freezes.findLink(good, NOW)).toEqual({ account, usedAt: null });
      const won = await atOnce(10, (store) => store.freezes.spendLink(good, NOW + 1));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await one.freezes.findLink(good, NOW + 9)).toEqual({ account, usedAt: NOW + 1 });
      expect(await one.freezes.findLink(good, NOW + 10)).toBeNull();
      expect(await one.freezes.findLink(late, NOW)).toBeNull();
      expect(await one.freezes.spendLink(late, NOW)).toBe(false);
      expect(await one.freezes.findLink('none', NOW)).toBeNull();
    });
  });
}
