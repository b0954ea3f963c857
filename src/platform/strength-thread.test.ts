import { afterEach, describe, expect, it } from 'vitest';
import type { Log } from '../core/ports/platform.ts';
import { createStrengthThread, type StrengthLimits, type StrengthThread } from './strength-thread.ts';

/** What machines of any speed can hold: these tests wait for estimates, not for limits. */
const PATIENT: StrengthLimits = {
  deadline: 60_000,
  longest: 60_000,
  starting: 60_000,
  perJourney: 60_000,
  waiting: 16,
  idle: 60_000,
  pause: 0,
  remembered: 100,
};
/** Slow on purpose: signs that may stand for many letters. */
const COSTLY = '4@8({[<3€6gG1!|l0$5+7%2'.repeat(3).slice(0, 64);

let thread: StrengthThread;
let logged: string[];
const log: Log = {
  info: (event) => void logged.push(event),
  warn: (event) => void logged.push(event),
  error: (event) => void logged.push(event),
};
const open = (limits: Partial<StrengthLimits> = {}) => {
  logged = [];
  thread = createStrengthThread(log, { ...PATIENT, ...limits });
  return thread;
};

afterEach(() => thread.close());

describe('the estimate of strength', { timeout: 60_000 }, () => {
  it('tells how long guessing would take who knows the names', async () => {
    open();
    const estimate = (password: string) => thread.estimate('one', password, ['alice', 'Adams']);
    expect(await estimate('password')).toBe(0);
    expect(await estimate('Alice-Adams1')).toBe(1);
    expect(await estimate('Spool-grapple-overturn-ebook-12')).toBe(4);
    // 64 code points of a long password are judged, whatever they are made of.
    expect(await thread.estimate('one', 'x7!Kp'.repeat(200), [])).toBeGreaterThanOrEqual(0);
    expect(await thread.estimate('one', '🂡🂮'.repeat(400), [])).toBeGreaterThanOrEqual(0);
  });

  it('leaves the event loop alone while it calculates', async () => {
    open();
    await thread.estimate('one', 'ready', []);
    let turns = 0;
    let isDone = false;
    const counting = (async () => {
      for (; !isDone; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    })();
    await thread.estimate('one', COSTLY, []);
    isDone = true;
    await counting;
    expect(turns).toBeGreaterThan(10);
  });

  it('is not told when it is late, and told again later', async () => {
    open({ deadline: 0 });
    expect(await thread.estimate('one', COSTLY, [])).toBeNull();
    await thread.close();
    open();
    expect(await thread.estimate('one', 'password', [])).toBe(0);
  });

  it('is not told to a journey that has used up its time, and told to others', async () => {
    open({ perJourney: 1 });
    expect(await thread.estimate('one', COSTLY, [])).not.toBeNull();
    expect(await thread.estimate('one', 'password', [])).toBeNull();
    expect(await thread.estimate('two', 'password', [])).toBe(0);
  });

  it('is for the newest of a journey’s passwords, and for a number of journeys that wait', async () => {
    open({ waiting: 1 });
    const first = thread.estimate('busy', COSTLY, []);
    const older = thread.estimate('one', 'password', []);
    const newer = thread.estimate('one', 'Spool-grapple-overturn-ebook-12', []);
    expect(await thread.estimate('two', 'password', [])).toBeNull();
    expect(await older).toBeNull();
    expect(await newer).toBe(4);
    expect(await first).not.toBeNull();
  });

  it('ends a thread that does not answer, and asks the next question of a new one', async () => {
    open({ longest: 0 });
    expect(await thread.estimate('one', COSTLY, [])).toBeNull();
    expect(logged).toEqual(['strength.too-slow']);
    expect(await thread.estimate('one', 'password', [])).toBeNull();
    await thread.close();
  });

  it('answers whoever still waits when it is closed', async () => {
    open();
    const asked = [thread.estimate('one', COSTLY, []), thread.estimate('two', COSTLY, [])];
    await thread.close();
    expect(await Promise.all(asked)).toEqual([null, null]);
  });
});
