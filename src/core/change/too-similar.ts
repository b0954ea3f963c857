import { foldCharacter } from '../../../shared/fold-case.ts';

/** Changes of single characters that make no other password of one. */
const TOO_FEW = 2;

/**
 * Whether a new password is the current one but for a few characters: capital letters, a digit counted on, something added at an end.
 * Whoever knew the old one would try that first. Judged where the person has just given the current one, and kept nowhere.
 */
export function isTooSimilar(current: string, next: string): boolean {
  return distance(fold(current), fold(next)) <= TOO_FEW;
}

/** A password as its characters, each without its case. */
function fold(password: string): string[] {
  return Array.from(password.normalize('NFC'), foldCharacter);
}

/** Levenshtein: the fewest insertions, removals and replacements that make one of the other. */
function distance(one: readonly string[], other: readonly string[]): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [row, character] of one.entries()) {
    const line = [row + 1];
    for (const [column, opposite] of other.entries()) {
      const replaced = (previous[column] ?? 0) + (character === opposite ? 0 : 1);
      line.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1));
    }
    previous = line;
  }
  return previous.at(-1) ?? 0;
}
