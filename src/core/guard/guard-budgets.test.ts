import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
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

beforeEach(async () => {
  store = await openTestStore('sqlite::memory:', testKey(randomBytes(4).toString('hex')));
});
afterEach(async () => {
  await store.close();
});

function open(limits?: ConfigurationDocument['guard']): void {
  ({ guard, clock, named } = openGuard(store, limits));
}

const wideBudget = { count: 1_000, countWithWork: 1_000, windowSeconds: 600 };
const events = async () => (await store.audit.read(0, 1_000)).map(({ type, data }) => ({ type, ...JSON.parse(data) }));
const ask = (place: string, isKnown = false, target = 'people/1'): Asked => ({ target, place, isKnown });

const LIMITS = {
  messages: { place: 2, placeWithWork: 4, strangers: 5, strangersWithWork: 8 },
  failures: { place: 3, placeWithWork: 5, strangers: 6, strangersWithWork: 9 },
};
/** Longer than a release lasts, so that its end is seen. */
const WINDOW = 7 * DAY;

const asked = fc.uniqueArray(
  fc.record({
    target: fc.constantFrom('people/1', 'people/2'),
    place: fc.constantFrom('net-1', 'net-2', 'net-3'),
    isKnown: fc.boolean(),
  }),
  { minLength: 1, maxLength: 2, selector: ({ target }) => target },
);
const worked = fc.boolean();
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('spend' as const), asked, worked }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('fail' as const), asked, worked }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('try' as const), asked, worked }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('clear' as const, 'release' as const), asked, worked }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), milliseconds: fc.constantFrom(1, DAY / 2, DAY / 2 - 1) }) },
);

/** The rules of the two budgets, told once more in the plainest way: what was counted is never over. */
function createModel(now: () => number) {
  type Name = keyof typeof LIMITS;
  const counts = new Map<string, number>();
  const released = new Map<string, number>();
  const here = (budget: Name, { target, place }: Asked) => `${budget} ${target} ${place}`;
  const strangers = (budget: Name, { target }: Pick<Asked, 'target'>) => `${budget} ${target}`;
  const read = (name: string) => counts.get(name) ?? 0;
  const spent = (budget: Name, one: Asked) => ({
    place: (released.get(one.target) ?? 0) > now() ? 0 : read(here(budget, one)),
    strangers: read(strangers(budget, one)),
  });
  return {
    granted: (budget: Name, all: readonly Asked[], hasWorked: boolean) =>
      all.every((one) => {
        const limits = LIMITS[budget];
        const before = spent(budget, one);
        if (before.place >= (hasWorked ? limits.placeWithWork : limits.place)) return false;
        return one.isKnown || before.strangers < (hasWorked ? limits.strangersWithWork : limits.strangers);
      }),
    attacked: (budget: Name, all: readonly Asked[]) =>
      all.some((one) => {
        const before = spent(budget, one);
        return before.place >= LIMITS[budget].place || before.strangers >= LIMITS[budget].strangers;
      }),
    count(budget: Name, all: readonly Asked[]) {
      for (const one of all) {
        const names = one.isKnown ? [here(budget, one)] : [here(budget, one), strangers(budget, one)];
        for (const name of names) counts.set(name, read(name) + 1);
      }
    },
    clear(all: readonly Asked[]) {
      for (const one of all) for (const name of [here('failures', one), strangers('failures', one)]) counts.delete(name);
    },
    release({ target }: Asked) {
      for (const budget of ['messages', 'failures'] as const) counts.delete(strangers(budget, { target }));
      released.set(target, now() + DAY);
    },
  };
}

describe('budgets of an account', () => {
  const budgets = {
    messagesPerAccount: { count: 2, countWithWork: 4, windowSeconds: WINDOW / 1000 },
    messagesPerAccountOverall: { count: 5, countWithWork: 8, windowSeconds: WINDOW / 1000 },
    failuresPerAccount: { count: 3, countWithWork: 5, windowSeconds: WINDOW / 1000 },
    failuresPerAccountOverall: { count: 6, countWithWork: 9, windowSeconds: WINDOW / 1000 },
  };

  it('are what the plainest rules say, whatever is asked, counted, cleared and released in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
        open(budgets);
        const opened = clock.now();
        const model = createModel(clock.now);
        for (const one of steps) {
          if (one.do === 'wait') {
            // The windows of the counters are another matter.
            if (clock.now() + one.milliseconds - opened < WINDOW - DAY) clock.advance(one.milliseconds);
          } else if (one.do === 'spend') {
            const expected = { granted: model.granted('messages', one.asked, one.worked), attacked: model.attacked('messages', one.asked) };
            expect(await guard.spend(store, 'messages', one.asked, one.worked)).toEqual(expected);
            if (expected.granted) model.count('messages', one.asked);
          } else if (one.do === 'fail') {
            model.count('failures', one.asked);
            const expected = { attacked: model.attacked('failures', one.asked) };
            expect(await guard.countFailure(store, one.asked, ['alice'], '192.0.2.1')).toEqual(expected);
          } else if (one.do === 'try') {
            const expected = model.granted('failures', one.asked, one.worked);
            expect((await guard.mayTry(store, one.asked, ['alice'], '192.0.2.1', one.worked)).granted).toBe(expected);
          } else if (one.do === 'clear') {
            await guard.clearFailures(store, one.asked);
            model.clear(one.asked);
          } else {
            const [first] = one.asked;
            if (first === undefined) continue;
            await guard.release(store, first.target);
            model.release(first);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('that are released are those of strangers, at once, and those of places for a day', async () => {
    open({
      messagesPerAccount: { count: 1, countWithWork: 1, windowSeconds: WINDOW / 1000 },
      messagesPerAccountOverall: { count: 2, countWithWork: 2, windowSeconds: WINDOW / 1000 },
      failuresPerAccount: { count: 1, countWithWork: 1, windowSeconds: WINDOW / 1000 },
      failuresPerAccountOverall: { count: 2, countWithWork: 2, windowSeconds: WINDOW / 1000 },
    });
    const mayTry = async (place: string, isKnown = false) =>
      (await guard.mayTry(store, [ask(place, isKnown)], [], '192.0.2.1', false)).granted;
    const spends = async (place: string) => (await guard.spend(store, 'messages', [ask(place)], false)).granted;
    for (const place of ['net-1', 'net-2']) {
      await guard.countFailure(store, [ask(place)], [], '192.0.2.1');
      expect(await spends(place)).toBe(true);
    }
    expect([await mayTry('net-3'), await spends('net-3')]).toEqual([false, false]);
    await guard.release(store, 'people/1');
    expect(await guard.failuresOf('people/1')).toEqual({ failures: 0, pausedUntil: 0 });
    expect([await mayTry('net-1'), await spends('net-1')]).toEqual([true, true]);
    clock.advance(DAY - 1);
    expect(await mayTry('net-1', true)).toBe(true);
    clock.advance(1);
    expect(await mayTry('net-1', true)).toBe(false);
    expect(await mayTry('net-3')).toBe(true);
  });

  it('begin anew when their window is over', async () => {
    open({
      messagesPerAccount: { count: 1, countWithWork: 1, windowSeconds: 60 },
      messagesPerAccountOverall: { ...wideBudget, windowSeconds: 60 },
    });
    const spend = () => guard.spend(store, 'messages', [ask('net-1')], false);
    expect([await spend(), await spend()]).toEqual([
      { granted: true, attacked: false },
      { granted: false, attacked: true },
    ]);
    clock.advance(MINUTE - 1);
    expect(await spend()).toEqual({ granted: false, attacked: true });
    clock.advance(1);
    expect(await spend()).toEqual({ granted: true, attacked: false });
  });

  it('are counted in the caller’s transaction: what is rolled back was not counted', async () => {
    open({ failuresPerAccount: { count: 1, countWithWork: 1 } });
    const undone = store.transaction(async (inner) => {
      await guard.countFailure(inner, [ask('net-1')], ['alice'], '192.0.2.1');
      expect(await guard.mayTry(inner, [ask('net-1')], ['alice'], '192.0.2.1', true)).toEqual({ granted: false, anyFailures: true });
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await guard.mayTry(store, [ask('net-1')], ['alice'], '192.0.2.1', true)).toEqual({ granted: true, anyFailures: false });
  });

  it('and names stand by digests that differ for each thing that is counted', async () => {
    open();
    await guard.countStart('192.0.2.1', ['alice']);
    await guard.countStray('192.0.2.1');
    await guard.countNoticeAnswer('192.0.2.1');
    await guard.spend(store, 'messages', [ask('192.0.2.0/24')], false);
    await guard.countFailure(store, [ask('192.0.2.0/24')], ['alice'], '192.0.2.1');
    await guard.tellsNow(store, 'alice');
    await guard.spendTexts(store, 1, true);
    await guard.mayMailManager(store, 'people/2');
    expect([...named].toSorted()).toEqual(
      [
        'startsPerAddress|192.0.2.1',
        'startsPerNetwork|192.0.2.0/24',
        'startsOverall|everywhere',
        'startsPerAccount|alice|192.0.2.0/24',
        'startsPerAccountOverall|alice',
        'name-failures-from|alice|192.0.2.0/24',
        'name-failures|alice',
        'strayRequestsPerAddress|192.0.2.1',
        'noticeAnswersPerAddress|192.0.2.1',
        'messages-from|people/1|192.0.2.0/24',
        'messages-from-strangers|people/1',
        'failures-from|people/1|192.0.2.0/24',
        'failures-from-strangers|people/1',
        'released|people/1',
        'told|alice',
        'textsOverall|everywhere',
        'manager-mails|people/2',
      ].toSorted(),
    );
  });
});

describe('proofs asked for anew', () => {
  it('are counted for the session alone, and the event of the first refusal names the address, never the session', async () => {
    open({ stepUpsPerSession: { count: 2, windowSeconds: 60 } });
    const retryAt = clock.now() + MINUTE;
    const stepUp = (session: string) => guard.countStepUp(session, '192.0.2.1:4711');
    expect([await stepUp('s-1'), await stepUp('s-1')]).toEqual([{ allowed: true }, { allowed: true }]);
    for (let again = 0; again < 3; again += 1) expect(await stepUp('s-1')).toEqual({ allowed: false, retryAt });
    expect(await events()).toEqual([{ type: 'guard.slowed-down', limit: 'stepUpsPerSession', from: '192.0.2.1' }]);
    expect(await stepUp('s-2'), 'another session behind the same address').toEqual({ allowed: true });
    expect([...named]).toEqual(['stepUpsPerSession|s-1', 'stepUpsPerSession|s-2']);
    clock.advance(MINUTE);
    expect(await stepUp('s-1')).toEqual({ allowed: true });
  });
});

describe('searches for people', () => {
  type Search = Parameters<Guard['countSearch']>[0];
  const inSession = (id = 's-1', isFresh = false, provenAt = 100) => ({ session: { id, provenAt, isFresh } });
  const search = (one: Partial<Search> = {}) =>
    guard.countSearch({ agent: 'helper', where: 'people', ...one }, (limit) => ({
      ...{ type: 'people.searched-too-often', actor: { kind: 'token', token: 'program' }, limit },
    }));
  const searches = async (times: number, one: Partial<Search> = {}) => {
    for (let again = 0; again < times; again += 1) expect((await search(one)).allowed, `search ${again + 1}`).toBe(true);
  };
  const refusals = async () => (await events()).map(({ type, limit }) => [type, limit]);

  it('of a session are refused beyond its share until its window is over; a fresh proof begins a new count', async () => {
    open({ searchesPerSession: { count: 2, windowSeconds: 60 }, searchesPerAgent: { count: 100, windowSeconds: 600 } });
    const retryAt = clock.now() + MINUTE;
    expect(await search(inSession())).toEqual({ allowed: true, proofHelps: false });
    await searches(1, inSession());
    for (let again = 0; again < 3; again += 1) {
      expect(await search(inSession())).toEqual({ allowed: false, retryAt, proofHelps: true });
    }
    expect(await search(inSession('s-1', true)), 'however fresh what was already counted is').toEqual({
      allowed: false,
      retryAt,
      proofHelps: true,
    });
    expect(await refusals()).toEqual([['people.searched-too-often', 'searchesPerSession']]);
    await searches(2, inSession('s-1', true, 200));
    expect((await search(inSession('s-1', true, 200))).allowed).toBe(false);
    await searches(2, inSession('s-2'));
    clock.advance(MINUTE);
    await searches(2, inSession());
  });

  it('of an agent are counted over all sessions; those that a session is refused use up nothing of it', async () => {
    open({ searchesPerSession: { count: 3, windowSeconds: 60 }, searchesPerAgent: { count: 5, windowSeconds: 600 } });
    await searches(3, inSession('s-1'));
    for (let again = 0; again < 9; again += 1) expect((await search(inSession('s-1'))).allowed).toBe(false);
    await searches(2, inSession('s-2'));
    const retryAt = clock.now() + 10 * MINUTE;
    for (const id of ['s-2', 's-3', 's-3']) {
      expect(await search(inSession(id)), id).toEqual({ allowed: false, retryAt, proofHelps: true });
    }
    expect(await refusals()).toEqual([
      ['people.searched-too-often', 'searchesPerSession'],
      ['people.searched-too-often', 'searchesPerAgent'],
    ]);
    await searches(3, { ...inSession('s-4'), agent: 'another helper' });
    clock.advance(10 * MINUTE);
    await searches(3, inSession('s-3'));
  });

  it('have a second share of the agent, of the same size, behind a fresh proof: promised as long as something of it is left', async () => {
    open({ searchesPerSession: { count: 100, windowSeconds: 60 }, searchesPerAgent: { count: 3, windowSeconds: 600 } });
    await searches(3, inSession());
    const stale = async () => (await search(inSession())) as { allowed: boolean; proofHelps?: boolean };
    // Asking whether a proof would help uses up nothing of what it opens.
    for (let again = 0; again < 5; again += 1) expect(await stale()).toMatchObject({ allowed: false, proofHelps: true });
    const retryAt = clock.now() + 10 * MINUTE;
    for (let used = 1; used <= 3; used += 1) {
      expect(await search(inSession('s-1', true, 200))).toEqual({ allowed: true });
      expect(await stale(), `${used} used`).toEqual({ allowed: false, retryAt, proofHelps: used < 3 });
    }
    for (let again = 0; again < 3; again += 1) {
      expect(await search(inSession('s-1', true, 300)), 'no proof opens a third').toEqual({ allowed: false, retryAt });
    }
    // The first refusal of each of the two shares.
    expect(await refusals()).toEqual(Array.from({ length: 2 }, () => ['people.searched-too-often', 'searchesPerAgent']));
  });

  it('of a program have no session: they are counted for it alone, and no proof helps', async () => {
    open({ searchesPerSession: { count: 1, windowSeconds: 60 }, searchesPerAgent: { count: 2, windowSeconds: 600 } });
    const retryAt = clock.now() + 10 * MINUTE;
    expect([await search(), await search()]).toEqual([{ allowed: true }, { allowed: true }]);
    expect([await search(), await search()]).toEqual(Array.from({ length: 2 }, () => ({ allowed: false, retryAt })));
    expect(await events()).toEqual([
      { type: 'people.searched-too-often', actor: { kind: 'token', token: 'program' }, limit: 'searchesPerAgent' },
    ]);
    expect([...named]).toEqual(['searchesPerAgent|helper|people']);
  });

  it('count each directory by itself: in all that is counted of them', async () => {
    open({ searchesPerSession: { count: 2, windowSeconds: 60 }, searchesPerAgent: { count: 2, windowSeconds: 600 } });
    for (const where of ['people', 'partners', '']) {
      await searches(2, { ...inSession('s-1'), where });
      expect((await search({ ...inSession('s-1'), where })).proofHelps).toBe(true);
      await searches(2, { ...inSession('s-2', true, 200), where });
      expect(await search({ ...inSession('s-3', true, 300), where })).toMatchObject({ allowed: false });
    }
    expect([...named].toSorted()).toEqual(
      ['people', 'partners', '']
        .flatMap((where) => [
          ...['s-1|100', 's-2|200', 's-3|300'].map((session) => `searchesPerSession|${session}|${where}`),
          `searchesPerAgent|helper|${where}`,
          `searchesPerAgent|helper|proven|${where}`,
        ])
        .toSorted(),
    );
  });
});
