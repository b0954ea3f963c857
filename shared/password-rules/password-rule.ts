import type { Rule } from '../api/journeys.ts';

/** What decides over a new password, as stable codes. The words for people are in `locales/<lang>/password.json`. */
export const PASSWORD_RULE_CODES = [
  'password.too-short',
  'password.too-long',
  'password.not-complex',
  'password.too-few-letters',
  'password.too-few-uppercase',
  'password.too-few-lowercase',
  'password.too-few-digits',
  'password.too-few-specials',
  'password.too-few-non-ascii',
  'password.too-few-kinds',
  'password.too-many-repeats',
  'password.too-few-sets',
  'password.first-character',
  'password.last-character',
  'password.too-few-unique',
  'password.sequence',
  'password.contains-name',
  'password.disguised-name',
  'password.denied',
  'password.dictionary',
  'password.in-history',
  'password.too-young',
  'password.breached',
  'password.unusable-characters',
  'password.looks-hashed',
] as const;
export type PasswordRuleCode = (typeof PASSWORD_RULE_CODES)[number];

export type PasswordRuleParams = Readonly<Rule['params']>;

/**
 * One condition that a new password must meet. Plain data: it is stored, sent to the browser and judged there by the
 * same module.
 *
 * Params by code:
 * - `too-short` `{ minimum, unit }`, `too-long` `{ maximum, unit }`: `unit` is a {@link LengthUnit}
 * - `not-complex` `{ required, letters }`: that many of five kinds of character; `letters` is a {@link LetterTable}
 * - `too-few-*` `{ minimum }`, `too-many-repeats` `{ maximum }` (longest run of one character)
 * - `contains-name` `{ tokens, ignoreCase }`: forbidden parts joined by line feeds; `ignoreCase` is a {@link CaseFolding}
 * - `too-few-sets` `{ required, sets }`, `first-character` and `last-character` `{ sets }`: names of character sets with spaces between
 * - `too-few-unique` `{ minimum }` (different code points), `sequence` `{ maximum, layouts }` (longest run of "abc", "321", "qwer")
 * - `disguised-name` `{ tokens }`: the same also backwards, with digits for letters and without accents
 * - `denied` none: the organisation's list, which stays on the server
 * - `dictionary` none; in a verdict `{ known: false }` when it is refused because its files cannot be read
 * - any of them `unlessLength`: the rule is off for a password of so many code points or more (passphrase mode)
 * - `in-history` `{ length }` (passwords remembered), `too-young` `{ changeableAt }` (RFC 3339, UTC)
 * - `breached` none; in a verdict `{ known: false }` when it is refused because the source cannot be asked
 */
export interface PasswordRule {
  readonly code: PasswordRuleCode;
  readonly params: PasswordRuleParams;
  /** Who sets the rule: `server-only` is the directory's and can be judged by the directory alone. */
  readonly source: Rule['source'];
  /** The password is all that is needed to judge it. */
  readonly pure: boolean;
  /** Names of the directories whose rule it is, where it is one of several; absent: it is no matter, or nobody's in particular. */
  readonly directories?: readonly string[];
}

export interface PasswordVerdict {
  readonly code: string;
  readonly params: PasswordRuleParams;
  readonly ok: boolean | 'server-decides';
  readonly directories?: readonly string[];
}

export type LengthUnit = 'utf16-units' | 'octets' | 'code-points';

/** `unicode`: the letters of today's Unicode; `samba`: those of the tables that Samba carries; `both`: enough kinds by each of them. */
export type LetterTable = 'unicode' | 'samba' | 'both';

/** `ascii`: only A to Z equal a to z, as 389 Directory Server compares; `unicode`: all letters. */
export type CaseFolding = 'ascii' | 'unicode';
