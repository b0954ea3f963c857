import { normalisePassword } from '../../../shared/password-rules/normalise-password.ts';
import type { PasswordRule, PasswordVerdict } from '../../../shared/password-rules/password-rule.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { BreachedAnswer } from '../ports/breached-passwords.ts';
import { denyListOf } from './deny-list.ts';
import { evaluatePassword } from './evaluate.ts';

export interface JudgedPassword {
  verdicts: PasswordVerdict[];
  /** No rule is broken that can be judged before a directory is asked. */
  acceptable: boolean;
  /** What the source of breached passwords said; null when it was not asked. */
  breached: BreachedAnswer | null;
}

/**
 * Judges a new password on every path: while it is typed, and when it is to be set.
 *
 * The source of breached passwords is asked last, and only about what meets all other rules: a range service learns less
 * of what people type on the way.
 */
export async function judgeNewPassword(
  deps: Pick<CoreDeps, 'breached' | 'configuration'>,
  password: string,
  rules: readonly PasswordRule[],
): Promise<JudgedPassword> {
  const { denyList, breached } = deps.configuration().passwordRules;
  // A journey may be older than the configuration: its rules stay until it ends, and without a list nothing is on it.
  const verdicts = evaluatePassword(password, rules).verdicts.map((verdict) =>
    verdict.code === 'password.denied' && denyList !== undefined
      ? { ...verdict, ok: !denyListOf(denyList).denies(normalisePassword(password)) }
      : verdict,
  );
  const acceptable = verdicts.every(({ ok }) => ok !== false);
  if (!acceptable || !rules.some(({ code }) => code === 'password.breached')) return { verdicts, acceptable, breached: null };
  // Likewise, and without a source nothing is known.
  const answer = (await deps.breached()?.look(normalisePassword(password))) ?? 'not-known';
  const refusing = breached?.whenNotKnown !== 'allow';
  const judged = verdicts.map((verdict) => (verdict.code === 'password.breached' ? verdictOf(verdict, answer, refusing) : verdict));
  return { verdicts: judged, acceptable: judged.every(({ ok }) => ok !== false), breached: answer };
}

/** `known: false` in the params: refused because nothing is known, which has words of its own. */
function verdictOf(verdict: PasswordVerdict, answer: BreachedAnswer, refusing: boolean): PasswordVerdict {
  if (answer !== 'not-known') return { ...verdict, ok: answer === 'not-breached' };
  return refusing ? { ...verdict, params: { known: false }, ok: false } : verdict;
}
