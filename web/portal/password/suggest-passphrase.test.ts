import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../shared/api/journeys.ts';
import { judgeRules } from '../../../shared/password-rules/judge.ts';
import { suggestPassphrase } from './suggest-passphrase.ts';

const rule = (code: string, params: Rule['params']): Rule => ({ code, params, text: code, source: 'directory' });
const atLeast = (minimum: number) => rule('password.too-short', { minimum, unit: 'code-points' });
const atMost = (maximum: number) => rule('password.too-long', { maximum, unit: 'code-points' });
const complex = rule('password.not-complex', { required: 3, letters: 'unicode' });

describe('suggestPassphrase', () => {
  it.each([
    ['no rules', []],
    ['a usual policy', [atLeast(12), complex]],
    ['a long minimum', [atLeast(40), complex]],
    ['a short maximum', [atLeast(8), atMost(16), complex]],
    ['a name that must not occur', [atLeast(12), rule('password.contains-name', { tokens: 'an\nem', ignoreCase: 'unicode' })]],
  ])('meets %s, and differs each time', (_name, rules) => {
    const suggestions = Array.from({ length: 50 }, () => suggestPassphrase(rules));
    for (const suggestion of suggestions) {
      expect(judgeRules(suggestion, rules).filter((verdict) => verdict.ok === false)).toEqual([]);
    }
    expect(new Set(suggestions).size).toBe(50);
    // Words and digits of 57 bits, or at least 14 random signs.
    for (const suggestion of suggestions) expect(suggestion).toMatch(/^([A-Z][a-z]+(-[a-z]+){3,6}-\d\d|[\w.:+-]{14,20})$/);
  });
});
