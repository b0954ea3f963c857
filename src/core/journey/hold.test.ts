import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../test/manual-clock.ts';
import type { ActDeps } from './act.ts';
import { beginJudgement, createHold } from './hold.ts';
import type { LoadedJourney } from './journey-state.ts';

const SLICE = 120;
const SETTLE = 750;

function scene({ hold = SLICE, settle = SETTLE, begun = SETTLE, settled = () => Promise.resolve() } = {}) {
  const clock = createManualClock();
  const configuration = () => ({ recovery: { holdMilliseconds: hold, settleMilliseconds: settle } });
  const store = { settled };
  const deps = { act: { at: clock.now() }, clock, configuration, store } as unknown as ActDeps;
  const journeyAt = (kind: string) => ({ row: { createdAt: clock.now() - begun }, state: { step: { kind } } }) as unknown as LoadedJourney;
  return { clock, deps, journeyAt, hold: createHold(deps) };
}

/** When something is over, in milliseconds of a clock that is moved on one by one. */
async function endsAfter(clock: ReturnType<typeof createManualClock>, waiting: Promise<unknown>): Promise<number> {
  let isOver = false;
  void waiting.then(() => {
    isOver = true;
  });
  for (let passed = 0; passed < 5000; passed += 1) {
    await turn();
    if (isOver) return passed;
    clock.advance(1);
  }
  throw new Error('it never ends');
}

describe('an answer before the proof', () => {
  it.each([
    [0, SLICE],
    [1, SLICE - 1],
    [SLICE - 1, 1],
    [SLICE, SLICE],
    [SLICE + 1, SLICE - 1],
    [10 * SLICE - 7, 7],
  ])('whose work took %i ms waits for %i ms more: until the end of a slice that began before', async (took, wait) => {
    const { clock, hold, journeyAt } = scene();
    expect(await hold.settle(journeyAt('code'))).toBe(false);
    for (let passed = 0; passed < took; passed += 1) {
      clock.advance(1);
      await turn();
    }
    expect(await endsAfter(clock, hold.release())).toBe(wait);
  });

  it('has its end set before the work begins', async () => {
    const { clock, hold, journeyAt } = scene();
    await hold.settle(journeyAt('passkey'));
    expect(clock.sleeping()).toBe(1);
    const released = hold.release();
    await turn();
    expect(clock.sleeping()).toBe(1);
    expect(await endsAfter(clock, released)).toBe(SLICE);
    expect(clock.sleeping()).toBe(0);
  });

  it('is taken when the directories have surely been asked, and held from then on', async () => {
    const { clock, hold, journeyAt } = scene({ begun: 50 });
    const settled = hold.settle(journeyAt('choose-factor'));
    expect(await endsAfter(clock, settled)).toBe(SETTLE - 50);
    expect(await settled).toBe(true);
    expect(await hold.settle(journeyAt('choose-factor'))).toBe(false);
    expect(await endsAfter(clock, hold.release())).toBe(SLICE);
  });

  it.each(['proof-of-work', 'choose-factor', 'code', 'passkey', 'password', 'questions', 'linked-password', 'judging'])(
    'is held at the step %s',
    async (kind) => {
      const { clock, hold, journeyAt } = scene();
      await hold.settle(journeyAt(kind));
      expect(await endsAfter(clock, hold.release())).toBe(SLICE);
    },
  );

  it.each([
    ['a node whose clock is ahead began the journey', -3_600_000, 0],
    ['the clock was set back since the request came', 3_600_000, -7_200_000],
  ])('waits for no longer than the setting where %s', async (_what, begun, set) => {
    const { clock, hold, journeyAt } = scene({ begun });
    const journey = journeyAt('code');
    clock.set(clock.now() + set);
    expect(await endsAfter(clock, hold.settle(journey))).toBe(SETTLE);
  });

  it('leaves with the end of the slice that is under way when the disk is done, also where the disk fails', async () => {
    for (const fails of [false, true]) {
      const disk = Promise.withResolvers<void>();
      const { clock, hold, journeyAt } = scene({ settled: () => disk.promise });
      await hold.settle(journeyAt('code'));
      const released = hold.release();
      for (let passed = 0; passed < SLICE + 20; passed += 1) {
        clock.advance(1);
        await turn();
      }
      if (fails) disk.reject(new Error('disk full'));
      else disk.resolve();
      expect(await endsAfter(clock, released)).toBe(SLICE - 20);
    }
  });

  it.each([{ hold: 0 }, { kind: 'new-password' }])(
    'does not wait where nothing is held or hidden: %j',
    async ({ hold: length, kind = 'code' }) => {
      const { clock, hold, journeyAt } = scene(length === undefined ? {} : { hold: length });
      await hold.settle(journeyAt(kind));
      expect(await endsAfter(clock, hold.release())).toBe(0);
      expect(clock.sleeping()).toBe(0);
    },
  );
});

describe('what a server judged', () => {
  it('is told at the end of a slice as long as directories may take, or as answers are held', async () => {
    const { clock, deps } = scene();
    const slices = beginJudgement(deps);
    clock.advance(SETTLE + 10);
    await turn();
    expect(await endsAfter(clock, slices.end())).toBe(SETTLE);
    const longer = scene({ hold: 2 * SETTLE });
    expect(await endsAfter(longer.clock, beginJudgement(longer.deps).end())).toBe(2 * SETTLE);
  });

  it('is told at once where nothing is waited for', async () => {
    const { clock, deps } = scene({ hold: 0, settle: 0 });
    expect(await endsAfter(clock, beginJudgement(deps).end())).toBe(0);
    expect(clock.sleeping()).toBe(0);
  });

  it('leaves no slice behind where nobody waits', async () => {
    const { clock, deps } = scene();
    beginJudgement(deps).stop();
    clock.advance(SETTLE);
    await turn();
    expect(clock.sleeping()).toBe(0);
  });
});
