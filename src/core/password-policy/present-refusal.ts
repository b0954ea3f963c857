import { PASSWORD_RULE_CODES } from '../../../shared/password-rules/password-rule.ts';
import type { PasswordRefusal } from '../ports/directory.ts';
import type { Texts } from '../ports/platform.ts';

/** Why a password was not set, as a sentence for the person, without reproach and with what to do next. */
export function presentRefusal(refusal: PasswordRefusal | 'account.no-right' | 'account.missing', texts: Texts, language: string): string {
  return texts.translate(language, refusalKey(refusal));
}

/** A code that is also a rule has two texts: the rule under the code, what is wrong under `.refused`. */
export function refusalKey(code: string): string {
  if (code.startsWith('account.')) return `password.${code.replace('.', '-')}`;
  return (PASSWORD_RULE_CODES as readonly string[]).includes(code) ? `${code}.refused` : code;
}
