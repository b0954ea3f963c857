import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromFiletime, fromGeneralizedTime, fromInterval, toFiletime, toGeneralizedTime } from './time.ts';

const times = fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(9999, 0, 1) });

describe('FILETIME', () => {
  it('counts from 1601', () => {
    expect(fromFiletime('133107759720000000')).toBe(Date.parse('2022-10-20T21:46:12Z'));
    expect(toFiletime(0)).toBe('116444736000000000');
  });

  it.each([null, '', '0', '-1', '9223372036854775807', '12a', ' 5'])('%j is no time', (value) => {
    expect(fromFiletime(value)).toBeNull();
  });

  it('goes there and back', () => {
    fc.assert(fc.property(times, (time) => void expect(fromFiletime(toFiletime(time))).toBe(time)));
  });

  it('reads durations, which are negative', () => {
    expect(fromInterval('-77760000000000')).toBe(90 * 86_400_000);
    expect(fromInterval('0')).toBe(0);
    expect(fromInterval('-9223372036854775808')).toBeNull();
    expect(fromInterval('-9223372036854775807')).toBeNull();
    expect(fromInterval(null)).toBeNull();
  });
});

describe('generalizedTime', () => {
  it.each([
    ['20261122155642.0Z', '2026-11-22T15:56:42Z'],
    ['20261122155642Z', '2026-11-22T15:56:42Z'],
    ['20261122155642.25Z', '2026-11-22T15:56:42.250Z'],
    ['20261122155642,123456Z', '2026-11-22T15:56:42.123Z'],
    ['202611221556Z', '2026-11-22T15:56:00Z'],
    ['2026112215Z', '2026-11-22T15:00:00Z'],
    ['2026112215.5Z', '2026-11-22T15:30:00Z'],
    ['20261122155642+0130', '2026-11-22T14:26:42Z'],
    ['20261122155642-05', '2026-11-22T20:56:42Z'],
    ['19700101000000Z', '1970-01-01T00:00:00Z'],
  ])('%s is %s', (value, expected) => {
    expect(fromGeneralizedTime(value)).toBe(Date.parse(expected));
  });

  it.each([null, '', '000001010000Z', '20261122155642', '2026-11-22T15:56:42Z', 'Z'])('%j is no time', (value) => {
    expect(fromGeneralizedTime(value)).toBeNull();
  });

  it('goes there and back in whole seconds', () => {
    fc.assert(fc.property(times, (time) => void expect(fromGeneralizedTime(toGeneralizedTime(time))).toBe(Math.floor(time / 1000) * 1000)));
  });
});
