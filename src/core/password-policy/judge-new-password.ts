import { normalisePassword } from '../../../shared/password-rules/normalise-password.ts';
import type { PasswordRule, PasswordVerdict } from '../../../shared/password-rules/password-rule.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { BreachedAnswer } from '../ports/breached-passwords.ts';
import { denyListOf } from './deny-list.ts';
import { evaluatePassword } from './evaluate.ts';
import { findsWord } from './find-word.ts';

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
  deps: Pick<CoreDeps, 'breached' | 'configuration' | 'dictionary'>,
  password: string,
  rules: readonly PasswordRule[],
): Promise<JudgedPassword> {
  const { verdicts } = evaluatePassword(password, rules);
  const normalised = normalisePassword(password);
  const judged = await Promise.all(verdicts.map((verdict) => judgeByList(deps, normalised, verdict)));
  const acceptable = judged.every(({ ok }) => ok !== false);
  if (!acceptable || !rules.some(({ code }) => code === 'password.breached')) return { verdicts: judged, acceptable, breached: null };
  // A journey may be older than the configuration: its rule stays until it ends, and without a source nothing is known.
  const answer = (await deps.breached()?.look(normalised)) ?? 'not-known';
  const refusing = deps.configuration().passwordRules.breached?.whenNotKnown !== 'allow';
  const all = judged.map((verdict) => {
    if (verdict.code !== 'password.breached') return verdict;
    return verdictOf(verdict, answer === 'not-known' ? null : answer === 'not-breached', refusing);
  });
  return { verdicts: all, acceptable: all.every(({ ok }) => ok !== false), breached: answer };
}

/** The rules whose lists stay on the server. A journey may be older than the configuration: a list that is gone refuses nothing. */
async function judgeByList(
  { configuration, dictionary }: Pick<CoreDeps, 'configuration' | 'dictionary'>,
  password: string,
  verdict: PasswordVerdict,
): Promise<PasswordVerdict> {
  const settings = configuration().passwordRules;
  if (verdict.code === 'password.denied' && settings.denyList !== undefined) {
    return { ...verdict, ok: !denyListOf(settings.denyList).denies(password) };
  }
  if (verdict.code === 'password.dictionary' && settings.dictionary !== undefined) {
    const words = (await dictionary()?.words()) ?? null;
    const ok = words === null ? null : !findsWord(password, words, settings.dictionary);
    return verdictOf(verdict, ok, settings.dictionary.whenNotKnown !== 'allow');
  }
  return verdict;
}

/** `known: false` in the params: refused because nothing is known, which has words of its own. */
function verdictOf(verdict: PasswordVerdict, ok: boolean | null, refusing: boolean): PasswordVerdict {
  if (ok !== null) return { ...verdict, ok };
  return refusing ? { ...verdict, params: { known: false }, ok: false } : verdict;
}
