import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldWord } from '../../../shared/password-rules/disguise.ts';
import { passwordRulesSchema } from '../configuration/password-rules-section.ts';
import type { WordList } from '../ports/word-dictionary.ts';
import { findsWord } from './find-word.ts';

const WORDS = ['password', 'Straße', 'münchen', 'apple', 'lilac', 'ключ', 'שלום'].map(foldWord);
/** `asked` counts look-ups: what a judgement costs. */
function listOf(words: readonly string[]): WordList & { asked: () => number } {
  const known = new Set(words);
  let count = 0;
  return {
    has: (word) => {
      count += 1;
      return known.has(word);
    },
    longest: Math.max(0, ...words.map(({ length }) => length)),
    alphabet: [...new Set(words.join(''))],
    asked: () => count,
  };
}
function settings(change: Record<string, unknown> = {}) {
  const { dictionary } = passwordRulesSchema.parse({ dictionary: { files: ['/words'], ...change } });
  if (dictionary === undefined) throw new Error('no dictionary');
  return dictionary;
}
const finds = (password: string, change: Record<string, unknown> = {}) => findsWord(password, listOf(WORDS), settings(change));

describe('a password that is a word', () => {
  it.each([
    'password',
    'PASSWORD',
    'Pässwörd',
    'p4ssw0rd',
    'P@$$w0rd',
    'drowssap',
    'dr0w55ap',
    'password1',
    '123password',
    '!password!',
    'password123456789',
    '  password  ',
    'p4ssw0rd2026!',
    'straße',
    'STRASSE',
    '57r4ss3',
    'essarts',
    'munchen',
    'mu\u0308nchen',
    'MÜNCHEN1972',
    '4pple',
    '4pple7',
    '@pple!!',
    '😀apple😀',
    'li1ac',
    '1i1ac',
    'l1lac',
    'ключ',
    'КЛЮЧ1',
    'чюлк',
    'שלום',
    '123שלום',
    'ｐａｓｓｗｏｒｄ',
  ])('is found in %j', (password) => {
    expect(finds(password)).toBe(true);
    expect(finds(password.normalize('NFD'))).toBe(true);
  });

  it.each([
    '',
    '1',
    '123456',
    '😀😀',
    'passwor',
    'passwordx',
    'pass word',
    'my password',
    'appleapple',
    'apple pie',
    'a-cupboard',
    '日本語',
    '\ud800',
    'ключи',
  ])('is not found in %j', (password) => {
    expect(finds(password)).toBe(false);
  });
});

describe('a word in a password', () => {
  const contains = { match: 'contains' };
  it.each(['my password', 'xpasswordx', 'xxP4SSW0RDxx', 'xdrowssapx', 'crabapples', '日ключ日', 'x57r4ss3x'])(
    'is found in %j',
    (password) => {
      expect(finds(password, contains)).toBe(true);
      expect(finds(password)).toBe(false);
    },
  );
  it.each(['', 'a-p-p-l-e', 'passwor d', 'appl'])('is not found in %j', (password) => {
    expect(finds(password, contains)).toBe(false);
  });
});

describe('tolerance', () => {
  it.each(['passwor', 'passwords', 'pasword', 'passwort', 'xpassword', 'passXword', 'p4sswort', 'passwort2026', 'applee', 'applez'])(
    'of one character finds %j',
    (password) => {
      expect(finds(password)).toBe(false);
      expect(finds(password, { tolerance: 1 })).toBe(true);
    },
  );
  it.each(['aple', 'passwo', 'pxsswxrd', 'passwordxx', 'app', 'ap-plex'])('of one character does not find %j', (password) => {
    expect(finds(password, { tolerance: 1 })).toBe(false);
  });
});

it('takes a bounded number of look-ups, whatever the password', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyzäöüß0123456789'.split('');
  const words = [letters.join('').slice(0, 64), ...letters.map((letter) => letter.repeat(64))].map(foldWord);
  const any = fc.oneof(
    fc.string({ unit: 'binary', minLength: 200, maxLength: 1024 }),
    fc.array(fc.constantFrom('ab', '1', '!', 'ß', 'ﷺ', 'é', '😀', 'a1'), { minLength: 300, maxLength: 512 }).map((parts) => parts.join('')),
    fc.integer({ min: 0, max: 70 }).map((length) => `${'1'.repeat(200)}${'x'.repeat(length)}${'!'.repeat(200)}`),
  );
  fc.assert(
    fc.property(any, (password) => {
      const list = listOf(words);
      findsWord(password, list, settings({ match: 'contains', tolerance: 1 }));
      expect(list.asked()).toBeLessThan(80_000);
    }),
    { numRuns: 30 },
  );
});

it('finds no less with contains or tolerance', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...WORDS, 'x', '1', '4pple', 'P', '!'), { maxLength: 3 }),
      fc.constantFrom({ match: 'contains' }, { tolerance: 1 }),
      (parts, more) => {
        expect(finds(parts.join('')) && !finds(parts.join(''), more)).toBe(false);
      },
    ),
  );
});
