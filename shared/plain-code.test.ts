import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canBeCode, plainCode } from './plain-code.ts';

/** The zero of every script that writes decimal numbers, as the Unicode character database names them. */
const ZEROS = Array.from({ length: 0x11_0000 }, (_, point) => point).filter(
  (point) =>
    isDigit(point) &&
    Array.from({ length: 10 }, (_, value) => point + value).every(isDigit) &&
    new Intl.NumberFormat().format(0) !== '' &&
    zeroOfRun(point),
);
function isDigit(point: number): boolean {
  return !(point >= 0xd800 && point <= 0xdfff) && point < 0x11_0000 && /\p{Nd}/u.test(String.fromCodePoint(point));
}
function zeroOfRun(point: number): boolean {
  let first = point;
  while (first > 0 && isDigit(first - 1)) first -= 1;
  return (point - first) % 10 === 0;
}

const between = fc.constantFrom(
  '',
  ' ',
  '-',
  '\u2011',
  '\u00a0',
  '\u200b',
  '\u200e',
  '\u200f',
  '\u2066',
  '\ufeff',
  '\u00ad',
  '.',
  '\t',
  '\n',
  '\ufe0f',
);

describe('a code', () => {
  it.each([
    ['arab', '٠٤٧١١٨'],
    ['arabext', '۰۴۷۱۱۸'],
    ['deva', '०४७११८'],
    ['beng', '০৪৭১১৮'],
    ['thai', '๐๔๗๑๑๘'],
    ['fullwide', '０４７１１８'],
    ['mathsans', '𝟢𝟦𝟩𝟣𝟣𝟪'],
  ])('is the same in the digits of %s', (system, written) => {
    expect(plainCode(written)).toBe('047118');
    // What the platform's own formatter writes in that script is read back.
    const format = new Intl.NumberFormat(`en-u-nu-${system}`, { useGrouping: false });
    for (let digit = 0; digit < 10; digit += 1) expect(plainCode(format.format(digit))).toBe(String(digit));
  });

  it('is read in every script that has decimal digits, whatever stands between them', () => {
    expect(ZEROS.length).toBeGreaterThan(60);
    fc.assert(
      fc.property(
        fc.constantFrom(...ZEROS),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), between), { minLength: 1, maxLength: 10 }),
        (zero, digits) => {
          const written = digits.map(([digit, gap]) => `${gap}${String.fromCodePoint(zero + digit)}${gap}`).join('');
          const meant = digits.map(([digit]) => digit).join('');
          expect(plainCode(written)).toBe(meant);
          expect(canBeCode(written, meant.length)).toBe(true);
        },
      ),
    );
  });

  it.each(['', '1234567', '123456789', '1234567x', 'O1234567', '½1234567', 'Ⅷ1234567', '12345678\u00b2'.slice(0, 7), '一二三四五六七八'])(
    'of eight digits cannot be %j',
    (text) => {
      expect(canBeCode(text, 8)).toBe(false);
    },
  );
});
