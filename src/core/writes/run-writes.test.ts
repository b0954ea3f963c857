import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError, isAppError } from '../../../shared/errors.ts';
import type { ManualClock } from '../../../test/manual-clock.ts';
import type { Fate, PaperDirectory } from '../../../test/paper-directory.ts';
import { eventsOf, onPaper, openPaperWorld, type PaperWorld, REF } from '../../../test/paper-world.ts';
import { readLogEnd } from '../audit/log-end.ts';
import type { Store } from '../ports/store.ts';
import type { WriteIntent, WriteResult, WriteVerb } from './directory-write.ts';
import { findOutcome } from './find-outcome.ts';

const EVENT = { done: 'succeeded', refused: 'refused', failed: 'failed', unknown: 'unknown', open: 'unanswered' } as const;
const NOTICE = {
  'reset-password': { done: 'password-was-reset', unknown: 'password-may-have-been-reset' },
  'change-password': { done: 'password-was-changed', unknown: 'password-may-have-been-reset' },
  'unlock-account': { done: 'account-was-unlocked', unknown: 'account-may-have-been-unlocked' },
} as const;
const unreachable: Fate = { nothingSent: 'directory.unreachable' };

let world: PaperWorld;
let store: PaperWorld['store'];
let clock: ManualClock;
let paper: PaperDirectory;
let slept: number[];
let woken: string[];

beforeEach(async () => {
  await open();
});
afterEach(async () => {
  await store.close();
});

async function open(kept?: PaperWorld['store']): Promise<void> {
  world = await openPaperWorld(kept);
  ({ store, clock, paper, slept, woken } = world);
}

const { deps, run, one, events, types, storedIntent } = onPaper(() => world);
const notices = async () => {
  const rows = await store.outbox.take('notice', clock.now(), clock.now() + 1, 10);
  return rows.map(({ kind, payload }) => ({ job: kind, ...(JSON.parse(payload) as { kind: string; account: object; language: string }) }));
};

const fates = fc.array(
  fc.oneof(
    fc.constantFrom<Fate>('done', 'answer-lost', 'request-lost', 'refused'),
    fc.constantFrom<Fate>(unreachable, { nothingSent: 'directory.read-only' }, { nothingSent: 'directory.no-right' }),
  ),
  { maxLength: 3 },
);

describe('whatever befalls a write', () => {
  it('it is written at most once, and what is said of it is so', async () => {
    await fc.assert(
      fc.asyncProperty(
        fates,
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom<WriteVerb>('reset-password', 'unlock-account', 'change-password'),
        async (befalls, isTold, isReadable, isLate, verb) => {
          await open(store);
          const began = await readLogEnd(store);
          paper.fates = [...befalls];
          if (!isTold) paper.telling = { password: null, lock: null };
          if (!isReadable) paper.unreadable = new AppError('directory.unreachable');
          const { status, intent } = await one(verb);
          expect(paper.writes).toBeLessThanOrEqual(1);
          expect(new Set(paper.asked).size, 'a server is asked once').toBe(paper.asked.length);
          if (status === 'done') expect(paper.writes).toBe(1);
          // Nothing but a whole window without a change tells that nothing will be: no reading so soon.
          if (status === 'failed' || status === 'refused') expect(paper.writes).toBe(0);
          expect((await store.intents.find(intent.id))?.status).toBe(status);
          const happened = (await eventsOf(world, began)).map(({ type }) => type);
          expect(happened).toEqual(['write.intended', `write.${EVENT[status]}`]);
          const told = (await notices()).map(({ kind }) => kind);
          const { done, unknown } = NOTICE[verb];
          expect(told).toEqual(status === 'done' ? [done] : status === 'unknown' ? [unknown] : []);
          if (status !== 'open') return;
          // What is open is found out once the server can be read and the time for it is over.
          paper.unreadable = null;
          const stored = await storedIntent(intent.id);
          const { settledAt, givenUpAt } = stored.window;
          clock.advance((isLate ? givenUpAt : settledAt) - clock.now());
          const later = (await findOutcome(deps(), stored)).status;
          // By the old password it may have been written on another server than the one that is read.
          const unchanged = verb === 'change-password' ? 'unknown' : 'failed';
          expect(later).toBe(isTold ? (paper.writes === 1 ? 'done' : unchanged) : 'unknown');
          // Without its event it must not count as a write: it would be another's in what follows.
          await store.intents.close(intent.id, 'failed', clock.now());
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('before a directory is asked', () => {
  it('the intent is committed, with all that an outcome is judged by, and what the caller consumes with it', async () => {
    const seen: unknown[] = [];
    paper.onWrite = async (target, notAfter) => {
      const [event] = await events();
      seen.push(event, target.server, notAfter);
      expect(await store.intents.openCount()).toBe(1);
    };
    const began = clock.now();
    const consumed: WriteIntent[] = [];
    const result = await one('reset-password', {
      journeyId: 'j1',
      consume: (_store, intents) => Promise.resolve(void consumed.push(...intents)),
    });
    const { id } = result.intent;
    expect(consumed.map((intent) => intent.id)).toEqual([id]);
    expect(seen).toEqual([
      {
        ...{ type: 'write.intended', intent: id, journey: 'j1', actor: { kind: 'journey' }, account: REF },
        ...{ verb: 'reset-password', proof: ['email'], unlock: false },
      },
      'one',
      began + 8000,
    ]);
    const stored = await store.intents.find(id);
    expect(stored).toMatchObject({ ...{ journeyId: 'j1', directory: 'people', accountId: 'a1', verb: 'reset-password' }, status: 'done' });
    expect(stored?.leaseUntil).toBe(began + 10_000);
    expect(await storedIntent(id)).toEqual({
      ...{ id, verb: 'reset-password', account: REF, journeyId: 'j1', actor: { kind: 'journey' }, proof: ['email'], language: 'de' },
      ...{ unlock: false, server: 'one', readAt: began, logEnd: 0 },
      before: { password: 'password 0', lock: 'lock 0', locked: false, passwordSetAt: null },
      window: result.intent.window,
    });
    expect(woken).toEqual(['notice']);
    const [, second] = await events();
    expect(second).toEqual({
      ...{ type: 'write.succeeded', intent: id, journey: 'j1', actor: { kind: 'journey' }, account: REF },
      ...{ verb: 'reset-password', foundBy: 'answer', server: 'one' },
    });
    expect(await notices()).toMatchObject([{ kind: 'password-was-reset', account: REF, language: 'de' }]);
  });

  it('a caller who throws, or another write that is not over, ends it without a trace', async () => {
    const refusing = { consume: () => Promise.reject(new AppError('journey.step-passed')) };
    await expect(run('reset-password', refusing)).rejects.toMatchObject({ code: 'journey.step-passed' });
    expect([await store.intents.openCount(), await types(), paper.asked]).toEqual([0, [], []]);
    paper.fates = ['request-lost'];
    expect((await one()).status).toBe('open');
    const consumed: string[] = [];
    const counting = { consume: () => Promise.resolve(void consumed.push('something')) };
    await expect(run('unlock-account', counting)).rejects.toMatchObject({ code: 'account.write-open', details: { directory: 'people' } });
    expect([consumed, paper.asked, (await types()).length]).toEqual([[], ['one'], 2]);
  });

  it('a second passes where a second reset within one could not be told from none, and not before an unlock', async () => {
    paper.telling = { wholeSeconds: true, passwordSetAt: clock.now() - 1000 };
    await one('unlock-account');
    expect(slept).toEqual([]);
    await one();
    expect(slept).toEqual([1000]);
    paper.telling = { wholeSeconds: true, passwordSetAt: clock.now() - 3_600_000 };
    await one();
    expect(slept).toEqual([1000]);
    paper.telling = { passwordSetAt: clock.now() };
    await one();
    expect(slept).toEqual([1000]);
  });
});

describe('writing an outcome down', () => {
  it('joins what the caller concludes, and happens all the same where the journey went on without it', async () => {
    const concluded: WriteResult[] = [];
    const conclude = (_store: Store, results: WriteResult[]) => Promise.resolve(void concluded.push(...results));
    const result = await one('reset-password', { conclude });
    expect(concluded).toEqual([result]);
    const passed = () => Promise.reject(new AppError('journey.step-passed'));
    await expect(run('reset-password', { conclude: passed })).rejects.toSatisfy((error) => isAppError(error, 'journey.step-passed'));
    expect(await types()).toEqual(['write.intended', 'write.succeeded', 'write.intended', 'write.succeeded']);
    expect(await store.intents.openCount()).toBe(0);
  });

  it('is tried again where the journey moves meanwhile, five times, and once with what happened when it never fits', async () => {
    for (const [passes, fits] of [
      [4, true],
      [9, false],
    ] as const) {
      await store.close();
      await open();
      let calls = 0;
      const conclude = () => {
        calls += 1;
        return calls > passes ? Promise.resolve() : Promise.reject(new AppError('journey.step-passed'));
      };
      const running = run('reset-password', { conclude });
      if (fits) expect(await running).toMatchObject([{ status: 'done' }]);
      else await expect(running).rejects.toMatchObject({ code: 'journey.step-passed' });
      expect([calls, await types()]).toEqual([5, ['write.intended', 'write.succeeded']]);
    }
  });

  it('leaves it to the sweeper where it cannot be', async () => {
    const failing = () => Promise.reject(new AppError('store.unavailable'));
    await expect(run('reset-password', { conclude: failing })).rejects.toMatchObject({ code: 'store.unavailable' });
    expect([await store.intents.openCount(), await types()]).toEqual([1, ['write.intended']]);
    expect(paper.writes).toBe(1);
  });
});

describe('what an intent tells', () => {
  it('is what the write rests on, and that it unlocks as well', async () => {
    const backing = { case: 'c1', reason: 'called' };
    const { intent } = await one('reset-password', { backing, unlock: true });
    expect((await events())[0]).toMatchObject({ type: 'write.intended', backing, unlock: true });
    expect(await storedIntent(intent.id)).toMatchObject({ unlock: true });
    expect(await storedIntent(intent.id)).not.toHaveProperty('session');
  });
});
