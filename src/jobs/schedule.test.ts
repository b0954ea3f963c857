import { describe, expect, it, vi } from 'vitest';
import { createManualClock } from '../../test/manual-clock.ts';
import { createSchedule } from './schedule.ts';

function setUp() {
  const errors: unknown[] = [];
  const clock = createManualClock();
  const log = { info() {}, warn() {}, error: (event: string, facts?: Record<string, unknown>) => void errors.push({ event, ...facts }) };
  return { schedule: createSchedule({ clock, log }), clock, errors };
}

/** Moves on once somebody sleeps, so that no step is missed. */
async function advance(clock: ReturnType<typeof createManualClock>, milliseconds: number): Promise<void> {
  await vi.waitFor(() => expect(clock.sleeping()).toBeGreaterThan(0), { interval: 1 });
  clock.advance(milliseconds);
}

describe('schedule', () => {
  it('runs work again and again, the first time after one interval', async () => {
    const { schedule, clock } = setUp();
    let runs = 0;
    schedule.every('count', 60_000, async () => {
      runs += 1;
    });
    await advance(clock, 59_000);
    expect(runs).toBe(0);
    await advance(clock, 1_000);
    await vi.waitFor(() => expect(runs).toBe(1));
    await advance(clock, 60_000);
    await vi.waitFor(() => expect(runs).toBe(2));
    await schedule.stop();
  });

  it('goes on after an error', async () => {
    const { schedule, clock, errors } = setUp();
    let runs = 0;
    schedule.every('faulty', 1_000, () => {
      runs += 1;
      throw new TypeError('bug');
    });
    await advance(clock, 1_000);
    await advance(clock, 1_000);
    await vi.waitFor(() => expect(runs).toBe(2));
    expect(errors).toMatchObject([{ event: 'schedule.work-failed', name: 'faulty' }, { name: 'faulty' }]);
    await schedule.stop();
  });

  it('goes on when the time of the machine is set back', async () => {
    const { schedule, clock } = setUp();
    let runs = 0;
    schedule.every('count', 60_000, async () => {
      runs += 1;
    });
    await advance(clock, 1_000);
    clock.set(clock.now() - 3_600_000);
    await advance(clock, 59_000);
    await vi.waitFor(() => expect(runs).toBe(1));
    await advance(clock, 60_000);
    await vi.waitFor(() => expect(runs).toBe(2));
    await schedule.stop();
  });

  it('never runs twice at once, and stop waits for what runs', async () => {
    const { schedule, clock } = setUp();
    let runs = 0;
    let finish = (): void => {};
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    schedule.every('slow', 1_000, async () => {
      runs += 1;
      await gate;
    });
    await advance(clock, 1_000);
    await vi.waitFor(() => expect(runs).toBe(1));
    clock.advance(60_000);
    const stopped = schedule.stop();
    finish();
    await stopped;
    clock.advance(60_000);
    expect(runs).toBe(1);
  });
});
