// The list alone: the package's entry would bring the dictionary of stolen passwords along.
import words from '@zxcvbn-ts/language-common/src/diceware.json' with { type: 'json' };
import type { Rule } from '../../../shared/api/journeys.ts';
import { judgeRules } from '../../../shared/password-rules/judge.ts';

/** Words that are quick to type, from the dice-ware list that the server's estimate of strength knows too: about 12.7 bits each. */
const WORDS = words.filter((word) => /^[a-z]{3,8}$/.test(word));
const SIGNS = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-+.:';
const TRIES_PER_SHAPE = 20;

/**
 * A passphrase that meets the rules that the password alone decides: four words and two digits (57 bits) where they
 * fit, more words for long minimums, and random signs where the maximum is too short for words. Made in the browser
 * by its secure random source; until it is saved it goes nowhere but to the check.
 */
export function suggestPassphrase(rules: readonly Rule[]): string {
  const shapes = [() => wordsAndDigits(4), () => wordsAndDigits(5), () => wordsAndDigits(7), () => signs(20), () => signs(14)];
  for (const shape of shapes) {
    for (let attempt = 0; attempt < TRIES_PER_SHAPE; attempt += 1) {
      const candidate = shape();
      if (judgeRules(candidate, rules).every((verdict) => verdict.ok !== false)) return candidate;
    }
  }
  return signs(maximumOf(rules));
}

function wordsAndDigits(count: number): string {
  const words = Array.from({ length: count }, () => pick(WORDS));
  const [first = '', ...rest] = words;
  const digits = String(randomBelow(90) + 10);
  return [first.charAt(0).toUpperCase() + first.slice(1), ...rest, digits].join('-');
}

function signs(length: number): string {
  return Array.from({ length }, () => pick([...SIGNS])).join('');
}

function maximumOf(rules: readonly Rule[]): number {
  const maximum = rules.find((rule) => rule.code === 'password.too-long')?.params.maximum;
  return typeof maximum === 'number' ? maximum : 20;
}

function pick<T>(from: readonly T[]): T {
  return from[randomBelow(from.length)] as T;
}

/** Evenly distributed: values from the incomplete last stretch of the 32 bits are thrown away. */
function randomBelow(limit: number): number {
  const ceiling = Math.floor(2 ** 32 / limit) * limit;
  for (;;) {
    const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
    if (value < ceiling) return value % limit;
  }
}
