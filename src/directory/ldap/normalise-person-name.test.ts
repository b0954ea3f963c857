import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalisePersonName } from './normalise-person-name.ts';

describe('normalisePersonName', () => {
  it.each([
    ['alice', 'alice'],
    ['  ALICE\u00a0', 'alice'],
    ['Ａｌｉｃｅ', 'alice'],
    ['al\u00adi\u200bce', 'alice'],
    ['anna   maria', 'anna maria'],
    ['Ange\u0301lique', 'angélique'],
    ['Alice@Example.TEST', 'alice@example.test'],
  ])('brings %j to %j', (typed, expected) => {
    expect(normalisePersonName(typed)).toBe(expected);
  });

  it('takes a configured prefix off, and takes any other backslash for a part of the name', () => {
    for (const typed of ['EXAMPLE\\alice', 'example\\ALICE', ' Example\ufe68alice', 'ＥＸＡＭＰＬＥ＼alice']) {
      expect(normalisePersonName(typed, ['other', 'Example'])).toBe('alice');
    }
    expect(normalisePersonName('FOREIGN\\alice', ['EXAMPLE'])).toBe('foreign\\alice');
    expect(normalisePersonName('a\\b')).toBe('a\\b');
    expect(normalisePersonName('EXAMPLE\\', ['EXAMPLE'])).toBeNull();
  });

  it.each(['', '   ', '\u200b', 'a\u0000b', 'a\nb', '\ud800', 'x'.repeat(257)])('finds no name in %j', (typed) => {
    expect(normalisePersonName(typed)).toBeNull();
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (typed) => {
        const once = normalisePersonName(typed);
        if (once !== null) expect(normalisePersonName(once)).toBe(once);
      }),
      { numRuns: 500 },
    );
  });
});
