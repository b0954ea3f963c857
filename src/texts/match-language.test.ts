import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchLanguage } from './match-language.ts';

const SUPPORTED = ['en', 'de', 'fr-CA', 'pt-BR', 'zh-Hant'];
const match = (wanted: string | null | undefined) => matchLanguage(SUPPORTED, wanted);

describe('matchLanguage', () => {
  it.each([
    ['de', 'de'],
    ['DE', 'de'],
    ['de_AT', 'de'],
    ['de-CH-1996', 'de'],
    ['zh-hant-tw', 'zh-Hant'],
    ['pt', 'pt-BR'],
    ['pt-PT', 'pt-BR'],
    ['nl', null],
    ['nl, de;q=0.5', 'de'],
    ['en;q=0.2, de;q=0.9', 'de'],
    ['de;q=0, en', 'en'],
    ['fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5', 'fr-CA'],
    ['nl, *;q=0.5, de;q=0.4', null],
    ['de;q=nonsense, pt', 'pt-BR'],
    ['de;q=7', null],
    [' , ;;; , de ', 'de'],
    ['', null],
    [null, null],
    [undefined, null],
  ])('%s is served in %s', (wanted, language) => {
    expect(match(wanted)).toBe(language);
  });

  it('answers a supported language to any text', () => {
    fc.assert(fc.property(fc.string(), (wanted) => [...SUPPORTED, null].includes(match(wanted))));
  });
});
