import { describe, expect, it } from 'vitest';
import { isWholePattern, wholePattern } from './whole-pattern.ts';

describe('a pattern for the whole of a text', () => {
  it('fits nothing that is longer, also over lines', () => {
    const ticket = wholePattern('INC[0-9]{7}|REQ[0-9]+');
    expect(['INC0000001', 'REQ7'].map((text) => ticket.fits(text))).toEqual([true, true]);
    expect(['INC0000001x', 'xREQ7', 'REQ7\n', 'INC000000', ''].map((text) => ticket.fits(text))).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it('takes no time that grows beyond all bounds, whatever pattern and text are', () => {
    // 2^60 steps for an engine that tries one way after the other.
    expect(wholePattern('(a+)+').fits(`${'a'.repeat(60)}!`)).toBe(false);
  });

  it('is refused where it is none, or one that only other engines understand', () => {
    expect(['(', '[a', '(?=a)b', '(a)\\1'].map(isWholePattern)).toEqual([false, false, false, false]);
    expect(isWholePattern('INC[0-9]{7}')).toBe(true);
  });
});
