import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CLOCK_TOLERANCE, overBecause, readTemporaryPass } from './temporary-pass.ts';

const time = fc.integer({ min: 0, max: 1_000_000_000 });
const rowOf = (endsAt: number, seenAt: number) => ({ secret: JSON.stringify({ digest: 'd', endsAt, once: true }), seenAt });

it('counts before its end, and never from then on, whatever was seen', () => {
  fc.assert(
    fc.property(time, time, time, (endsAt, seenAt, now) => {
      const verdict = overBecause(rowOf(endsAt, seenAt), now);
      if (now >= endsAt) expect(verdict).not.toBeNull();
      if (now < endsAt && seenAt <= now) expect(verdict).toBeNull();
    }),
  );
});

it('gets no time from a clock that is set back: once seen at its end it is over, and sooner where how much is left is not known', () => {
  fc.assert(
    fc.property(time, time, time, (endsAt, seenAt, now) => {
      if (seenAt >= endsAt) expect(overBecause(rowOf(endsAt, seenAt), now)).not.toBeNull();
      if (now < seenAt - CLOCK_TOLERANCE) expect(overBecause(rowOf(endsAt, seenAt), now)).toBe('clock-set-back');
    }),
  );
});

it('allows for clocks of nodes that differ', () => {
  expect(overBecause(rowOf(10_000_000, 5_000_000), 5_000_000 - CLOCK_TOLERANCE)).toBeNull();
  expect(overBecause(rowOf(10_000_000, 5_000_000), 5_000_000 - CLOCK_TOLERANCE - 1)).toBe('clock-set-back');
});

it.each([
  ['ABCD-0123-EFGH-4567', 'ABCD0123EFGH4567'],
  [' abcd oi23 efgh 4567\n', 'ABCD0123EFGH4567'],
  ['ABCD-0123-EFGH-456', null],
  ['ABCD-0123-EFGH-4567-JKMN-89PQ', null],
  ['', null],
])('reads %j as %j', (text, pass) => {
  expect(readTemporaryPass(text)).toBe(pass);
});
