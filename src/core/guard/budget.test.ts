import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BudgetLimits, grants, isAttack, workFactor } from './budget.ts';

const limits = fc
  .tuple(
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 0, max: 20 }),
    fc.integer({ min: 1, max: 60 }),
    fc.integer({ min: 0, max: 100 }),
  )
  .map(
    ([place, morePlace, strangers, moreStrangers]): BudgetLimits => ({
      place,
      placeWithWork: place + morePlace,
      strangers,
      strangersWithWork: strangers + moreStrangers,
    }),
  );
const request = fc.record({ place: fc.integer({ min: 0, max: 30 }), hasWorked: fc.boolean() });

/** Plays requests of strangers, each from one of many places; counts what was granted, as the guard does. */
function play(rule: BudgetLimits, requests: readonly { place: number; hasWorked: boolean }[]) {
  const places = new Map<number, number>();
  let strangers = 0;
  for (const { place, hasWorked } of requests) {
    const spent = { place: places.get(place) ?? 0, strangers };
    if (!grants(rule, spent, { hasWorked, isKnown: false })) continue;
    places.set(place, spent.place + 1);
    strangers += 1;
  }
  return { places, strangers };
}

describe('a budget', () => {
  it('is never overdrawn, whatever strangers do', () => {
    fc.assert(
      fc.property(limits, fc.array(request, { maxLength: 400 }), (rule, requests) => {
        const { places, strangers } = play(rule, requests);
        expect(strangers).toBeLessThanOrEqual(rule.strangersWithWork);
        for (const granted of places.values()) expect(granted).toBeLessThanOrEqual(rule.placeWithWork);
      }),
    );
  });

  it('keeps its whole share for a place that the owner used before, whatever strangers did', () => {
    fc.assert(
      fc.property(limits, fc.array(request, { maxLength: 400 }), fc.boolean(), (rule, requests, hasWorked) => {
        const { strangers } = play(rule, requests);
        const share = hasWorked ? rule.placeWithWork : rule.place;
        for (let used = 0; used < share; used += 1) {
          expect(grants(rule, { place: used, strangers }, { hasWorked, isKnown: true })).toBe(true);
        }
        expect(grants(rule, { place: share, strangers }, { hasWorked, isKnown: true })).toBe(false);
      }),
    );
  });

  it('grants work no less than idleness, and a known place no less than a stranger', () => {
    fc.assert(
      fc.property(limits, fc.nat(40), fc.nat(200), (rule, place, strangers) => {
        const ask = (hasWorked: boolean, isKnown: boolean) => Number(grants(rule, { place, strangers }, { hasWorked, isKnown }));
        expect(ask(true, false)).toBeGreaterThanOrEqual(ask(false, false));
        expect(ask(true, true)).toBeGreaterThanOrEqual(ask(false, true));
        expect(ask(false, true)).toBeGreaterThanOrEqual(ask(false, false));
      }),
    );
  });

  it('is called an attack from the moment on at which work is wanted', () => {
    fc.assert(
      fc.property(limits, fc.nat(40), fc.nat(200), (rule, place, strangers) => {
        const free = grants(rule, { place, strangers }, { hasWorked: false, isKnown: false });
        expect(isAttack(rule, { place, strangers })).toBe(!free);
      }),
    );
  });
});

describe('work', () => {
  it.each([
    [[], 0],
    [[0.2, 1], 0],
    [[1.01], 1],
    [[0.5, 1.99], 1],
    [[2], 2],
    [[3.9, 1], 2],
    [[4], 4],
    [[1000], 32],
  ])('for pressures of %j is %i times the smallest', (ratios, factor) => {
    expect(workFactor(ratios, 32)).toBe(factor);
  });
});
