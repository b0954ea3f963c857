import { RE2JS } from 're2js';
import { foldWord } from '../../../shared/password-rules/disguise.ts';
import type { PasswordRulesSettings } from '../configuration/password-rules-section.ts';

export type DenyListSettings = NonNullable<PasswordRulesSettings['denyList']>;

/**
 * Instructions that the patterns of a list may have together. Matching takes at most this many steps for each code point of
 * a password, so this bounds the time of a judgement: milliseconds for 256 code points.
 */
export const MOST_INSTRUCTIONS = 5_000;

export interface DenyList {
  /** Whether a normalised password is refused. */
  denies(password: string): boolean;
  /** Instructions of all patterns together. */
  readonly instructions: number;
}

/**
 * Makes a deny list ready. Regular expressions are those of RE2: no pattern and no password makes them slow.
 * @throws DenyPatternError for a pattern that RE2 does not understand
 */
export function compileDenyList({ equals, startsWith, endsWith, contains, patterns }: DenyListSettings): DenyList {
  const whole = new Set(folded(equals));
  const [starts, ends, inside] = [folded(startsWith), folded(endsWith), folded(contains)];
  const compiled = patterns.map(compilePattern);
  return {
    instructions: compiled.reduce((sum, pattern) => sum + pattern.programSize(), 0),
    denies(password) {
      const word = foldWord(password);
      return (
        whole.has(word) ||
        starts.some((start) => word.startsWith(start)) ||
        ends.some((end) => word.endsWith(end)) ||
        inside.some((part) => word.includes(part)) ||
        compiled.some((pattern) => pattern.matcher(password).find())
      );
    },
  };
}

/** What RE2 says against a pattern; null: nothing. */
export function patternProblem(pattern: string): string | null {
  try {
    compilePattern(pattern);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const lists = new WeakMap<DenyListSettings, DenyList>();

/** The deny list of a configuration in force, compiled once. */
export function denyListOf(settings: DenyListSettings): DenyList {
  const known = lists.get(settings) ?? compileDenyList(settings);
  lists.set(settings, known);
  return known;
}

function compilePattern(pattern: string): RE2JS {
  return RE2JS.compile(pattern.normalize('NFC'));
}

/** A word that is nothing but marks folds to nothing, and nothing is in every password. */
function folded(words: readonly string[]): string[] {
  return words.map(foldWord).filter((word) => word !== '');
}
