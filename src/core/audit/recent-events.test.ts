import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../../../test/manual-clock.ts';
import { openTestStore, testKey } from '../../../test/store/fixture.ts';
import { describeEvent, recentEvents } from './recent-events.ts';
import { recordEvent } from './record-event.ts';

const alice = { directory: 'people', id: 'a' };
const bob = { directory: 'people', id: 'b' };

describe('the newest events about an account', () => {
  let store: Awaited<ReturnType<typeof openTestStore>>;
  let clock: ManualClock;
  beforeEach(async () => {
    store = await openTestStore('sqlite::memory:', testKey(randomBytes(4).toString('hex')));
    clock = createManualClock();
  });
  afterEach(async () => {
    await store.close();
  });

  const frozen = async (account: typeof alice, reason: string) => {
    clock.advance(1_000);
    await recordEvent(store, clock, { type: 'recovery.frozen', reason, actor: { kind: 'system' }, account });
  };
  const reasons = (events: { data: string }[]) => events.map(({ data }) => JSON.parse(data).reason);

  it('are its own alone, the oldest of them first', async () => {
    for (const [account, reason] of [
      [alice, 'one'],
      [bob, 'other'],
      [alice, 'two'],
    ] as const)
      await frozen(account, reason);
    const events = await recentEvents(store, alice);
    expect(reasons(events)).toEqual(['one', 'two']);
    expect(events[1]?.at).toBe(clock.now());
    expect(await recentEvents(store, { directory: 'people', id: 'c' })).toEqual([]);
  });

  it('are as many as are asked for, eight where nothing is said', async () => {
    for (let nth = 1; nth <= 10; nth += 1) await frozen(alice, `${nth}`);
    expect(reasons(await recentEvents(store, alice))).toEqual(['3', '4', '5', '6', '7', '8', '9', '10']);
    expect(reasons(await recentEvents(store, alice, 2))).toEqual(['9', '10']);
  });
});

describe('an event in a line', () => {
  const line = (facts: unknown) =>
    describeEvent({ at: Date.UTC(2030, 0, 2, 3, 4, 59, 999), type: 'journey.refused', data: JSON.stringify(facts) });

  it.each<[unknown, string]>([
    [{}, '2030-01-02 03:04  journey.refused'],
    [{ reason: 'told' }, '2030-01-02 03:04  journey.refused (told)'],
    [{ code: 'account.locked' }, '2030-01-02 03:04  journey.refused (account.locked)'],
    [
      { reasons: [{ reason: 'no-role' }, { reason: 'protected', account: alice }] },
      '2030-01-02 03:04  journey.refused (no-role, protected)',
    ],
    [{ code: 'c', reasons: [{ reason: 'b' }], reason: 'a' }, '2030-01-02 03:04  journey.refused (a, b, c)'],
    [{ reason: null, code: 7, reasons: [] }, '2030-01-02 03:04  journey.refused'],
  ])('of %j says when, what, and why', (facts, expected) => {
    expect(line(facts)).toBe(expected);
  });
});
