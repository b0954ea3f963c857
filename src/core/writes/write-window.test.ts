import fc from 'fast-check';
import { expect, it } from 'vitest';
import { movedWindow, shortenedWindow, widestLimits, writeWindow } from './write-window.ts';

const limits = fc.record({ toBegin: fc.nat(300_000), request: fc.integer({ min: 1, max: 120_000 }) });

it('lets nothing begin that may still be under way when the sweeper looks, nor unchanged count as proof before that', () => {
  fc.assert(
    fc.property(fc.nat(), limits, fc.nat(300_000), (now, limit, lostAfter) => {
      const window = writeWindow(now, limit);
      expect(window.notAfter).toBe(now + limit.toBegin);
      expect(window.leaseUntil - window.notAfter).toBeGreaterThanOrEqual(limit.request);
      expect(window.settledAt - window.leaseUntil).toBeGreaterThanOrEqual(limit.request);
      expect(window.givenUpAt).toBeGreaterThan(window.settledAt);
      // An answer that is lost at a time when a request could have been sent ends the wait no earlier than that request can.
      const lost = shortenedWindow(now + lostAfter, limit);
      expect(lost.settledAt).toBeGreaterThanOrEqual(now + lostAfter + limit.request);
    }),
  );
});

it('takes the widest of several directories, and nothing from none', () => {
  expect(
    widestLimits([
      { toBegin: 5, request: 20 },
      { toBegin: 9, request: 3 },
    ]),
  ).toEqual({ toBegin: 9, request: 20 });
  expect(widestLimits([])).toEqual({ toBegin: 0, request: 0 });
});

it('has a request as long again as it may take, and five minutes in which the server may come back', () => {
  const rest = { leaseUntil: 13_000, settledAt: 15_000, givenUpAt: 315_000 };
  expect(writeWindow(1000, { toBegin: 10_000, request: 2000 })).toEqual({ notAfter: 11_000, ...rest });
  expect(shortenedWindow(11_000, { toBegin: 10_000, request: 2000 })).toEqual({ notAfter: 11_000, ...rest });
});

it('is the same window by a clock that is ahead or behind', () => {
  const window = { notAfter: 1, leaseUntil: 20, settledAt: 300, givenUpAt: 4000 };
  expect(movedWindow(window, 50_000)).toEqual({ notAfter: 50_001, leaseUntil: 50_020, settledAt: 50_300, givenUpAt: 54_000 });
  expect(movedWindow(window, -1)).toEqual({ notAfter: 0, leaseUntil: 19, settledAt: 299, givenUpAt: 3999 });
});
