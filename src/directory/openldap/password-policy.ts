import type { PasswordPolicy } from '../../core/ports/password-policy.ts';
import type { LdapEntry } from '../ldap/entry.ts';

/** Of a pwdPolicy entry (slapo-ppolicy(5), draft-behera-ldap-password-policy-11 section 5.2). */
export const policyAttributes = [
  'cn',
  'pwdMinAge',
  'pwdMaxAge',
  'pwdInHistory',
  'pwdCheckQuality',
  'pwdMinLength',
  'pwdMaxLength',
  'pwdLockout',
  'pwdLockoutDuration',
  'pwdMaxFailure',
  'pwdFailureCountInterval',
] as const;

/**
 * A policy entry as every directory tells its policy. null: no policy is in force, or none that may be read.
 *
 * Lengths are octets, and count only with pwdCheckQuality above 0. History, quality and minimum age hold for a reset too, as
 * long as the service account has no `manage` right on userPassword.
 */
export function toPasswordPolicy(entry: LdapEntry | null): PasswordPolicy {
  const number = (attribute: string): number => Math.max(0, Number(entry?.text(attribute) ?? 0) || 0);
  const seconds = (attribute: string): number => number(attribute) * 1000;
  const qualityChecked = number('pwdCheckQuality') > 0;
  const maximumLength = number('pwdMaxLength');
  const locks = entry?.text('pwdLockout')?.toUpperCase() === 'TRUE';
  const enforced = entry === null ? 'not-enforced' : 'enforced';
  return {
    name: entry === null ? null : (entry.text('cn') ?? entry.dn),
    minimumLength: qualityChecked ? number('pwdMinLength') : 0,
    maximumLength: qualityChecked && maximumLength > 0 ? maximumLength : null,
    lengthUnit: 'octets',
    complexity: 'none',
    nameTokensChecked: false,
    categories: null,
    minimumAge: seconds('pwdMinAge'),
    maximumAge: seconds('pwdMaxAge') || null,
    historyLength: number('pwdInHistory'),
    historyOnReset: enforced,
    minimumAgeOnReset: enforced,
    lockoutThreshold: locks ? number('pwdMaxFailure') : 0,
    lockoutDuration: seconds('pwdLockoutDuration') || null,
    failuresForgottenAfter: seconds('pwdFailureCountInterval') || null,
  };
}
