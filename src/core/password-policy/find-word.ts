import { readings, reversed } from '../../../shared/password-rules/disguise.ts';
import type { DictionarySettings } from '../configuration/password-rules-section.ts';
import type { WordList } from '../ports/word-dictionary.ts';

/** How much of a password is looked at, in UTF-16 units: nobody makes a long one weak by a word behind that. */
const LOOKED_AT = 128;
/** Longer words are not looked for with a tolerance, in code points: one character more or less hardly helps to guess them. */
const TOLERATED = 32;
/** Digits and signs before and behind a word that are taken off one by one ("123password!"); more of them are taken off at once. */
const TRIMMED = 6;

/**
 * Whether a password is a word of a dictionary, or with `match: contains` has one in it.
 *
 * A password is a word when it is one in any reading (without case and accents, with substitutions such as "p4ssw0rd" undone),
 * forwards or backwards, with or without digits and signs before and behind. With `tolerance: 1` it is one too when a single
 * character more, less or other makes it one (edit distance 1; forwards alone). Takes some ten thousand look-ups at most,
 * whatever the password.
 */
export function findsWord(password: string, words: WordList, { match, minimumLength, tolerance }: DictionarySettings): boolean {
  const looked = [...password].slice(0, LOOKED_AT).join('');
  const cores = [...new Set(coresOf(looked).flatMap(readings))].map((core) => core.slice(0, LOOKED_AT));
  if (cores.some((core) => words.has(core) || words.has(reversed(core)))) return true;
  if (tolerance === 1 && nearCores(looked).some((core) => hasNeighbour(core, words, minimumLength))) return true;
  return match === 'contains' && readings(looked).some((reading) => containsWord(reading.slice(0, LOOKED_AT), words, minimumLength));
}

/** The password without some, none or all of the characters before its first and behind its last letter. */
function coresOf(password: string): string[] {
  const [lead, trail] = margins(password);
  return taken(lead).flatMap((from) => taken(trail).map((to) => password.slice(from, Math.max(from, password.length - to))));
}

function nearCores(password: string): string[] {
  const [lead, trail] = margins(password);
  return [...new Set([password, password.slice(lead, Math.max(lead, password.length - trail))].flatMap(readings))];
}

/** How many UTF-16 units stand before the first letter, and behind the last. */
function margins(password: string): readonly [number, number] {
  const letters = [...password.matchAll(/\p{L}/gu)];
  const [first, last] = [letters[0], letters.at(-1)];
  if (first === undefined || last === undefined) return [0, 0];
  return [first.index, password.length - last.index - last[0].length];
}

function taken(margin: number): number[] {
  const some = Array.from({ length: Math.min(margin, TRIMMED) + 1 }, (_, index) => index);
  return margin > TRIMMED ? [...some, margin] : some;
}

function hasNeighbour(word: string, words: WordList, minimumLength: number): boolean {
  const characters = [...word];
  // A short word has too many neighbours that are no words at all.
  if (characters.length <= minimumLength || characters.length > TOLERATED || word.length > words.longest + 1) return false;
  for (let at = 0; at <= characters.length; at += 1) {
    const [before, after] = [characters.slice(0, at).join(''), characters.slice(at).join('')];
    const behind = characters.slice(at + 1).join('');
    if (at < characters.length && words.has(before + behind)) return true;
    for (const letter of words.alphabet) {
      if (words.has(before + letter + after) || (at < characters.length && words.has(before + letter + behind))) return true;
    }
  }
  return false;
}

function containsWord(reading: string, words: WordList, minimumLength: number): boolean {
  const backwards = reversed(reading);
  for (let from = 0; from + minimumLength <= reading.length; from += 1) {
    const end = Math.min(reading.length, from + words.longest);
    for (let to = from + minimumLength; to <= end; to += 1) {
      if (words.has(reading.slice(from, to)) || words.has(backwards.slice(from, to))) return true;
    }
  }
  return false;
}
