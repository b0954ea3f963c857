import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardKey } from './guard-key.ts';

describe('guardKey', () => {
  it.each([
    ['accents', 'alice', ['álicé', 'a\u0301lice', 'ALICE', 'àlïçê']],
    ['width and what nobody sees', 'alice', ['ａｌｉｃｅ', 'al\u00adice', 'al\u200bice', 'alice\ufe0f', 'ali\u{e0100}ce']],
    ['letters that no system knows', 'alice', ['al\u0378ice', 'alice\ue000']],
    ['kana', 'カタ', ['かた', 'ｶﾀ', 'がた', 'ガダ']],
    ['letters with several small forms', 'γιωργοσ', ['ΓΙΩΡΓΟΣ', 'γιωργος', 'Γιώργος']],
    ['letters that fold to two', 'weiss', ['WEIẞ', 'weiß', 'WEISS']],
    ['dots of i', 'ibrahim', ['İbrahim', 'IBRAHIM', 'ıbrahim']],
    ['compatibility forms', 'x2y', ['x²y', 'X2Y', 'ｘ２ｙ']],
    ['spaces', 'anna maria', [' anna   maria ', 'anna\u00a0maria', 'Anna\u3000Maria']],
  ])('takes spellings that differ in %s for one', (_what, key, spellings) => {
    for (const spelling of spellings) expect(guardKey(spelling), JSON.stringify(spelling)).toBe(guardKey(key));
  });

  it('keeps names apart that every directory keeps apart', () => {
    for (const [one, other] of [
      ['alice', 'alicia'],
      ['a.b', 'ab'],
      ['ann1', 'ann2'],
      ['a@x.test', 'a@y.test'],
      ['ガ', 'キ'],
    ] as const) {
      expect(guardKey(one)).not.toBe(guardKey(other));
    }
  });

  it('is one spelling: folding it again, or any of the ways in which a name may be varied first, changes nothing', () => {
    const marks = ['\u0301', '\u0308', '\u200d', '\u00ad', '\ufe00', '\u034f'];
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.nat(20), fc.constantFrom(...marks), (name, at, mark) => {
        const key = guardKey(name);
        expect(guardKey(key)).toBe(key);
        for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const) expect(guardKey(name.normalize(form))).toBe(key);
        // Some letters become two: nobody who compares without marks takes those for one.
        const upper = [...name].map((letter) =>
          /^\p{L}$/u.test(letter.toUpperCase()) && !/\p{M}/u.test(letter) ? letter.toUpperCase() : letter,
        );
        expect(guardKey(upper.join(''))).toBe(key);
        const characters = [...name];
        characters.splice(at % (characters.length + 1), 0, mark);
        // A mark composes with what stands before it, never into another letter once it is taken out.
        expect(guardKey(characters.join(''))).toBe(key);
      }),
      { numRuns: 1000 },
    );
  });
});
