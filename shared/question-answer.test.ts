import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseAnswer } from './question-answer.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 40 });

describe('an answer as it was meant', () => {
  it.each([
    ['Straße', 'STRASSE'],
    ['Baden-Baden', ' baden  baden '],
    ['Zoe\u0308', 'ZOË'],
    ['ＡＢＣ １２', 'abc 12'],
    ['St. Anna', 'st anna!'],
    ['soft\u00ADhy\u200Bphen', 'softhyphen'],
    ['one\ttwo\r\nthree', 'One two three'],
    ['ΟΔΟΣ', 'οδος'],
    ['12.05.1980', '12 05 1980'],
  ])('%j is %j', (one, other) => {
    expect(normaliseAnswer(one)).toBe(normaliseAnswer(other));
    expect(normaliseAnswer(one)).not.toBe('');
  });

  it.each([
    ['Anna', 'Anne'],
    ['Zoë', 'Zoe'],
    ['12 05', '1205'],
    ['и', 'й'],
    ['5 €', '5'],
  ])('%j is not %j', (one, other) => {
    expect(normaliseAnswer(one)).not.toBe(normaliseAnswer(other));
  });

  it('is nothing where there is nothing to see', () => {
    for (const nothing of ['', '  ', '?!…', '\u200B\u2060', '-\u00AD-']) expect(normaliseAnswer(nothing)).toBe('');
  });

  it('does not change when it is normalised again, whatever it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const normal = normaliseAnswer(text);
        expect(normaliseAnswer(normal)).toBe(normal);
        expect(normal).not.toMatch(/^\s|\s$|\s\s|[\p{P}\p{Cc}]/u);
      }),
      { numRuns: 20_000 },
    );
  });

  it('is the same in capitals, small letters, and every form of Unicode', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom('NFC', 'NFD', 'NFKC', 'NFKD'), (text, form) => {
        const typed = text.normalize(form);
        expect(normaliseAnswer(typed)).toBe(normaliseAnswer(text));
        expect(normaliseAnswer(`  ${typed} .`)).toBe(normaliseAnswer(text));
      }),
      { numRuns: 5000 },
    );
  });
});
