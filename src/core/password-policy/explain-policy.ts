import type { PasswordRule, PasswordRuleParams, PasswordVerdict } from '../../../shared/password-rules/password-rule.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { AccountFacts } from '../ports/directory.ts';
import { findConflicts, type PolicyConflict } from './conflicts.ts';
import { judgeNewPassword } from './judge-new-password.ts';
import { organisationRules } from './organisation-rules.ts';
import { rulesOf } from './rules-of.ts';

export interface ExplainedRule {
  /** `keyturn`: what it refuses whatever is configured. */
  readonly from: 'directory' | 'organisation' | 'keyturn';
  /** `ok` null: no password was given. */
  readonly verdict: { readonly code: string; readonly params: PasswordRuleParams; readonly ok: PasswordVerdict['ok'] | null };
}

export interface PolicyExplanation {
  /** The directory's name for its policy; null: it does not tell which one is in force. */
  readonly name: string | null;
  readonly uncertain: boolean;
  /** As they are set, before those of one kind are made one. */
  readonly rules: readonly ExplainedRule[];
  readonly conflicts: readonly PolicyConflict[];
  /** Whether anything that is known beforehand refuses the password; null: none was given. */
  readonly acceptable: boolean | null;
}

/** What a reset of an account would be judged by, and how it would judge a password. `now` in milliseconds. Changes nothing. */
export async function explainPolicy(
  deps: Pick<CoreDeps, 'breached' | 'configuration' | 'dictionary'>,
  { policy, account, status }: AccountFacts,
  password: string | null,
  now: number,
): Promise<PolicyExplanation> {
  const { passwordRules } = deps.configuration();
  const theirs = rulesOf(policy, account, status, now);
  const ours = organisationRules(passwordRules, account);
  const rules = [...theirs, ...ours];
  const judged = password === null ? null : await judgeNewPassword(deps, password, rules);
  const from = (rule: PasswordRule, index: number): ExplainedRule['from'] => {
    if (index >= theirs.length) return 'organisation';
    return rule.source === 'organisation' ? 'keyturn' : 'directory';
  };
  return {
    name: policy.name,
    uncertain: policy.uncertain === true,
    rules: rules.map((rule, index) => ({
      from: from(rule, index),
      verdict: judged?.verdicts[index] ?? { code: rule.code, params: rule.params, ok: null },
    })),
    conflicts: findConflicts(passwordRules, policy),
    acceptable: judged?.acceptable ?? null,
  };
}
