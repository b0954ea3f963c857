import type { PasswordRule, PasswordRuleCode, PasswordRuleParams } from '../../../shared/password-rules/password-rule.ts';
import type { Account, AccountStatus } from '../ports/directory.ts';
import type { PasswordCategories, PasswordPolicy } from '../ports/password-policy.ts';
import { activeDirectoryTokens, directoryServerTokens } from './name-tokens.ts';

/**
 * Everything that a new password for one account must meet when it is reset, in the order in which people read it.
 * `now` in milliseconds: the minimum age is a rule only while it runs.
 *
 * Our own rules (`organisation`) come last; policies that an organisation adds beyond its directory join them there.
 */
export function rulesOf(policy: PasswordPolicy, account: Account, status: AccountStatus, now: number): PasswordRule[] {
  const judged = [...lengthRules(policy), ...complexityRules(policy), ...nameRules(policy, account)];
  return [...(policy.uncertain === true ? judged.map(leftToServer) : judged), ...serverRules(policy, status, now), ...usabilityRules];
}

/** Told, and not judged here: a password that breaks it may be taken all the same. */
function leftToServer(rule: PasswordRule): PasswordRule {
  return { ...rule, source: 'server-only', pure: false };
}

/** Refusals of our own, whatever the directory says: such a password would not work at the next sign-in. */
const usabilityRules: readonly PasswordRule[] = [
  { code: 'password.unusable-characters', params: {}, source: 'organisation', pure: true },
  { code: 'password.looks-hashed', params: {}, source: 'organisation', pure: true },
];

function pure(code: PasswordRuleCode, params: PasswordRuleParams): PasswordRule {
  return { code, params, source: 'directory', pure: true };
}

function lengthRules(policy: PasswordPolicy): PasswordRule[] {
  const unit = policy.lengthUnit;
  // An empty password means "anonymous" to LDAP (RFC 4513, 5.1.2), so one character is the least.
  const rules = [pure('password.too-short', { minimum: Math.max(1, policy.minimumLength), unit })];
  if (policy.maximumLength !== null) rules.push(pure('password.too-long', { maximum: policy.maximumLength, unit }));
  return rules;
}

function complexityRules(policy: PasswordPolicy): PasswordRule[] {
  if (policy.complexity === 'active-directory') {
    // Samba is the one that knows complexity without name tokens, and it has a table of letters of its own.
    return [pure('password.not-complex', { required: 3, letters: policy.nameTokensChecked ? 'unicode' : 'samba' })];
  }
  return policy.complexity === 'categories' && policy.categories !== null ? categoryRules(policy.categories) : [];
}

function categoryRules(categories: PasswordCategories): PasswordRule[] {
  const minima: readonly [PasswordRuleCode, number][] = [
    ['password.too-few-letters', categories.letters],
    ['password.too-few-uppercase', categories.uppercase],
    ['password.too-few-lowercase', categories.lowercase],
    ['password.too-few-digits', categories.digits],
    ['password.too-few-specials', categories.specials],
    ['password.too-few-non-ascii', categories.eightBit],
    ['password.too-few-kinds', categories.minimumCategories],
  ];
  const rules = minima.filter(([, minimum]) => minimum > 0).map(([code, minimum]) => pure(code, { minimum }));
  if (categories.maximumRepeats > 0) rules.push(pure('password.too-many-repeats', { maximum: categories.maximumRepeats }));
  return rules;
}

function nameRules(policy: PasswordPolicy, account: Account): PasswordRule[] {
  const byTokens = policy.nameTokensChecked ? activeDirectoryTokens(account) : [];
  const length = policy.complexity === 'categories' ? (policy.categories?.tokenLength ?? 0) : 0;
  const byRuns = length > 0 ? directoryServerTokens(account, length) : [];
  const tokens = [...new Set([...byTokens, ...byRuns])];
  if (tokens.length === 0) return [];
  return [pure('password.contains-name', { tokens: tokens.join('\n'), ignoreCase: policy.nameTokensChecked ? 'unicode' : 'ascii' })];
}

function serverRules(policy: PasswordPolicy, status: AccountStatus, now: number): PasswordRule[] {
  const rules: PasswordRule[] = [];
  const add = (code: PasswordRuleCode, params: PasswordRuleParams): number =>
    rules.push({ code, params, source: 'server-only', pure: false });
  if (policy.historyLength > 0 && policy.historyOnReset !== 'not-enforced') add('password.in-history', { length: policy.historyLength });
  if (policy.minimumAgeOnReset === 'enforced' && status.changeableAt !== null && status.changeableAt > now) {
    add('password.too-young', { changeableAt: new Date(status.changeableAt).toISOString() });
  }
  return rules;
}
