import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FactorKind } from '../../../shared/api/journeys.ts';
import { enrolmentSchema } from '../configuration/enrolment-section.ts';
import { judgeCombinations } from './judge-combinations.ts';
import { daysLeft, putOffUntil, type RequirementFacts, type RequirementRule, requirementOf } from './requirement.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-09-10T12:00:00Z');
const rules = (...written: object[]): RequirementRule[] =>
  enrolmentSchema.parse({ required: written.map((rule, index) => ({ name: `rule ${index}`, ...rule })) }).required;
const ways = (has: readonly FactorKind[], accepted: readonly FactorKind[][] = [['email', 'totp']]) =>
  judgeCombinations(
    accepted,
    has.map((kind) => ({ kind })),
  );
const nobodyAsked = { firstAskedAt: null, putOffUntil: null, deferredUntil: null, mails: 0, mailedAt: null };
const facts = (more: Partial<RequirementFacts> = {}): RequirementFacts => ({
  now: NOW,
  timeZone: 'UTC',
  account: { directory: 'people', membership: { places: {}, groups: { staff: true, guests: false, hidden: null } } },
  barred: null,
  ways: ways(['totp']),
  waysCertain: true,
  addable: ['passkey', 'totp', 'email'],
  notLeaving: [],
  asked: null,
  ...more,
});
const asked = (more: Partial<typeof nobodyAsked> | { firstAskedAt?: number; putOffUntil?: number; deferredUntil?: number }) => ({
  asked: { ...nobodyAsked, ...more },
});
const FORCE = { ask: 'force', deadline: '2026-09-09' };

describe('what is asked', () => {
  it.each<[string, object[], Partial<RequirementFacts>, object]>([
    ['nothing without rules', [], {}, { ask: 'nothing', because: 'no-rule' }],
    ['nothing where none applies', [{ when: { groups: ['guests'] } }], {}, { ask: 'nothing', because: 'no-rule' }],
    ['nothing of another directory’s people', [{ when: { directories: ['school'] } }], {}, { ask: 'nothing', because: 'no-rule' }],
    ['nothing by a rule that says so', [{ when: { groups: ['staff'] }, ask: 'never' }, FORCE], {}, { ask: 'nothing', because: 'never' }],
    ['nothing of who could recover', [FORCE], { ways: ways(['totp', 'email']) }, { ask: 'nothing', because: 'can-recover' }],
    [
      'nothing of who could, though not all is told',
      [FORCE],
      { ways: ways(['totp', 'email']), waysCertain: false },
      { because: 'can-recover' },
    ],
    ['nothing of the protected', [FORCE], { barred: 'account-protected' }, { ask: 'nothing', because: 'barred' }],
    ['nothing of who was frozen', [FORCE], { barred: 'recovery-frozen' }, { ask: 'nothing', because: 'barred' }],
    ['nothing where nothing is accepted', [FORCE], { ways: [] }, { ask: 'nothing', because: 'nothing-accepted' }],
    ['nothing before it begins', [{ ...FORCE, from: '2026-09-11', deadline: '2026-09-30' }], {}, { because: 'not-yet' }],
    ['a reminder on its first day', [{ from: '2026-09-10' }], {}, { ask: 'remind', deadline: null, uncertain: false, stuck: null }],
    ['a reminder without a deadline, for ever', [{}], asked({ firstAskedAt: 0 }), { ask: 'remind', deadline: null }],
    ['a reminder until the last day is over', [{ ...FORCE, deadline: '2026-09-10' }], {}, { ask: 'remind', deadline: NOW + DAY / 2 }],
    ['no choice from then on', [FORCE], {}, { ask: 'force', deadline: NOW - DAY / 2 }],
    ['a reminder from then on where nobody is forced', [{ deadline: '2026-09-01' }], {}, { ask: 'remind' }],
    [
      'days, counted from the first time',
      [{ ask: 'force', days: 3 }],
      asked({ firstAskedAt: NOW - 2 * DAY }),
      { ask: 'remind', deadline: NOW + DAY },
    ],
    ['days that are over', [{ ask: 'force', days: 3 }], asked({ firstAskedAt: NOW - 3 * DAY }), { ask: 'force' }],
    [
      'days, counted from when the rule began',
      [{ ask: 'force', from: '2026-09-09', days: 3 }],
      asked({ firstAskedAt: NOW - 400 * DAY }),
      { ask: 'remind', deadline: NOW + 1.5 * DAY },
    ],
    ['days of who was never asked', [{ ask: 'force', days: 3 }], {}, { ask: 'remind', deadline: NOW + 3 * DAY }],
    ['the later of day and days', [{ ...FORCE, days: 7 }], {}, { ask: 'remind', deadline: NOW + 7 * DAY }],
    ['longer where an operator says so', [FORCE], asked({ deferredUntil: NOW + DAY }), { ask: 'remind', deadline: NOW + DAY }],
    ['no choice when that is over', [FORCE], asked({ deferredUntil: NOW }), { ask: 'force' }],
    ['nothing while it is put off', [{}], asked({ putOffUntil: NOW + 1 }), { ask: 'nothing', because: 'put-off' }],
    ['again when that is over', [{}], asked({ putOffUntil: NOW }), { ask: 'remind' }],
    ['no choice, whatever was put off', [FORCE], asked({ putOffUntil: NOW + DAY }), { ask: 'force' }],
    [
      'a reminder where membership is hidden',
      [{ ...FORCE, when: { groups: ['hidden'] } }],
      {},
      { ask: 'remind', uncertain: true, deadline: null },
    ],
    [
      'a reminder where an earlier rule is',
      [{ when: { groups: ['hidden'] }, ask: 'never' }, FORCE],
      {},
      { ask: 'remind', uncertain: true },
    ],
    ['a reminder where nothing was read', [FORCE], { ways: null }, { ask: 'remind', uncertain: true, ways: [] }],
    ['a reminder where the state is hidden', [FORCE], { barred: 'directory-trouble' }, { ask: 'remind', uncertain: true }],
    ['a reminder where the rule of proof is hidden', [FORCE], { waysCertain: false }, { ask: 'remind', uncertain: true }],
    ['a reminder while no mail leaves', [FORCE], { notLeaving: ['email'] }, { ask: 'remind', stuck: 'codes-do-not-leave' }],
    [
      'no choice where another way is open',
      [FORCE],
      { notLeaving: ['email'], ways: ways(['totp'], [['email', 'totp'], ['passkey']]) },
      { ask: 'force' },
    ],
    [
      'a reminder where others must add it',
      [FORCE],
      { ways: ways([], [['temporary-pass', 'totp']]) },
      { ask: 'remind', stuck: 'not-by-yourself' },
    ],
  ])('is %s', (_what, written, more, expected) => {
    expect(requirementOf(rules(...written), facts(more))).toMatchObject(expected);
  });

  it('is never forced on anybody unless all is known, the deadline is over, and they can do it now', () => {
    // Mostly what leads to being forced, or it would hardly ever be seen.
    const mostly = <T>(usual: T, ...others: T[]) => fc.constantFrom(usual, usual, usual, ...others);
    const verdict = fc.constantFrom(true, false, null);
    const rule = fc.record({
      when: fc.record({ groups: fc.constantFrom(['staff'], ['hidden'], undefined) }),
      ask: mostly('force', 'never', 'remind'),
      deadline: mostly('2026-09-09', '2026-09-10', undefined),
    });
    const kinds = fc.subarray<FactorKind>(['email', 'totp', 'passkey', 'temporary-pass']);
    const what = fc.record({
      groups: fc.record({ staff: verdict, hidden: verdict }),
      barred: mostly(null, 'account-protected' as const, 'directory-trouble' as const),
      has: kinds,
      accepted: fc.array(fc.subarray<FactorKind>(['email', 'totp', 'passkey', 'temporary-pass'], { minLength: 1 }), { maxLength: 3 }),
      isRead: mostly(true, false),
      waysCertain: mostly(true, false),
      notLeaving: fc.subarray<FactorKind>(['email']),
      putOffUntil: fc.constantFrom(null, NOW + DAY),
      deferredUntil: mostly(null, NOW + DAY),
    });
    let forced = 0;
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), what, (written, world) => {
        const { barred, waysCertain, notLeaving, putOffUntil, deferredUntil } = world;
        const own = ways(world.has, world.accepted);
        const all = rules(...written);
        const requirement = requirementOf(
          all,
          facts({
            ...{ barred, waysCertain, notLeaving, ways: world.isRead ? own : null, ...asked({ putOffUntil, deferredUntil } as never) },
            account: { directory: 'people', membership: { places: {}, groups: world.groups } },
          }),
        );
        if (requirement.ask !== 'force') return;
        forced += 1;
        expect([barred, world.isRead, waysCertain, deferredUntil, requirement.uncertain]).toEqual([null, true, true, null, false]);
        expect(requirement.rule).toMatchObject({ ask: 'force', deadline: '2026-09-09' });
        const first = all.find(({ when }) => when.groups === undefined || world.groups[when.groups[0] as 'staff'] !== false);
        expect(first).toBe(requirement.rule);
        expect(own.every(({ missing }) => missing.length > 0)).toBe(true);
        const now = (kind: FactorKind) => kind !== 'temporary-pass' && !notLeaving.includes(kind);
        expect(own.some(({ missing }) => missing.every(now))).toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(forced).toBeGreaterThan(10);
  });
});

it('is put off for the days of its rule, and not past the deadline', () => {
  const [rule] = rules({ putOffDays: 3 }) as [RequirementRule];
  expect(putOffUntil({ rule, deadline: null }, NOW)).toBe(NOW + 3 * DAY);
  expect(putOffUntil({ rule, deadline: NOW + DAY }, NOW)).toBe(NOW + DAY);
  expect(putOffUntil({ rule, deadline: NOW + 9 * DAY }, NOW)).toBe(NOW + 3 * DAY);
  expect(putOffUntil({ rule, deadline: NOW - DAY }, NOW)).toBe(NOW + 3 * DAY);
});

it('counts the day that has begun', () => {
  expect([NOW + 1, NOW + DAY, NOW + DAY + 1, NOW, NOW - DAY].map((deadline) => daysLeft(deadline, NOW))).toEqual([1, 1, 2, 0, 0]);
});
