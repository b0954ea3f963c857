import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ManualClock } from '../../../test/manual-clock.ts';
import { openGuard } from '../../../test/open-guard.ts';
import { openTestStore, testKey } from '../../../test/store/fixture.ts';
import type { ConfigurationDocument } from '../configuration/document.ts';
import type { Store } from '../ports/store.ts';
import type { Asked, Guard } from './guard.ts';

const MINUTE = 60_000;
const DAY = 24 * 3600 * 1000;

let store: Store;
let clock: ManualClock;
let guard: Guard;
/** What the guard names counters by, in clear. */
let named: Set<string>;
/** The digest that a counter of this name stands by. */
let digestOf: (name: string) => string;

beforeEach(async () => {
  store = await openTestStore('sqlite::memory:', testKey(randomBytes(4).toString('hex')));
});
afterEach(async () => {
  await store.close();
});

function open(limits?: ConfigurationDocument['guard'], factors?: ConfigurationDocument['factors']): void {
  ({ guard, clock, named, digestOf } = openGuard(store, limits, factors));
}

const wide = { count: 1_000, windowSeconds: 600 };
const wideBudget = { count: 1_000, countWithWork: 1_000, windowSeconds: 600 };
const starts = async (address: string, ...names: string[]) => guard.countStart(address, names);
const events = async () => (await store.audit.read(0, 1_000)).map(({ type, data }) => ({ type, ...JSON.parse(data) }));
const ask = (place: string, isKnown = false, target = 'people/1'): Asked => ({ target, place, isKnown });

describe('starts', () => {
  it('are refused beyond what one address has, until its window is over', async () => {
    open({ startsPerAddress: { count: 2, windowSeconds: 60 } });
    for (let start = 0; start < 2; start += 1) expect((await starts('192.0.2.1', 'a')).decision).toEqual({ allowed: true });
    clock.advance(MINUTE / 2);
    const retryAt = clock.now() + MINUTE / 2;
    expect((await starts('192.0.2.1', 'a')).decision).toEqual({ allowed: false, retryAt });
    expect((await starts('192.0.2.1:4711', 'a')).decision).toEqual({ allowed: false, retryAt });
    expect((await starts('192.0.2.2', 'a')).decision).toEqual({ allowed: true });
    clock.advance(MINUTE / 2);
    expect((await starts('192.0.2.1', 'a')).decision).toEqual({ allowed: true });
  });

  it('have a limit for a network and one for everywhere, which those that are refused before do not use up', async () => {
    open({ startsPerAddress: { count: 1 }, startsPerNetwork: { count: 3 }, startsOverall: { count: 5 } });
    const allowed = async (address: string) => (await starts(address, 'a')).decision.allowed;
    expect(await allowed('192.0.2.1')).toBe(true);
    for (let again = 0; again < 10; again += 1) expect(await allowed('192.0.2.1')).toBe(false);
    expect(await allowed('192.0.2.2')).toBe(true);
    expect(await allowed('192.0.2.3')).toBe(true);
    for (let again = 4; again < 12; again += 1) expect(await allowed(`192.0.2.${again}`)).toBe(false);
    expect(await allowed('198.51.100.1')).toBe(true);
    expect(await allowed('203.0.113.1')).toBe(true);
    expect(await allowed('2001:db8::1')).toBe(false);
  });

  it('are an event when they are refused first, and not each time', async () => {
    open({ startsPerAddress: { count: 1 }, startsPerNetwork: { count: 2 }, startsOverall: { count: 3 } });
    for (const address of ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4']) await starts(address, 'a');
    for (const address of ['198.51.100.1', '203.0.113.1', '203.0.113.2']) await starts(address, 'a');
    expect(await events()).toEqual([
      { type: 'guard.slowed-down', limit: 'startsPerAddress', from: '192.0.2.1' },
      { type: 'guard.slowed-down', limit: 'startsPerNetwork', from: '192.0.2.0/24' },
      { type: 'guard.slowed-down', limit: 'startsOverall', from: 'everywhere' },
    ]);
  });

  it('of one name cost work beyond what is free from one network, and the more the more there are', async () => {
    open({ startsPerAccount: { count: 2, windowSeconds: 60 }, startsPerAccountOverall: wide, work: { hardest: 4 } });
    const works: number[] = [];
    for (let start = 0; start < 20; start += 1) works.push((await starts('192.0.2.1', 'alice')).work);
    expect(works).toEqual([0, 0, 1, 2, 2, 2, 2, ...Array.from({ length: 13 }, () => 4)]);
    expect((await starts('192.0.2.9', 'alice')).work).toBe(4);
    expect((await starts('198.51.100.1', 'alice')).work).toBe(0);
    expect((await starts('192.0.2.1', 'bob')).work).toBe(0);
    // The harder of the names decides.
    expect((await starts('192.0.2.1', 'carol', 'alice')).work).toBe(4);
    clock.advance(MINUTE);
    expect((await starts('192.0.2.1', 'alice')).work).toBe(0);
  });

  it('of one name cost work beyond what is free from everywhere', async () => {
    open({ startsPerAccount: wide, startsPerAccountOverall: { count: 3, windowSeconds: 60 } });
    const works: number[] = [];
    for (let start = 0; start < 6; start += 1) works.push((await starts(`192.0.${start}.1`, 'alice')).work);
    expect(works).toEqual([0, 0, 0, 1, 1, 2]);
  });

  it('that are refused add nothing to the work of a name', async () => {
    open({ startsPerAddress: { count: 1 }, startsPerAccount: { count: 2 }, startsPerAccountOverall: { count: 2 } });
    await starts('192.0.2.1', 'alice');
    for (let again = 0; again < 9; again += 1) expect((await starts('192.0.2.1', 'alice')).decision.allowed).toBe(false);
    expect((await starts('192.0.2.2', 'alice')).work).toBe(0);
    expect((await starts('192.0.2.3', 'alice')).work).toBe(1);
  });

  it('cost work once the next wrong proof for the name would not be judged without', async () => {
    open({ failuresPerAccount: { count: 3, countWithWork: 9 }, failuresPerAccountOverall: { count: 5, countWithWork: 9 } });
    const fail = (address: string) => guard.countFailure(store, [], ['alice', 'ally'], address);
    for (let failure = 0; failure < 2; failure += 1) await fail('192.0.2.1');
    expect((await starts('192.0.2.1', 'alice')).work).toBe(0);
    await fail('192.0.2.1');
    expect((await starts('192.0.2.1', 'alice')).work).toBe(1);
    expect((await starts('192.0.2.1', 'ally')).work).toBe(1);
    expect((await starts('192.0.2.1', 'carol', 'alice')).work, 'of several names that of the most tried one').toBe(1);
    expect((await starts('198.51.100.1', 'alice')).work).toBe(0);
    await fail('203.0.113.1');
    await fail('203.0.113.1');
    expect((await starts('198.51.100.1', 'alice')).work).toBe(1);
    // Looking has counted nothing.
    for (let again = 0; again < 4; again += 1) expect((await starts('198.51.100.1', 'alice')).work).toBe(1);
  });
});

describe('other requests', () => {
  it('are counted each by itself: answers of a journey, strays and notices of an address', async () => {
    open({
      answersPerJourney: { count: 1, windowSeconds: 10 },
      strayRequestsPerAddress: { count: 2, windowSeconds: 20 },
      noticeAnswersPerAddress: { count: 3, windowSeconds: 30 },
    });
    const now = clock.now();
    const decisions = async (one: () => Promise<unknown>) => [await one(), await one(), await one(), await one()];
    const no = (seconds: number) => ({ allowed: false, retryAt: now + seconds * 1000 });
    const yes = { allowed: true };
    expect(guard.answerWindow()).toEqual({ now, milliseconds: 10_000 });
    expect([1, 2, 9].map((answers) => guard.judgeAnswers({ answers, answersSince: now }))).toEqual([yes, no(10), no(10)]);
    expect(await decisions(() => guard.countStray('192.0.2.1'))).toEqual([yes, yes, no(20), no(20)]);
    expect(await decisions(() => guard.countNoticeAnswer('192.0.2.1'))).toEqual([yes, yes, yes, no(30)]);
    expect(await guard.countStray('192.0.2.2')).toEqual(yes);
    // An answer too many of one's own journey is no event: nobody else is meant.
    expect(await events()).toEqual([
      { type: 'guard.slowed-down', limit: 'strayRequestsPerAddress', from: '192.0.2.1' },
      { type: 'guard.slowed-down', limit: 'noticeAnswersPerAddress', from: '192.0.2.1' },
    ]);
  });
});

describe('a stray request that something stood behind after all', () => {
  it('is given back: it was none', async () => {
    open({ strayRequestsPerAddress: { count: 1, windowSeconds: 20 } });
    for (let again = 0; again < 3; again += 1) {
      expect(await guard.countStray('192.0.2.1')).toEqual({ allowed: true });
      await guard.giveBackStray('192.0.2.1:4711');
    }
    expect((await guard.countStray('192.0.2.1')).allowed).toBe(true);
    expect((await guard.countStray('192.0.2.1')).allowed).toBe(false);
  });
});

describe('mails to a manager', () => {
  it('are as many in an hour as are configured, for each by themselves, and asking in vain uses up nothing', async () => {
    open({}, { manager: { mailsPerHour: 2 } });
    const mays = async (manager: string) => guard.mayMailManager(store, manager);
    expect([await mays('people/1'), await mays('people/1')]).toEqual([true, true]);
    for (let again = 0; again < 3; again += 1) expect(await mays('people/1')).toBe(false);
    expect(await mays('people/2')).toBe(true);
    const [row] = await store.counters.read([digestOf('manager-mails|people/1')]);
    expect(row?.count).toBe(2);
    clock.advance(60 * MINUTE - 1);
    expect(await mays('people/1')).toBe(false);
    clock.advance(1);
    expect(await mays('people/1')).toBe(true);
  });
});

describe('a wrong proof that is given back', () => {
  it('was none, for the account, for strangers together and for the names', async () => {
    open({
      failuresPerAccount: { count: 1, countWithWork: 2 },
      failuresPerAccountOverall: { count: 1, countWithWork: 2 },
    });
    const all = [ask('net-1'), ask('net-1', true, 'people/2')];
    for (let again = 0; again < 3; again += 1) {
      expect(await guard.countFailure(store, all, ['alice'], '192.0.2.1')).toEqual({ attacked: true });
      expect(await guard.mayTry(store, all, ['alice'], '192.0.2.1', false)).toEqual({ granted: false, anyFailures: true });
      await guard.giveBackFailure(store, all, ['alice'], '192.0.2.1');
      expect(await guard.mayTry(store, all, ['alice'], '192.0.2.1', false)).toEqual({ granted: true, anyFailures: false });
      expect(await guard.failuresOf('people/1')).toEqual({ failures: 0, pausedUntil: 0 });
    }
    const counted = ['failures-from|people/1|net-1', 'failures-from-strangers|people/1', 'failures-from|people/2|net-1'];
    const names = ['name-failures-from|alice|192.0.2.0/24', 'name-failures|alice'];
    const rows = await store.counters.read([...counted, ...names].map(digestOf));
    expect(rows.map(({ count }) => count)).toEqual([0, 0, 0, 0, 0]);
    expect(await store.counters.read([digestOf('failures-from-strangers|people/2')])).toMatchObject([{ count: 0 }]);
  });
});

describe('what an owner is told', () => {
  it('is told once in a day', async () => {
    open();
    expect([await guard.tellsNow(store, 'x'), await guard.tellsNow(store, 'x'), await guard.tellsNow(store, 'y')]).toEqual([
      true,
      false,
      true,
    ]);
    clock.advance(DAY - 1);
    expect(await guard.tellsNow(store, 'x')).toBe(false);
    clock.advance(1);
    expect(await guard.tellsNow(store, 'x')).toBe(true);
  });
});

describe('an account whose failures are shown', () => {
  const limits = {
    failuresPerAccount: { ...wideBudget, windowSeconds: 60 },
    failuresPerAccountOverall: { count: 2, countWithWork: 3, windowSeconds: 60 },
  };

  it('has as many as strangers made in the window, and until when theirs are worth nothing', async () => {
    open(limits);
    const now = clock.now();
    expect(await guard.failuresOf('people/1')).toEqual({ failures: 0, pausedUntil: 0 });
    const seen: unknown[] = [];
    for (let failure = 0; failure < 3; failure += 1) {
      await guard.countFailure(store, [ask(`net-${failure}`)], [], '192.0.2.1');
      seen.push(await guard.failuresOf('people/1'));
    }
    await guard.countFailure(store, [ask('home', true)], [], '192.0.2.1');
    await guard.spend(store, 'messages', [ask('net-9')], false);
    expect(seen).toEqual([
      { failures: 1, pausedUntil: 0 },
      { failures: 2, pausedUntil: 0 },
      { failures: 3, pausedUntil: now + MINUTE },
    ]);
    expect(await guard.failuresOf('people/1')).toEqual({ failures: 3, pausedUntil: now + MINUTE });
    expect(await guard.failuresOf('people/2')).toEqual({ failures: 0, pausedUntil: 0 });
    clock.advance(MINUTE - 1);
    expect(await guard.failuresOf('people/1')).toMatchObject({ failures: 3 });
    clock.advance(1);
    expect(await guard.failuresOf('people/1')).toEqual({ failures: 0, pausedUntil: 0 });
  });
});

describe('a clock that was ahead and is right again', () => {
  it('leaves no limit that lasts until that time comes', async () => {
    open({
      startsPerAddress: { count: 1, windowSeconds: 60 },
      failuresPerAccount: { count: 1, countWithWork: 1 },
      failuresPerAccountOverall: { count: 1, countWithWork: 1 },
    });
    clock.advance(365 * DAY);
    await starts('192.0.2.1', 'a');
    expect((await starts('192.0.2.1', 'a')).decision.allowed).toBe(false);
    await guard.countFailure(store, [ask('192.0.2.1')], ['a'], '192.0.2.1');
    expect(await guard.failuresOf('people/1')).toMatchObject({ failures: 1 });
    expect((await guard.mayTry(store, [ask('192.0.2.1')], ['a'], '192.0.2.1', true)).granted).toBe(false);
    clock.advance(-365 * DAY);
    expect((await starts('192.0.2.1', 'a')).decision.allowed).toBe(true);
    expect(await guard.failuresOf('people/1')).toEqual({ failures: 0, pausedUntil: 0 });
    expect((await guard.mayTry(store, [ask('192.0.2.1')], ['a'], '192.0.2.1', true)).granted).toBe(true);
  });

  it('leaves what it counted for as long as clocks may be apart', async () => {
    open({ failuresPerAccount: { windowSeconds: 2 * 24 * 3600 } });
    clock.advance(DAY);
    await guard.countFailure(store, [ask('net-1')], [], '192.0.2.1');
    clock.advance(1 - DAY);
    expect(await guard.failuresOf('people/1')).toMatchObject({ failures: 1 });
    clock.advance(-1);
    expect(await guard.failuresOf('people/1')).toEqual({ failures: 0, pausedUntil: 0 });
  });

  it('gives nobody more than a clock that was right would have', async () => {
    open({ startsPerAddress: { count: 2, windowSeconds: 60 } });
    // A node that is hours ahead has the counters of one that is not.
    for (const step of [12 * 3_600_000, -12 * 3_600_000]) {
      clock.advance(step);
      expect((await starts('192.0.2.1', 'a')).decision.allowed).toBe(true);
    }
    expect((await starts('192.0.2.1', 'a')).decision.allowed).toBe(false);
  });
});

describe('texts', () => {
  it('end when as many left as the installation may send, however many ask at once, until the window is over', async () => {
    open({ textsOverall: { count: 5, windowSeconds: 600 } });
    expect(await Promise.all(Array.from({ length: 8 }, () => guard.spendTexts(store, 1, true)))).toEqual([
      ...Array.from({ length: 5 }, () => true),
      ...Array.from({ length: 3 }, () => false),
    ]);
    expect(await events()).toEqual([expect.objectContaining({ type: 'guard.slowed-down', limit: 'textsOverall', from: 'everywhere' })]);
    expect(await guard.spendTexts(store, 0, true), 'of a name that leads nowhere').toBe(true);
    clock.advance(10 * MINUTE);
    expect(await guard.spendTexts(store, 1, true)).toBe(true);
  });

  it('that are refused are an event once in a day, and a batch that is too large is given back whole', async () => {
    open({ textsOverall: { count: 5, windowSeconds: 24 * 3600 } });
    const texts = (count: number) => guard.spendTexts(store, count, true);
    expect([await texts(3), await texts(3), await texts(2)]).toEqual([true, false, true]);
    for (const wait of [0, DAY - 1]) {
      clock.advance(wait);
      expect(await texts(1)).toBe(false);
      expect(await events()).toHaveLength(1);
    }
    clock.advance(1);
    expect([await texts(5), await texts(1)]).toEqual([true, false]);
    expect(await events()).toHaveLength(2);
    expect(named).toContain('told|texts');
  });

  it('leave a part for those who ask from where they succeeded before, however often strangers ask', async () => {
    open({ textsOverall: { count: 10, windowSeconds: 600 } });
    const strangers = await Promise.all(Array.from({ length: 50 }, () => guard.spendTexts(store, 1, false)));
    expect(strangers.filter((granted) => granted)).toHaveLength(8);
    expect([await guard.spendTexts(store, 1, true), await guard.spendTexts(store, 1, true)]).toEqual([true, true]);
    expect([await guard.spendTexts(store, 1, true), await guard.spendTexts(store, 1, false)]).toEqual([false, false]);
    // A name that leads nowhere looks like any other, from wherever it is asked for.
    expect(await guard.spendTexts(store, 0, false)).toBe(true);
  });

  it('are not used up by names that lead nowhere', async () => {
    open({ textsOverall: { count: 1, windowSeconds: 600 } });
    for (let asked = 0; asked < 5; asked += 1) expect(await guard.spendTexts(store, 0, true)).toBe(true);
    expect(await guard.spendTexts(store, 1, true)).toBe(true);
    expect(await guard.spendTexts(store, 0, true)).toBe(true);
  });
});
