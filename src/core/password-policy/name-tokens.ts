import { normalisePassword } from '../../../shared/password-rules/normalise-password.ts';
import type { Account } from '../ports/directory.ts';

const NAME_BREAKS = /[,.\-_ #\t]/;

/**
 * The parts of a person's names that Active Directory refuses in a password (MS-SAMR 3.1.1.7.2): the whole account name
 * and each part of the display name between comma, period, hyphen, underscore, space, number sign and tab; parts of
 * fewer than three characters are not looked at, nor is any other name where the account has no display name.
 */
export function activeDirectoryTokens(account: Account): string[] {
  const displayName = account.displayNameInferred === true ? [] : account.displayName.split(NAME_BREAKS);
  return unique([account.login, ...displayName].filter((token) => token.length >= 3));
}

/**
 * What 389 Directory Server refuses (`check_trivial_words`): every run of `length` characters of uid, cn, sn, givenName
 * and mail. It looks at `ou` and at attributes named in `passwordUserAttributes` too, which an account does not carry.
 */
export function directoryServerTokens(account: Account, length: number): string[] {
  const values = [account.login, account.displayName, account.surname, account.givenName, ...account.mail];
  return unique(values.flatMap((value) => (value === null ? [] : runs(value, length))));
}

/**
 * The names of an account that a rule of the organisation looks for: user name, display name, first and last name, and with
 * `tokens` also their parts, cut as MS-SAMR 3.1.1.7.2 cuts a display name. Nothing shorter than `minimumLength` code points.
 */
export function ownNames(account: Account, { parts, minimumLength }: { parts: 'whole' | 'tokens'; minimumLength: number }): string[] {
  const displayName = account.displayNameInferred === true ? null : account.displayName;
  const names = [account.login, displayName, account.givenName, account.surname].filter((name) => name !== null);
  const looked = parts === 'whole' ? names : names.flatMap((name) => [name, ...name.split(NAME_BREAKS)]);
  return unique(looked).filter((name) => [...name].length >= minimumLength && name.trim() !== '');
}

function runs(value: string, length: number): string[] {
  const characters = [...value];
  const found: string[] = [];
  for (let start = 0; start + length <= characters.length; start += 1) found.push(characters.slice(start, start + length).join(''));
  return found;
}

/** Normalised as passwords are, so that an accent typed in two strokes is found; no line feeds, which part the list. */
function unique(tokens: readonly string[]): string[] {
  return [...new Set(tokens.map((token) => normalisePassword(token).replaceAll('\n', ' ')))];
}
