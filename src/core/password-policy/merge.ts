import { greatestLength, leastLength } from '../../../shared/password-rules/password-length.ts';
import type { LengthUnit, PasswordRule, PasswordRuleParams } from '../../../shared/password-rules/password-rule.ts';
import { PASSWORD_RULE_CODES } from '../../../shared/password-rules/password-rule.ts';

/**
 * One list of rules for several accounts that get the same new password: every rule once, the strictest of its kind.
 * What meets the merged rules meets each list.
 */
export function mergeRules(lists: readonly (readonly PasswordRule[])[]): PasswordRule[] {
  const merged = new Map<string, PasswordRule>();
  for (const rule of lists.flat()) {
    const kind = comparable(rule);
    const known = merged.get(kind);
    merged.set(kind, known === undefined ? rule : both(known, rule));
  }
  const all = [...merged.values()];
  return PASSWORD_RULE_CODES.flatMap((code) => all.filter((rule) => rule.code === code && !isCovered(rule, all)));
}

/** What asks for as much as both, and whose it is: of the one that asks for as much by itself. */
function both(known: PasswordRule, rule: PasswordRule): PasswordRule {
  const params = stricter(rule, known);
  const { directories: _directories, ...merged } = { ...rule, params };
  const own = [known, rule].filter((each) => JSON.stringify(each.params) === JSON.stringify(params));
  const decisive = own.length > 0 ? own : [known, rule];
  // What is asked for by somebody who is not named is asked for in any case.
  if (decisive.some(({ directories }) => directories === undefined)) return merged;
  return { ...merged, directories: [...new Set(decisive.flatMap(({ directories }) => directories ?? []))] };
}

/** What may not be in force need not be told beside a rule that is judged and asks for as much. */
function isCovered(rule: PasswordRule, all: readonly PasswordRule[]): boolean {
  if (rule.source !== 'server-only') return false;
  const judged = all.find((other) => comparable(other) === comparable({ ...rule, source: 'directory' }));
  return judged !== undefined && JSON.stringify(stricter(rule, judged)) === JSON.stringify(judged.params);
}

/**
 * Only rules that one of them can speak for are made one: not where a rule is off for long passwords and the other is not,
 * nor where the directory alone judges one of them, since it may not be in force.
 */
function comparable({ code, source, params: { sets, layouts, unlessLength } }: PasswordRule): string {
  return JSON.stringify([code, source === 'server-only', sets, layouts, unlessLength]);
}

function stricter(one: PasswordRule, other: PasswordRule): PasswordRuleParams {
  const [a, b] = [one.params, other.params];
  switch (one.code) {
    case 'password.too-short':
      return longerMinimum(a, b);
    case 'password.too-long':
      return shorterMaximum(a, b);
    case 'password.not-complex':
      return {
        required: Math.max(Number(a.required), Number(b.required)),
        letters: a.letters === b.letters ? String(a.letters) : 'both',
      };
    case 'password.too-many-repeats':
    case 'password.sequence':
      return { ...a, maximum: Math.min(Number(a.maximum), Number(b.maximum)) };
    case 'password.too-few-sets':
      return { ...a, required: Math.max(Number(a.required), Number(b.required)) };
    case 'password.disguised-name':
      return { tokens: allTokens(a, b) };
    case 'password.contains-name':
      return {
        tokens: allTokens(a, b),
        ignoreCase: a.ignoreCase === 'ascii' && b.ignoreCase === 'ascii' ? 'ascii' : 'unicode',
      };
    case 'password.in-history':
      return { length: Math.max(Number(a.length), Number(b.length)) };
    case 'password.too-young':
      // RFC 3339 times in UTC with the same number of digits sort as text.
      return String(a.changeableAt) > String(b.changeableAt) ? a : b;
    case 'password.first-character':
    case 'password.last-character':
    case 'password.denied':
    case 'password.dictionary':
    case 'password.breached':
    case 'password.unusable-characters':
    case 'password.looks-hashed':
      return a;
    default:
      return { ...a, minimum: Math.max(Number(a.minimum), Number(b.minimum)) };
  }
}

function allTokens(a: PasswordRuleParams, b: PasswordRuleParams): string {
  return [...new Set(`${a.tokens}\n${b.tokens}`.split('\n'))].join('\n');
}

/**
 * The stricter of two minima that may be counted in different units; where neither contains the other, the greater
 * number in code points, which is stricter than both and one line to read.
 */
function longerMinimum(a: PasswordRuleParams, b: PasswordRuleParams): PasswordRuleParams {
  const [one, other] = [read(a, 'minimum'), read(b, 'minimum')];
  if (leastLength(one.amount, one.unit, other.unit) >= other.amount) return a;
  if (leastLength(other.amount, other.unit, one.unit) >= one.amount) return b;
  return { minimum: Math.max(one.amount, other.amount), unit: 'code-points' };
}

/** The same for maxima; where neither contains the other, the smaller number in octets. */
function shorterMaximum(a: PasswordRuleParams, b: PasswordRuleParams): PasswordRuleParams {
  const [one, other] = [read(a, 'maximum'), read(b, 'maximum')];
  if (greatestLength(one.amount, one.unit, other.unit) <= other.amount) return a;
  if (greatestLength(other.amount, other.unit, one.unit) <= one.amount) return b;
  return { maximum: Math.min(one.amount, other.amount), unit: 'octets' };
}

function read(params: PasswordRuleParams, name: 'minimum' | 'maximum'): { amount: number; unit: LengthUnit } {
  return { amount: Number(params[name]), unit: params.unit as LengthUnit };
}
