import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Goal } from '../../../shared/api/journeys.ts';
import { accountKey } from '../accounts/candidate.ts';
import type { JourneyVerb, WriteResult } from '../writes/directory-write.ts';
import type { JourneyState, OpenStepOf, QuestionStep, Written } from './journey-state.ts';
import { afterResults, afterWrites, endedBy, finished, mayFinish } from './step-after-writes.ts';

const deps = { random: { bytes: (length: number) => new Uint8Array(length), integer: () => 0 } };
const ID = 'A'.repeat(22);
const rule = (minimum: number) => ({
  ...{ code: 'password.too-short' as const, params: { minimum, unit: 'code-points' as const }, source: 'directory' as const, pure: true },
});
const from: QuestionStep = { id: 'asked', kind: 'new-password', rules: [], anyLocked: true, changeableAt: null };
const state = (more: Partial<JourneyState> = {}) =>
  ({ goal: 'reset-password', candidates: [], selected: [], step: from, ...more }) as unknown as JourneyState;
const after = (goal: Goal, verb: JourneyVerb, written: Record<string, Written>, more: Partial<JourneyState> = {}) =>
  afterWrites(deps, state({ goal, ...more }), { from, verb }, written);
const pageAfter = (goal: Goal, verb: JourneyVerb, written: Written) => after(goal, verb, { 'ad/1': written }).step;
const stepAfter = (written: Written) => pageAfter('reset-password', 'reset-password', written);
const reset = (written: Record<string, Written>, more: Partial<JourneyState> = {}) =>
  after('reset-password', 'reset-password', written, more);

const CURABLE = ['in-history', 'too-short', 'too-long', 'not-complex', 'same-as-current', 'quality', 'refused'].map(
  (each) => `password.${each}`,
);
const HOPELESS = [
  'account.no-right',
  'account.missing',
  'password.too-young',
  'password.account-locked',
  'password.refused-for-ever',
  'xpassword.refused',
];

describe('one account', () => {
  it.each([...HOPELESS, ...CURABLE])('that was left with a password that nobody knows is asked for another one after %s', (reason) => {
    const key = reason === 'password.in-history' ? 'left-temporary.in-history' : 'left-temporary';
    expect(stepAfter({ status: 'refused', reason, leftTemporary: true })).toEqual({ ...from, id: ID, message: { key, tone: 'error' } });
  });

  it.each(CURABLE)('is asked for another password after %s, with the reason', (reason) => {
    expect(stepAfter({ status: 'refused', reason })).toEqual({ ...from, id: ID, message: { key: reason, tone: 'error' } });
  });

  it.each(HOPELESS)('is asked for no other password after %s', (reason) => {
    expect(stepAfter({ status: 'refused', reason })).toEqual({ id: ID, kind: 'refused', code: reason });
  });

  it('is asked again when a write failed, and says so', () => {
    const again = { ...from, id: ID, message: { key: 'nothing-changed', tone: 'error' } };
    expect(stepAfter({ status: 'failed' })).toEqual(again);
    expect(stepAfter({ status: 'failed', reason: 'account.no-right' })).toEqual(again);
  });

  it('ends with a refusal without a reason, and where there is none', () => {
    expect(stepAfter({ status: 'refused' })).toEqual({ id: ID, kind: 'refused', code: 'password.refused' });
    expect(reset({}).step).toEqual({ id: ID, kind: 'refused', code: 'account.missing' });
  });

  it('says that the history was not kept, and nothing of what else was not done', () => {
    expect(stepAfter({ status: 'done', unmet: ['history'] })).toMatchObject({
      results: [{ account: 'ad/1', outcome: 'password-reset', code: 'password.history-not-kept' }],
    });
    for (const unmet of [[], ['must-change'], undefined] as WriteResult['unmet'][]) {
      const page = stepAfter({ status: 'done', unmet });
      expect(page).toMatchObject({ results: [{ account: 'ad/1', outcome: 'password-reset' }] });
      expect(JSON.stringify(page)).not.toContain('history');
    }
  });

  it.each<[Goal, JourneyVerb, string, string[]]>([
    ['reset-password', 'reset-password', 'password-reset', ['sign-in', 'update-devices', 'propagation']],
    ['unlock-account', 'reset-password', 'password-reset', ['sign-in', 'update-devices', 'propagation']],
    ['sign-in', 'reset-password', 'password-reset', ['update-devices', 'propagation']],
    ['reset-password', 'unlock-account', 'password-kept', ['sign-in-after-unlock']],
    ['unlock-account', 'unlock-account', 'unlocked', ['sign-in-after-unlock']],
  ])('of %s by %s says %s, and what to do next', (goal, verb, outcome, nextSteps) => {
    expect(pageAfter(goal, verb, { status: 'done' })).toEqual({ id: ID, kind: 'done', results: [{ account: 'ad/1', outcome }], nextSteps });
    expect(pageAfter(goal, verb, { status: 'unknown' })).toEqual({
      ...{ id: ID, kind: 'done', results: [{ account: 'ad/1', outcome: 'unknown' }] },
      nextSteps: [`not-known.${verb}`, 'start-again'],
    });
  });
});

describe('several accounts', () => {
  it('are told one by one on the last page, where none can be tried again', () => {
    const next = reset({
      'ad/1': { status: 'done' },
      'ad/2': { status: 'unknown', reason: 'x', unmet: ['history'] },
      'ad/3': { status: 'refused', reason: 'account.no-right' },
      'ad/4': { status: 'refused' },
    });
    expect(next.step).toEqual({
      id: ID,
      kind: 'done',
      results: [
        { account: 'ad/1', outcome: 'password-reset' },
        { account: 'ad/2', outcome: 'unknown' },
        { account: 'ad/3', outcome: 'failed', code: 'account.no-right' },
        { account: 'ad/4', outcome: 'failed', code: 'password.refused' },
      ],
      nextSteps: ['not-known.reset-password', 'start-again'],
    });
    const none = reset({
      'ad/1': { status: 'refused', reason: 'account.no-right' },
      'ad/2': { status: 'refused', reason: 'account.missing' },
    });
    expect(none.step).toMatchObject({ kind: 'done', nextSteps: [] });
  });

  it('that may be tried again are asked for by themselves, with what they ask for', () => {
    const account = (directory: string, minimum: number, maybeLocked: boolean, changeableAt: number | null) => ({
      ...{ directory, rules: [rule(minimum)], maybeLocked, changeableAt },
    });
    const each = { 'ad/1': account('One', 8, true, 9), 'ad/2': account('Two', 12, false, 5) };
    const asked: QuestionStep = { ...from, each } as QuestionStep;
    const next = afterWrites(
      deps,
      state(),
      { from: asked, verb: 'reset-password' },
      {
        'ad/1': { status: 'done' },
        'ad/2': { status: 'refused', reason: 'password.in-history' },
      },
    );
    expect(next.selected).toEqual(['ad/2']);
    expect(next.step).toEqual({
      ...{ id: ID, kind: 'new-password', rules: [rule(12)], changeableAt: 5, anyLocked: false },
      ...{ each: { 'ad/2': each['ad/2'] }, message: { key: 'some-left', tone: 'error' } },
    });
    expect(mayFinish(next)).toBe(true);
    const both = afterWrites(
      deps,
      state(),
      { from: asked, verb: 'unlock-account' },
      { 'ad/1': { status: 'failed' }, 'ad/2': { status: 'failed' } },
    );
    expect(both.step).toMatchObject({ rules: [{ params: { minimum: 12 }, directories: ['Two'] }], changeableAt: 9, anyLocked: true });
  });

  it('are not left while one of them has a password that nobody knows', () => {
    const stranded: Written = { status: 'refused', reason: 'password.in-history', leftTemporary: true };
    const next = reset({ 'ad/1': { status: 'done' }, 'ad/2': stranded });
    expect([next.selected, mayFinish(next)]).toEqual([['ad/2'], false]);
    expect(next.outcomes?.['ad/2']).toEqual({ verb: 'reset-password', outcome: 'failed', code: 'journey.left-temporary' });
    expect(mayFinish(state())).toBe(false);
    const later = reset({ 'ad/2': { status: 'done' } }, { outcomes: next.outcomes ?? {} });
    expect(mayFinish(later)).toBe(true);
    expect(later.step).toMatchObject({ results: [{ outcome: 'password-reset' }, { outcome: 'password-reset' }] });
  });

  it('that were kept and set are told apart, and what to do next is what the new password asks for', () => {
    const first = after('reset-password', 'unlock-account', { 'ad/1': { status: 'done' }, 'ad/2': { status: 'failed' } });
    const second = reset({ 'ad/2': { status: 'done' } }, { outcomes: first.outcomes ?? {} });
    expect(second.step).toMatchObject({
      results: [{ outcome: 'password-kept' }, { outcome: 'password-reset' }],
      nextSteps: ['sign-in', 'update-devices', 'propagation'],
    });
  });

  it('whose journey ends for another reason are told all the same', () => {
    expect(endedBy(deps, state(), 'journey.recovery-frozen', ['ad/1'], 'reset-password').step).toEqual({
      ...{ id: ID, kind: 'refused', code: 'journey.recovery-frozen' },
    });
    const { outcomes = {} } = reset({ 'ad/1': { status: 'done' }, 'ad/2': { status: 'failed' } });
    const ended = endedBy(deps, state({ outcomes }), 'journey.recovery-frozen', ['ad/2'], 'reset-password');
    expect(ended.step).toMatchObject({
      kind: 'done',
      results: [
        { account: 'ad/1', outcome: 'password-reset' },
        { account: 'ad/2', outcome: 'failed', code: 'journey.recovery-frozen' },
      ],
    });
    expect(finished(deps, state({ outcomes }), outcomes).step).toMatchObject({ kind: 'done', results: [{}, { outcome: 'failed' }] });
  });
});

const ACCOUNTS = ['ad/1', 'ad/2', 'ldap/1', 'ldap/2'];
const anOutcome = fc.record({
  status: fc.constantFrom<WriteResult['status']>('done', 'refused', 'failed', 'unknown', 'open'),
  reason: fc.constantFrom(...CURABLE, ...HOPELESS, undefined),
  leftTemporary: fc.constantFrom(true as const, undefined, undefined),
});
type AnOutcome = typeof anOutcome extends fc.Arbitrary<infer T> ? T : never;
/** What one account's writes come to, one after the other. */
const fates = fc.dictionary(fc.constantFrom(...ACCOUNTS), fc.array(anOutcome, { minLength: 1, maxLength: 6 }), { minKeys: 1 });

/** What can only be so of a write that was done or may have been: no other mark beside it. */
const sane = ({ status, reason, leftTemporary }: AnOutcome) => ({
  status,
  ...(status === 'done' || reason === undefined ? {} : { reason }),
  ...(status === 'refused' && leftTemporary ? { leftTemporary } : {}),
});

describe('whatever becomes of each write, in whatever order it is learnt', () => {
  /** Walks a journey to its end, as processes and sweepers do: what is open is learnt later, one intent after the other. */
  function walk(given: Record<string, AnOutcome[]>): { journey: JourneyState; truth: Map<string, string[]>; rounds: number } {
    const left = new Map(Object.entries(given).map(([account, all]) => [account, [...all]]));
    const truth = new Map<string, string[]>();
    let journey = state({ selected: [...left.keys()] });
    let asked: string[] = [...left.keys()];
    let rounds = 0;
    for (; rounds < 20 && asked.length > 0; rounds += 1) {
      const intents = Object.fromEntries(asked.map((account) => [`${account} ${rounds}`, account]));
      const writing: OpenStepOf<'writing'> = { id: 'w', kind: 'writing', intents, verb: 'reset-password', from };
      journey = { ...journey, step: writing };
      let pending = Object.entries(intents);
      while (pending.length > 0) {
        const learnt = pending.map(([id, account]) => {
          const fate = left.get(account)?.shift() ?? { status: 'done' as const, reason: undefined, leftTemporary: undefined };
          const [directory = '', ref = ''] = account.split('/');
          return { account, result: { ...sane(fate), intent: { id, account: { directory, id: ref } }, foundBy: 'reading' } as WriteResult };
        });
        for (const { account, result } of learnt)
          if (result.status !== 'open') truth.set(account, [...(truth.get(account) ?? []), result.status]);
        journey = afterResults(
          deps,
          journey,
          learnt.map(({ result }) => result),
        );
        pending = pending.filter((_, index) => learnt[index]?.result.status === 'open');
        if (pending.length > 0) expect(journey.step).toMatchObject({ kind: 'writing', id: 'w' });
      }
      asked = journey.step.kind === 'done' || journey.step.kind === 'refused' ? [] : journey.selected;
    }
    return { journey, truth, rounds };
  }

  it('no outcome is lost, none undoes or hides another, and nobody is asked again for what was done', () => {
    fc.assert(
      fc.property(fates, (given) => {
        const { journey, truth } = walk(given);
        const { step } = journey;
        const written = [...truth.values()].flat().some((status) => status === 'done' || status === 'unknown');
        // One account has no list to be told in.
        expect(step.kind).toBe(truth.size === 1 && !written ? 'refused' : 'done');
        if (step.kind !== 'done') return;
        const results = new Map(step.results.map((result) => [result.account, result.outcome]));
        expect([...results.keys()].sort()).toEqual([...truth.keys()].sort());
        for (const [account, all] of truth) {
          const last = all.at(-1);
          expect(results.get(account)).toBe(last === 'done' ? 'password-reset' : last === 'unknown' ? 'unknown' : 'failed');
          // Once it was done, or may have been, it was asked for no more.
          expect(all.slice(0, -1).some((status) => status === 'done' || status === 'unknown')).toBe(false);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('it makes no difference in which order outcomes of one round are learnt', () => {
    const round = fc.dictionary(
      fc.constantFrom(...ACCOUNTS),
      anOutcome.filter(({ status }) => status !== 'open'),
      { minKeys: 2 },
    );
    fc.assert(
      fc.property(round, fc.infiniteStream(fc.nat()), (given, order) => {
        const intents = Object.fromEntries(Object.keys(given).map((account) => [account, account]));
        const start = state({ step: { id: 'w', kind: 'writing', intents, verb: 'reset-password', from } });
        const results = Object.entries(given).map(([account, fate]) => {
          const [directory = '', id = ''] = account.split('/');
          return { ...sane(fate), intent: { id: account, account: { directory, id } }, foundBy: 'answer' } as WriteResult;
        });
        const shuffled = results.map((result) => ({ result, rank: order.next().value as number })).sort((a, b) => a.rank - b.rank);
        const atOnce = afterResults(deps, start, results);
        let oneByOne = start;
        for (const { result } of shuffled) oneByOne = afterResults(deps, oneByOne, [result]);
        expect(oneByOne.outcomes).toEqual(atOnce.outcomes);
        expect([...oneByOne.selected].sort()).toEqual([...atOnce.selected].sort());
        expect(oneByOne.step.kind).toBe(atOnce.step.kind);
      }),
    );
  });

  it('a journey that does not wait for a write takes nothing down', () => {
    const idle = state();
    expect(afterResults(deps, idle, [])).toBe(idle);
    expect(accountKey({ directory: 'ad', id: '1' })).toBe('ad/1');
  });
});
