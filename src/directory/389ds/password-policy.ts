import type { PasswordCategories, PasswordPolicy } from '../../core/ports/password-policy.ts';
import type { LdapEntry } from '../ldap/entry.ts';

/** The syntax rules, which a local policy takes from the global one as a whole. */
export const syntaxAttributes = [
  'passwordCheckSyntax',
  'passwordMinLength',
  'passwordMinDigits',
  'passwordMinAlphas',
  'passwordMinUppers',
  'passwordMinLowers',
  'passwordMinSpecials',
  'passwordMin8bit',
  'passwordMaxRepeats',
  'passwordMinCategories',
  'passwordMinTokenLength',
] as const;

/** Of cn=config and of local policy entries (389 DS Configuration, Command and File Reference). */
export const policyAttributes = [
  'cn',
  ...syntaxAttributes,
  'passwordMinAge',
  'passwordExp',
  'passwordMaxAge',
  'passwordHistory',
  'passwordInHistory',
  'passwordLockout',
  'passwordMaxFailure',
  'passwordUnlock',
  'passwordLockoutDuration',
  'passwordResetFailureCount',
] as const;

/** Values of the server for what a policy does not say. */
const defaults = {
  passwordminlength: 8,
  passwordmincategories: 3,
  passwordmintokenlength: 3,
  passwordmaxage: 8_640_000,
  passwordinhistory: 6,
  passwordmaxfailure: 3,
  passwordlockoutduration: 3600,
  passwordresetfailurecount: 600,
} as const;

/**
 * A policy entry as every directory tells its policy; null when it may not be read, and then only what the server does
 * whatever the policy is known. History, syntax and minimum age hold for a reset by a service account as for a change.
 */
export function toPasswordPolicy(entry: LdapEntry | null): PasswordPolicy {
  const number = (attribute: string): number => {
    const value = entry?.text(attribute);
    const standard = (defaults as Record<string, number>)[attribute.toLowerCase()] ?? 0;
    return value === null || value === undefined ? standard : Math.max(0, Number(value) || 0);
  };
  const on = (attribute: string, standard = false): boolean => {
    const value = entry?.text(attribute)?.toLowerCase();
    return value === undefined ? standard : value === 'on' || value === '1';
  };
  const syntax = entry !== null && on('passwordCheckSyntax');
  const lockoutDuration = on('passwordUnlock', true) ? number('passwordLockoutDuration') * 1000 : null;
  return {
    name: nameOf(entry),
    minimumLength: syntax ? number('passwordMinLength') : 0,
    maximumLength: null,
    lengthUnit: 'code-points',
    complexity: syntax ? 'categories' : 'none',
    nameTokensChecked: false,
    categories: syntax ? toCategories(number) : null,
    minimumAge: number('passwordMinAge') * 1000,
    maximumAge: on('passwordExp') ? number('passwordMaxAge') * 1000 : null,
    historyLength: on('passwordHistory') ? number('passwordInHistory') : 0,
    historyOnReset: 'enforced',
    minimumAgeOnReset: 'enforced',
    lockoutThreshold: on('passwordLockout') ? number('passwordMaxFailure') : 0,
    lockoutDuration,
    failuresForgottenAfter: number('passwordResetFailureCount') * 1000 || null,
  };
}

function toCategories(number: (attribute: string) => number): PasswordCategories {
  return {
    digits: number('passwordMinDigits'),
    letters: number('passwordMinAlphas'),
    uppercase: number('passwordMinUppers'),
    lowercase: number('passwordMinLowers'),
    specials: number('passwordMinSpecials'),
    eightBit: number('passwordMin8bit'),
    maximumRepeats: number('passwordMaxRepeats'),
    minimumCategories: number('passwordMinCategories'),
    tokenLength: number('passwordMinTokenLength'),
  };
}

function nameOf(entry: LdapEntry | null): string | null {
  if (entry === null) return null;
  return entry.dn.toLowerCase() === 'cn=config' ? 'Global policy' : (entry.text('cn') ?? entry.dn);
}
