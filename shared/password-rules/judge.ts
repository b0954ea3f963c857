import type { Rule } from '../api/journeys.ts';
import { foldCase } from '../fold-case.ts';
import { type CharacterCounts, countCharacters } from './character-counts.ts';
import { characterKinds } from './character-kinds.ts';
import { countSets, readSets, standsIn } from './character-sets.ts';
import { containsDisguised } from './disguise.ts';
import { normalisePassword } from './normalise-password.ts';
import { passwordLength } from './password-length.ts';
import type {
  CaseFolding,
  LengthUnit,
  LetterTable,
  PasswordRule,
  PasswordRuleCode,
  PasswordRuleParams,
  PasswordVerdict,
} from './password-rule.ts';
import { longestSequence, readLayouts } from './sequences.ts';

type Judge = (password: string, params: PasswordRuleParams) => boolean;

const atLeast =
  (what: keyof CharacterCounts): Judge =>
  (password, params) =>
    countCharacters(password)[what] >= amount(params, 'minimum');

const UNUSABLE = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\uFFFD]|(?![\u200C\u200D])\p{Default_Ignorable_Code_Point}/u;

/** One judge for each code that the password alone decides. The password is normalised already. */
const JUDGES: Partial<Record<PasswordRuleCode, Judge>> = {
  'password.too-short': (password, params) => passwordLength(password, unit(params)) >= amount(params, 'minimum'),
  'password.too-long': (password, params) => passwordLength(password, unit(params)) <= amount(params, 'maximum'),
  'password.not-complex': (password, params) =>
    letterTables(params).every((letters) => characterKinds(password, letters).size >= amount(params, 'required')),
  'password.too-few-letters': atLeast('letters'),
  'password.too-few-uppercase': atLeast('uppercase'),
  'password.too-few-lowercase': atLeast('lowercase'),
  'password.too-few-digits': atLeast('digits'),
  'password.too-few-specials': atLeast('specials'),
  'password.too-few-non-ascii': atLeast('nonAscii'),
  'password.too-few-kinds': atLeast('kinds'),
  'password.too-many-repeats': (password, params) => countCharacters(password).longestRun <= amount(params, 'maximum'),
  'password.too-few-sets': (password, params) => countSets(password, readSets(params.sets)) >= amount(params, 'required'),
  'password.first-character': (password, params) => standsIn(password, 'first', readSets(params.sets)),
  'password.last-character': (password, params) => standsIn(password, 'last', readSets(params.sets)),
  'password.too-few-unique': (password, params) => new Set(password).size >= amount(params, 'minimum'),
  'password.sequence': (password, params) => longestSequence(password, readLayouts(params.layouts)) <= amount(params, 'maximum'),
  'password.disguised-name': (password, params) => !tokensOf(params).some((token) => containsDisguised(password, token)),
  'password.contains-name': (password, params) => !containsToken(password, params),
  // Control characters cannot be typed at a sign-in, and NUL cuts the password short on Samba and 389 DS. Half a surrogate
  // pair becomes U+FFFD on its way to the server: another password than the one typed.
  // What cannot be seen, or stands for what could not be read, is not what somebody meant to type: RFC 8265 4.2 (OpaqueString)
  // leaves out the same, but for the joiners that keyboards of some scripts have. White space alone is cut off by many a
  // sign-in page, and then nothing is left.
  'password.unusable-characters': (password) => !UNUSABLE.test(password) && !/^\p{White_Space}+$/u.test(password),
  // RFC 2307, 5.3: OpenLDAP and 389 DS take such a value for an already hashed password, or refuse it, by the schemes
  // they happen to know. OpenLDAP accepts "{CLEARTEXT}x" and then lets nobody in with it.
  'password.looks-hashed': (password) => !/^\{[\w./-]{1,32}\}/.test(password),
};

/**
 * Judges a password against rules. `ok` is `server-decides` for a rule that needs more than the password, and for a
 * code that this version does not know. Never throws, whatever the text. The password is normalised first
 * ({@link normalisePassword}).
 */
export function judge(password: string, rules: readonly PasswordRule[]): PasswordVerdict[] {
  return judgeRules(password, rules);
}

/** The same for rules as the API sends them, for the browser: they carry all that is needed. */
export function judgeRules(
  password: string,
  rules: readonly (Pick<Rule, 'code' | 'source'> & { readonly params: PasswordRuleParams; readonly directories?: readonly string[] })[],
): PasswordVerdict[] {
  const normalised = normalisePassword(password);
  return rules.map(({ code, params, source, directories }) => {
    const decide = source === 'server-only' || !isPure(code) ? undefined : JUDGES[code];
    const ok = decide === undefined ? 'server-decides' : isOff(normalised, params) || decide(normalised, params);
    return { code, params, ok, ...(directories === undefined ? {} : { directories }) };
  });
}

/** Whether the password alone decides over a rule of this code. */
function isPure(code: string): code is PasswordRuleCode {
  return Object.hasOwn(JUDGES, code);
}

function containsToken(password: string, params: PasswordRuleParams): boolean {
  const folding: CaseFolding = params.ignoreCase === 'ascii' ? 'ascii' : 'unicode';
  const folded = fold(password, folding);
  return tokensOf(params).some((token) => folded.includes(fold(token, folding)));
}

function tokensOf(params: PasswordRuleParams): string[] {
  return typeof params.tokens === 'string' ? params.tokens.split('\n').filter((token) => token !== '') : [];
}

/** Passphrase mode: what is long enough need not be composed. */
function isOff(password: string, { unlessLength }: PasswordRuleParams): boolean {
  return typeof unlessLength === 'number' && passwordLength(password, 'code-points') >= unlessLength;
}

function fold(text: string, folding: CaseFolding): string {
  return folding === 'unicode' ? foldCase(text) : text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function letterTables(params: PasswordRuleParams): readonly Exclude<LetterTable, 'both'>[] {
  if (params.letters === 'both') return ['unicode', 'samba'];
  return params.letters === 'samba' ? ['samba'] : ['unicode'];
}

function amount(params: PasswordRuleParams, name: string): number {
  const value = params[name];
  return typeof value === 'number' ? value : 0;
}

function unit(params: PasswordRuleParams): LengthUnit {
  const value = params.unit;
  return value === 'octets' || value === 'utf16-units' ? value : 'code-points';
}
