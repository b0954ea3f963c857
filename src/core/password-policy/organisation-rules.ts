import type { PasswordRule } from '../../../shared/password-rules/password-rule.ts';
import type { PasswordRulesSettings } from '../configuration/password-rules-section.ts';

/** The rules of `passwordRules`, which join those of the directory. */
export function organisationRules({ breached }: PasswordRulesSettings): PasswordRule[] {
  return breached === undefined ? [] : [{ code: 'password.breached', params: {}, source: 'organisation', pure: false }];
}
