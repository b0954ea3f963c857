import { judge } from '../../../shared/password-rules/judge.ts';
import type { PasswordRule, PasswordVerdict } from '../../../shared/password-rules/password-rule.ts';

/**
 * Judges a new password before any directory is asked. `acceptable`: no rule that can be judged here is broken; what
 * only the server knows may still refuse it.
 *
 * Callers hand the directory `normalisePassword(password)`, which is what was judged.
 */
export function evaluatePassword(password: string, rules: readonly PasswordRule[]): { verdicts: PasswordVerdict[]; acceptable: boolean } {
  const verdicts = judge(password, rules);
  return { verdicts, acceptable: verdicts.every((verdict) => verdict.ok !== false) };
}
