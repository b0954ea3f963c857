import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../test/manual-clock.ts';
import { createBackground } from './background.ts';

function setUp() {
  const errors: unknown[] = [];
  const clock = createManualClock();
  const log = { info() {}, warn() {}, error: (event: string, facts?: Record<string, unknown>) => void errors.push({ event, ...facts }) };
  return { background: createBackground({ clock, log }), clock, errors };
}

describe('background', () => {
  it('waits for what runs and for what that begins', async () => {
    const { background } = setUp();
    const done: string[] = [];
    background.run('first', async () => {
      background.run('second', async () => void done.push('second'));
      done.push('first');
    });
    expect(done).toEqual([]);
    expect(await background.settled()).toBe(true);
    expect(done).toEqual(['first', 'second']);
  });

  it('logs what fails, even before the first await, and goes on', async () => {
    const { background, errors } = setUp();
    const bug = new TypeError('bug');
    background.run('faulty', () => {
      throw bug;
    });
    expect(await background.settled()).toBe(true);
    expect(errors).toEqual([{ event: 'background.work-failed', name: 'faulty', error: bug }]);
  });

  it('tells what runs that it is to end', async () => {
    const { background } = setUp();
    let told = false;
    background.run('long', async (stopping) => {
      while (!stopping.aborted) await new Promise((resolve) => setImmediate(resolve));
      told = true;
    });
    expect(await background.stop()).toBe(true);
    expect(told).toBe(true);
  });

  it('does not wait for ever', async () => {
    const { background, clock } = setUp();
    background.run('stuck', () => new Promise(() => {}));
    const settled = background.settled(5_000);
    clock.advance(5_000);
    expect(await settled).toBe(false);
  });
});
