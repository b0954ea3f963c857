import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FIRST_PAUSE, LONGEST_PAUSE, pauseAfter } from './refused-secrets.ts';

it('tries a refused password so seldom that no usual lockout counts three of them', () => {
  // A usual lockout counts within half an hour at most, and locks at three or more.
  const tries = [0];
  for (let times = 1; times <= 50; times += 1) tries.push((tries.at(-1) ?? 0) + pauseAfter(times));
  for (const from of tries) expect(tries.filter((at) => at >= from && at < from + 30 * 60_000).length).toBeLessThanOrEqual(2);
});

it('pauses longer and longer, and never for good', () => {
  fc.assert(
    fc.property(fc.nat(10_000), (times) => {
      expect(pauseAfter(times)).toBeGreaterThanOrEqual(FIRST_PAUSE);
      expect(pauseAfter(times)).toBeLessThanOrEqual(LONGEST_PAUSE);
      expect(pauseAfter(times + 1)).toBeGreaterThanOrEqual(pauseAfter(times));
    }),
  );
});
