import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutboxLane } from '../core/ports/outbox-store.ts';
import { nextTry, RETRY_POLICIES } from './retry-policy.ts';

const HOUR = 3_600_000;

/** Ages at which work of a lane is tried when every try fails at once. */
function triesOf(lane: OutboxLane, expiresAt: number | null): { ages: number[]; over: string } {
  const ages = [0];
  for (let attempts = 1; ; attempts += 1) {
    const next = nextTry(RETRY_POLICIES[lane], { id: 'x', attempts, createdAt: 0, expiresAt }, ages.at(-1) ?? 0);
    if ('over' in next) return { ages, over: next.over };
    ages.push(next.runAt);
  }
}

describe('tries', () => {
  it('of a code come quickly, and end with its usefulness', () => {
    const { ages, over } = triesOf('code', 600_000);
    expect(ages.length).toBeGreaterThan(15);
    expect(ages[3]).toBeLessThan(10_000);
    expect(ages.at(-1)).toBeLessThan(600_000);
    expect(over).toBe('expired');
  });

  it('of a notice go on for a day, more and more seldom', () => {
    const { ages, over } = triesOf('notice', null);
    expect(ages[1]).toBeLessThanOrEqual(6_000);
    expect(ages.at(-1)).toBeGreaterThan(22 * HOUR);
    expect(ages.at(-1)).toBeLessThan(24 * HOUR);
    expect(ages.length).toBeLessThan(50);
    expect(over).toBe('exhausted');
  });

  it('wait at least the doubled time and at most a fifth more', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom<OutboxLane>('code', 'notice', 'bulk'),
        (id, attempts, lane) => {
          const policy = RETRY_POLICIES[lane];
          const next = nextTry(policy, { id, attempts, createdAt: 0, expiresAt: null }, 0);
          const base = Math.min(policy.longestDelay, policy.firstDelay * 2 ** (attempts - 1));
          if ('over' in next) throw new Error('too early to give up');
          expect(next.runAt).toBeGreaterThanOrEqual(base);
          expect(next.runAt).toBeLessThanOrEqual(base * 1.2 + 1);
        },
      ),
    );
  });

  it('of many that failed together are spread', () => {
    const times = Array.from({ length: 200 }, (_, index) =>
      nextTry(RETRY_POLICIES.notice, { id: `row-${index}`, attempts: 5, createdAt: 0, expiresAt: null }, 0),
    );
    expect(new Set(times.map((time) => ('runAt' in time ? time.runAt : 0))).size).toBeGreaterThan(150);
  });
});
