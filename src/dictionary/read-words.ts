import { createReadStream } from 'node:fs';
import { foldWord } from '../../shared/password-rules/disguise.ts';
import type { WordList } from '../core/ports/word-dictionary.ts';

/** Words of all files together: some 50 MB of memory. */
const MOST_WORDS = 500_000;
/** Longer lines hold no word, in UTF-16 units. */
const LONGEST_WORD = 64;
/** Letters that are tried in place of another one, the most frequent: scripts with thousands would take too long. */
const MOST_LETTERS = 60;

/**
 * Reads files of one word a line, UTF-8, folded as passwords are for the comparison. Words of fewer than `minimumLength`
 * code points are left out, and lines that are too long for a word.
 * @throws Error for a file that cannot be read, is no UTF-8, holds no word, or too many; its message names the file
 */
export async function readWords(files: readonly string[], minimumLength: number): Promise<WordList & { readonly size: number }> {
  const words = new Set<string>();
  const frequency = new Map<string, number>();
  let longest = 0;
  for (const file of files) {
    let any = false;
    for await (const line of linesOf(file)) {
      const word = foldWord(line.trim());
      if (word.length > LONGEST_WORD || [...word].length < minimumLength) continue;
      any = true;
      words.add(word);
      longest = Math.max(longest, word.length);
      for (const character of word) frequency.set(character, (frequency.get(character) ?? 0) + 1);
      if (words.size > MOST_WORDS) throw new Error(`${file}: more than ${MOST_WORDS.toLocaleString('en')} words together`);
    }
    if (!any) throw new Error(`${file} holds no word of ${minimumLength} letters`);
  }
  const letters = [...frequency].sort(([, one], [, other]) => other - one).slice(0, MOST_LETTERS);
  return { has: (word) => words.has(word), size: words.size, longest, alphabet: letters.map(([letter]) => letter) };
}

/** Decodes by itself: a reader of lines would put U+FFFD for what is no UTF-8, and the words would never be found. */
async function* linesOf(file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  const decode = (bytes?: Buffer): string => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch {
      throw new Error(`${file} is not UTF-8`);
    }
  };
  for await (const chunk of createReadStream(file)) {
    const lines = (rest + decode(chunk as Buffer)).split('\n');
    rest = (lines.pop() ?? '').slice(0, LONGEST_WORD * 4);
    yield* lines;
  }
  yield rest + decode();
}
