import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common';
import { dictionary as english, translations } from '@zxcvbn-ts/language-en';

/** 0 at once, 1 hours, 2 days, 3 months, 4 years. */
export type StrengthLevel = 0 | 1 | 2 | 3 | 4;

/** An attacker who has stolen a slow hash: zxcvbn's "offline slow hashing" of 10,000 guesses a second. */
const GUESSES_PER_SECOND = 10_000;
const UPPER_SECONDS = [60, 86_400, 30 * 86_400, 365 * 86_400];
/** The estimate's work grows with the square of the length; beyond this every password is strong or a repetition. */
const LONGEST_JUDGED = 64;

const zxcvbn = new ZxcvbnFactory({ dictionary: { ...common, ...english }, graphs: adjacencyGraphs, translations });

/** How long guessing would take, given what an attacker knows about the person (`known`: names of the accounts). */
export function strengthOf(password: string, known: readonly string[]): StrengthLevel {
  const { guesses } = zxcvbn.check(password.slice(0, LONGEST_JUDGED), [...known]);
  const level = UPPER_SECONDS.findIndex((upper) => guesses / GUESSES_PER_SECOND < upper);
  return (level === -1 ? 4 : level) as StrengthLevel;
}
