import type { PasswordRule, PasswordRuleCode, PasswordRuleParams } from '../../../shared/password-rules/password-rule.ts';
import type { PasswordRulesSettings } from '../configuration/password-rules-section.ts';
import type { Account } from '../ports/directory.ts';
import { ownNames } from './name-tokens.ts';

/** The rules of `passwordRules` for one account, which join those of its directory. */
export function organisationRules(settings: PasswordRulesSettings, account: Account): PasswordRule[] {
  const { minimumLength, maximumLength, maximumRepeats, minimumDifferentCharacters, sequences, denyList, dictionary, breached } = settings;
  const unit = 'code-points';
  return [
    ...ruleIf(minimumLength, 'password.too-short', (minimum) => ({ minimum, unit })),
    ...ruleIf(maximumLength, 'password.too-long', (maximum) => ({ maximum, unit })),
    ...compositionRules(settings),
    ...ruleIf(maximumRepeats, 'password.too-many-repeats', (maximum) => ({ maximum })),
    ...ruleIf(minimumDifferentCharacters, 'password.too-few-unique', (minimum) => ({ minimum })),
    ...ruleIf(sequences, 'password.sequence', ({ maximum, layouts }) => ({ maximum, layouts: layouts.toSorted().join(' ') })),
    ...nameRules(settings, account),
    ...ruleIf(denyList, 'password.denied', () => ({}), false),
    ...ruleIf(dictionary, 'password.dictionary', () => ({}), false),
    ...ruleIf(breached, 'password.breached', () => ({}), false),
  ];
}

/** What passphrase mode turns off: what a password is made of. What makes it easy to guess stays refused at any length. */
function compositionRules({ characterSets, firstCharacter, lastCharacter, passphraseLength }: PasswordRulesSettings): PasswordRule[] {
  const unless: PasswordRuleParams = passphraseLength === undefined ? {} : { unlessLength: passphraseLength };
  const named = (sets: readonly string[]): string => [...new Set(sets)].sort().join(' ');
  return [
    ...ruleIf(characterSets, 'password.too-few-sets', ({ required, of }) => ({ required, sets: named(of), ...unless })),
    ...ruleIf(firstCharacter, 'password.first-character', (sets) => ({ sets: named(sets), ...unless })),
    ...ruleIf(lastCharacter, 'password.last-character', (sets) => ({ sets: named(sets), ...unless })),
  ];
}

function nameRules({ names }: PasswordRulesSettings, account: Account): PasswordRule[] {
  if (names === undefined) return [];
  const tokens = ownNames(account, names).join('\n');
  if (tokens === '') return [];
  return names.disguised
    ? ruleIf(tokens, 'password.disguised-name', () => ({ tokens }))
    : ruleIf(tokens, 'password.contains-name', () => ({ tokens, ignoreCase: 'unicode' }));
}

function ruleIf<T>(
  setting: T | undefined,
  code: PasswordRuleCode,
  params: (setting: T) => PasswordRuleParams,
  pure = true,
): PasswordRule[] {
  return setting === undefined ? [] : [{ code, params: params(setting), source: 'organisation', pure }];
}
