import type { Rule, Verdict } from '../../../shared/api/journeys.ts';
import { readSets } from '../../../shared/password-rules/character-sets.ts';
import type { PasswordRule, PasswordRuleParams, PasswordVerdict } from '../../../shared/password-rules/password-rule.ts';
import type { Texts } from '../ports/platform.ts';
import { refusalKey } from './present-refusal.ts';

/** A longest length beyond this is of no interest until it is passed; NIST SP 800-63B-4, 3.1.1.2, wants at least 64. */
const LONG_ENOUGH = 64;

/**
 * Rules as the API sends them, with a sentence each ("At least 12 characters"). Rules that hardly anybody ever meets
 * are left out and appear as a verdict when they are broken.
 *
 * `timeZone` (IANA name) is for the time in "you may change it again".
 */
export function presentRules(rules: readonly PasswordRule[], texts: Texts, language: string, timeZone: string): Rule[] {
  return rules
    .filter((rule) => !isQuiet(rule))
    .map(({ code, params, source, directories }) => ({
      code,
      params: { ...params },
      text: named(ruleText(code, params, texts, language, timeZone), directories, texts, language),
      source,
    }));
}

/** Verdicts as the API sends them: what is wrong for a broken rule, the rule itself otherwise. */
export function presentVerdicts(verdicts: readonly PasswordVerdict[], texts: Texts, language: string, timeZone: string): Verdict[] {
  return verdicts
    .filter((verdict) => verdict.ok === false || !isQuiet(verdict))
    .map(({ code, params, ok, directories }) => ({
      code,
      ok,
      text: named(
        ok === false
          ? texts.translate(language, params.known === false ? `${code}.not-known` : refusalKey(code))
          : ruleText(code, params, texts, language, timeZone),
        directories,
        texts,
        language,
      ),
    }));
}

/** Whose rule it is, where it is not everybody's. */
function named(text: string, directories: readonly string[] | undefined, texts: Texts, language: string): string {
  if (directories === undefined) return text;
  const list = new Intl.ListFormat(language, { type: 'unit' }).format(directories);
  return texts.translate(language, 'password.of-directory', { rule: text, directory: list });
}

function isQuiet({ code, params }: Pick<PasswordVerdict, 'code' | 'params'>): boolean {
  // "At least 1 character": a directory whose policy may not be read.
  if (code === 'password.too-short') return Number(params.minimum) <= 1;
  if (code === 'password.too-long') return Number(params.maximum) >= LONG_ENOUGH;
  return code === 'password.unusable-characters' || code === 'password.looks-hashed';
}

/** What a rule asks for, in words. `timeZone` as for `presentRules`. */
export function ruleText(code: string, params: PasswordRuleParams, texts: Texts, language: string, timeZone: string): string {
  const inOctets = code === 'password.too-long' && params.unit === 'octets';
  const rule = texts.translate(language, inOctets ? 'password.too-long-octets' : code, {
    ...textParameters(params, language, timeZone),
    ...(typeof params.sets === 'string' ? { sets: setNames(params.sets, texts, language) } : {}),
  });
  const { unlessLength } = params;
  return typeof unlessLength === 'number' ? texts.translate(language, 'password.unless-long', { rule, length: unlessLength }) : rule;
}

function setNames(sets: string, texts: Texts, language: string): string {
  const names = readSets(sets).map((set) => texts.translate(language, `password.set-${set}`));
  return new Intl.ListFormat(language, { type: 'unit' }).format(names);
}

/**
 * What a text may show: the numbers of the rule, and `count`, the one that decides between "character" and "characters".
 * Never the tokens: they are parts of the person's name.
 */
function textParameters(params: PasswordRuleParams, language: string, timeZone: string): Record<string, string | number> {
  const numbers = Object.fromEntries(Object.entries(params).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
  const count = numbers.minimum ?? numbers.maximum ?? numbers.length ?? numbers.required;
  const changeableAt = params.changeableAt;
  return {
    ...numbers,
    ...(count === undefined ? {} : { count }),
    ...(typeof changeableAt === 'string' ? { changeableAt: localTime(changeableAt, language, timeZone) } : {}),
  };
}

function localTime(time: string, language: string, timeZone: string): string {
  const options = {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    timeZone,
  } as const;
  return new Intl.DateTimeFormat(language, options).format(new Date(time));
}
