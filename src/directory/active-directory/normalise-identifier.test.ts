import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseIdentifier, withAnyPrefix } from './normalise-identifier.ts';

const domain = { dns: 'ad.example.test', netbios: 'EXAMPLE' };
const normalise = (typed: string) => normaliseIdentifier(typed, domain);

describe('normaliseIdentifier', () => {
  it.each([
    ['alice', 'alice'],
    ['  ALICE\t', 'alice'],
    ['EXAMPLE\\Alice', 'alice'],
    ['ad.example.test\\alice', 'alice'],
    ['example\\ alice ', 'alice'],
    ['alice@AD.example.TEST', 'alice'],
    ['alice @ ad.example.test', 'alice'],
    ['Alice@example.com', 'alice@example.com'],
    ['ａｌｉｃｅ', 'alice'],
    ['al\u200Bice\uFEFF', 'alice'],
    ['Chloe\u0301', 'chloé'],
    ['ann  maria\u00A0', 'ann maria'],
    ['u06\\30', null],
    ['\\75060', null],
    ['.\\alice', null],
    ['OTHER\\alice', null],
    ['EXAMPLE\\alice@ad.example.test', null],
    ['@ad.example.test', null],
    ['alice@', null],
    ['ali\u0000ce', null],
    ['', null],
    [' \u200B ', null],
    ['a'.repeat(1025), null],
  ])('%j becomes %j', (typed, expected) => {
    expect(normalise(typed)).toBe(expected);
  });

  it('keeps a prefix until the domain is known, so that it can be judged then', () => {
    const early = normaliseIdentifier('OTHER\\Alice', { dns: null, netbios: null });
    expect(early).toBe('other\\alice');
    expect(normaliseIdentifier(early ?? '', { dns: null, netbios: 'EXAMPLE' })).toBeNull();
    expect(normaliseIdentifier(early ?? '', { dns: null, netbios: 'OTHER' })).toBe('alice');
    expect(withAnyPrefix(early ?? '')).toBe('alice');
    expect(normaliseIdentifier('alice@ad.example.test', { dns: null, netbios: null })).toBe('alice@ad.example.test');
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (typed) => {
        const once = normalise(typed);
        fc.pre(once !== null);
        expect(normalise(once as string)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives every spelling of one account the same name', () => {
    const login = fc.stringMatching(/^[a-z][a-z0-9._-]{0,18}[a-z0-9]$/);
    const inCase = (text: string) =>
      fc
        .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
        .map((upper) => [...text].map((c, i) => (upper[i] ? c.toUpperCase() : c)).join(''));
    const spelling = login.chain((name) =>
      fc.tuple(
        fc.constant(name),
        inCase(name),
        fc.constantFrom('', 'EXAMPLE\\', 'example\\'),
        fc.constantFrom(' ', '', '\t', '\u200B'),
        fc.boolean(),
      ),
    );
    fc.assert(
      fc.property(spelling, ([name, typed, prefix, space, suffix]) => {
        const address = prefix === '' && suffix ? `${typed}@AD.Example.Test` : typed;
        expect(normalise(`${space}${prefix}${address}${space}`)).toBe(name);
      }),
    );
  });

  it('never returns something empty, with control characters or with outer spaces', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (typed) => {
        const result = normalise(typed);
        if (result !== null) expect(result).toMatch(/^[^\p{Cc}\s]([^\p{Cc}]*[^\p{Cc}\s])?$/u);
      }),
    );
  });
});
