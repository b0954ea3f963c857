import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Goal } from '../../../shared/api/journeys.ts';
import type { JourneyVerb, WriteResult } from '../writes/directory-write.ts';
import type { QuestionStep } from './journey-state.ts';
import { stepAfterWrites } from './step-after-writes.ts';

const deps = { random: { bytes: (length: number) => new Uint8Array(length), integer: () => 0 } };
const ID = 'A'.repeat(22);
const from: QuestionStep = { id: 'asked', kind: 'new-password', rules: [], anyLocked: true, changeableAt: null };
const intent = { account: { directory: 'ad', id: '1' } } as WriteResult['intent'];
const other = { account: { directory: 'ad', id: '2' } } as WriteResult['intent'];
const pageAfter = (goal: Goal, verb: JourneyVerb, ...results: Partial<WriteResult>[]) =>
  stepAfterWrites(
    deps,
    goal,
    from,
    verb,
    results.map((result) => ({ intent, status: 'refused', foundBy: 'answer', ...result })),
  );
const stepAfter = (...results: Partial<WriteResult>[]) => pageAfter('reset-password', 'reset-password', ...results);

const CURABLE = ['in-history', 'too-short', 'too-long', 'not-complex', 'same-as-current', 'quality', 'refused'].map(
  (rule) => `password.${rule}`,
);
const HOPELESS = [
  'account.no-right',
  'account.missing',
  'password.too-young',
  'password.account-locked',
  'password.refused-for-ever',
  'xpassword.refused',
];

describe('who was left with a password that nobody knows', () => {
  it.each([...HOPELESS, ...CURABLE])('is asked for another one after %s', (reason) => {
    const key = reason === 'password.in-history' ? 'left-temporary.in-history' : 'left-temporary';
    const again = { ...from, id: ID, message: { key, tone: 'error' } };
    expect(stepAfter({ reason, leftTemporary: true })).toEqual(again);
    expect(stepAfter({ status: 'done' }, { reason, leftTemporary: true })).toEqual(again);
    expect(stepAfter({ status: 'unknown' }, { status: 'failed', reason, leftTemporary: true })).toEqual(again);
  });
});

describe('where nothing was changed', () => {
  it.each(CURABLE)('another password is asked for after %s, with the reason', (reason) => {
    expect(stepAfter({ reason })).toEqual({ ...from, id: ID, message: { key: reason, tone: 'error' } });
  });

  it.each(HOPELESS)('no other password is asked for after %s', (reason) => {
    expect(stepAfter({ reason })).toEqual({ id: ID, kind: 'refused', code: reason });
    // Nor when another account would have been helped by one, in whatever order.
    expect(stepAfter({ reason: 'password.too-short' }, { reason })).toEqual({ id: ID, kind: 'refused', code: reason });
    expect(stepAfter({ status: 'failed' }, { reason })).toEqual({ id: ID, kind: 'refused', code: reason });
  });

  it('says so when a write failed, and asks again', () => {
    const again = { ...from, id: ID, message: { key: 'nothing-changed', tone: 'error' } };
    expect(stepAfter({ status: 'failed' })).toEqual(again);
    expect(stepAfter({ status: 'failed', reason: 'account.no-right' })).toEqual(again);
    expect(stepAfter({ status: 'failed' }, { reason: 'password.too-short' })).toEqual(again);
  });

  it('a refusal without a reason is one of the account', () => {
    expect(stepAfter({})).toEqual({ id: ID, kind: 'refused', code: 'password.refused' });
  });

  it('and nothing was to be written, there is no account', () => {
    expect(stepAfter()).toEqual({ id: ID, kind: 'refused', code: 'account.missing' });
  });
});

describe('the last page', () => {
  it('tells of each account what became of it', () => {
    expect(
      stepAfter(
        { status: 'done' },
        { status: 'unknown', intent: other, reason: 'x', unmet: ['history'] },
        { status: 'refused', reason: 'password.too-short', intent: other },
        { status: 'failed' },
      ),
    ).toEqual({
      id: ID,
      kind: 'done',
      results: [
        { account: 'ad/1', outcome: 'password-reset' },
        { account: 'ad/2', outcome: 'unknown' },
        { account: 'ad/2', outcome: 'failed', code: 'password.too-short' },
        { account: 'ad/1', outcome: 'failed', code: 'password.refused' },
      ],
      nextSteps: ['not-known.reset-password', 'start-again'],
    });
    expect(stepAfter({ status: 'unknown' })).toMatchObject({ kind: 'done', results: [{ outcome: 'unknown' }] });
  });

  it('says that the history was not kept, and nothing of what else was not done', () => {
    expect(stepAfter({ status: 'done', unmet: ['history'] })).toMatchObject({
      results: [{ account: 'ad/1', outcome: 'password-reset', code: 'password.history-not-kept' }],
    });
    for (const unmet of [[], ['must-change'], undefined] as WriteResult['unmet'][]) {
      const result: Partial<WriteResult> = unmet === undefined ? { status: 'done' } : { status: 'done', unmet };
      expect(stepAfter(result)).toMatchObject({ results: [{ account: 'ad/1', outcome: 'password-reset' }] });
      expect(JSON.stringify(stepAfter(result))).not.toContain('history');
    }
  });

  it.each<[Goal, JourneyVerb, string, string[]]>([
    ['reset-password', 'reset-password', 'password-reset', ['sign-in', 'update-devices', 'propagation']],
    ['unlock-account', 'reset-password', 'password-reset', ['sign-in', 'update-devices', 'propagation']],
    ['reset-password', 'unlock-account', 'password-kept', ['sign-in-after-unlock']],
    ['unlock-account', 'unlock-account', 'unlocked', ['sign-in-after-unlock']],
  ])('of %s by %s says %s, and what to do next', (goal, verb, outcome, nextSteps) => {
    expect(pageAfter(goal, verb, { status: 'done' })).toEqual({ id: ID, kind: 'done', results: [{ account: 'ad/1', outcome }], nextSteps });
    const unknown = pageAfter(goal, verb, { status: 'done' }, { status: 'unknown' });
    expect(unknown).toMatchObject({ nextSteps: [`not-known.${verb}`, 'start-again'] });
  });

  it('comes whenever anything was done or may have been, and then alone, unless somebody was stranded', () => {
    const results = fc.array(
      fc.record({
        status: fc.constantFrom<WriteResult['status']>('done', 'refused', 'failed', 'unknown'),
        reason: fc.constantFrom(...CURABLE, ...HOPELESS),
      }),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(results, (all) => {
        const written = all.some(({ status }) => status === 'done' || status === 'unknown');
        expect(stepAfter(...all).kind === 'done').toBe(written);
      }),
    );
  });
});
