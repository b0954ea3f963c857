import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AccountStatus } from '../ports/directory.ts';
import type { PasswordPolicy } from '../ports/password-policy.ts';
import { judgeTry } from './below-lock-out.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

const facts = fc.record({
  locked: fc.constantFrom(true, false, null),
  badAttempts: fc.option(fc.nat(12)),
  lastBadAttemptAt: fc.option(fc.integer({ min: NOW - 3 * 3_600_000, max: NOW + 5 * MINUTE })),
  uncertain: fc.boolean(),
  lockoutThreshold: fc.nat(12),
  failuresForgottenAfter: fc.option(fc.integer({ min: MINUTE, max: 3_600_000 })),
  recent: fc.nat(12),
});

function judge({ recent, ...known }: typeof facts extends fc.Arbitrary<infer T> ? T : never) {
  const { locked, badAttempts, lastBadAttemptAt, uncertain, ...limits } = known;
  const status = { locked, badAttempts, lastBadAttemptAt } as AccountStatus;
  const policy = { ...limits, ...(uncertain ? { uncertain: true } : {}) } as PasswordPolicy;
  return judgeTry({ status, policy }, { recent, stated: undefined }, NOW);
}

it('tries no password that could be the one that locks, nor where it is not told how near that is', () => {
  fc.assert(
    fc.property(facts, (known) => {
      if (judge(known) !== 'may') return;
      expect(known.locked).toBe(false);
      expect(known.uncertain).toBe(false);
      if (known.lockoutThreshold === 0) return;
      // What the directory still counts for sure, whatever its clock says: all of it, unless the last one is long over.
      const forgotten =
        known.failuresForgottenAfter !== null &&
        known.lastBadAttemptAt !== null &&
        known.lastBadAttemptAt + known.failuresForgottenAfter < NOW;
      expect(known.badAttempts).not.toBeNull();
      expect((forgotten ? 0 : (known.badAttempts ?? 0)) + 1).toBeLessThan(known.lockoutThreshold);
      expect(known.recent + 1).toBeLessThan(known.lockoutThreshold);
    }),
  );
});

it.each([
  [{ locked: false, lockoutThreshold: 5, badAttempts: 3 }, 'may'],
  [{ locked: false, lockoutThreshold: 5, badAttempts: 4 }, 'near-lock-out'],
  [{ locked: false, lockoutThreshold: 5, badAttempts: 0, recent: 4 }, 'near-lock-out'],
  [{ locked: false, lockoutThreshold: 1, badAttempts: 0 }, 'near-lock-out'],
  [{ locked: false, lockoutThreshold: 0, badAttempts: null }, 'may'],
  [{ locked: false, lockoutThreshold: 5, badAttempts: null }, 'not-known'],
  [{ locked: null, lockoutThreshold: 0 }, 'not-known'],
  [{ locked: true, lockoutThreshold: 0 }, 'locked'],
  [{ locked: false, lockoutThreshold: 5, badAttempts: 4, lastBadAttemptAt: NOW - 20 * MINUTE, failuresForgottenAfter: 5 * MINUTE }, 'may'],
  [
    { locked: false, lockoutThreshold: 5, badAttempts: 4, lastBadAttemptAt: NOW - 12 * MINUTE, failuresForgottenAfter: 5 * MINUTE },
    'near-lock-out',
  ],
  // Where failures are forgotten by a right password alone an old one still counts, and one of which the time is not told as well.
  [{ locked: false, lockoutThreshold: 5, badAttempts: 4, lastBadAttemptAt: NOW - 10_000 * MINUTE }, 'near-lock-out'],
  [{ locked: false, lockoutThreshold: 5, badAttempts: 4, failuresForgottenAfter: 5 * MINUTE }, 'near-lock-out'],
  [{ locked: false, lockoutThreshold: 5, badAttempts: 4, lastBadAttemptAt: NOW - 15 * MINUTE, failuresForgottenAfter: 5 * MINUTE }, 'may'],
] as const)('of %j says %s', (known, verdict) => {
  const nothing = { badAttempts: 0, lastBadAttemptAt: null, uncertain: false, failuresForgottenAfter: null, recent: 0 };
  expect(judge({ ...nothing, ...known })).toBe(verdict);
});

const untold = { status: { locked: null, badAttempts: null, lastBadAttemptAt: null }, policy: { lockoutThreshold: 0 } } as never;

it('where only the operator says when accounts are locked, sends too few wrong passwords for it within any time as long as the server counts', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 90 * MINUTE }), { maxLength: 60 });
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 20 }), fc.integer({ min: 1, max: 60 }), gaps, (failures, minutes, waits) => {
      const within = minutes * MINUTE;
      const sent: number[] = [];
      // As they are counted: in windows that begin with the first of them.
      let window = { startedAt: Number.NEGATIVE_INFINITY, count: 0 };
      let now = NOW;
      for (const wait of waits) {
        now += wait;
        if (window.startedAt + within <= now) window = { startedAt: now, count: 0 };
        if (judgeTry(untold, { recent: window.count, stated: { failures, within } }, now) !== 'may') continue;
        window.count += 1;
        sent.push(now);
      }
      expect(sent.length).toBeGreaterThanOrEqual(Math.min(1, waits.length));
      for (const last of sent) expect(sent.filter((at) => at > last - within && at <= last).length).toBeLessThan(failures);
    }),
  );
});

it('tries nothing on a lock that is told, or without the word of the operator', () => {
  const stated = { failures: 10, within: MINUTE };
  expect(judgeTry({ ...(untold as object), status: { locked: true } } as never, { recent: 0, stated }, NOW)).toBe('locked');
  expect(judgeTry(untold, { recent: 0, stated: undefined }, NOW)).toBe('not-known');
  expect(judgeTry(untold, { recent: 4, stated }, NOW)).toBe('near-lock-out');
  expect(judgeTry(untold, { recent: 3, stated }, NOW)).toBe('may');
  // What the directory tells counts more than what is said of it.
  const told = { status: { locked: false, badAttempts: 2, lastBadAttemptAt: null }, policy: { lockoutThreshold: 3 } } as never;
  expect(judgeTry(told, { recent: 0, stated }, NOW)).toBe('near-lock-out');
});
