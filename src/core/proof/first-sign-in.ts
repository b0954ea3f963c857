import type { FactorKind, Goal } from '../../../shared/api/journeys.ts';
import { provesAsSignIn } from './proves-as-sign-in.ts';

/**
 * What is accepted of somebody with these kinds of proof. Who signs in and has nothing enrolled can give the password alone: it opens a
 * session that does nothing but enrol. A rule that accepts nothing bars them too.
 */
export function acceptedOf(own: FactorKind[][], goal: Goal, has: readonly FactorKind[]): FactorKind[][] {
  const isFirst = provesAsSignIn(goal) && own.length > 0 && has.every((kind) => kind === 'password');
  return isFirst ? [...own, ['password']] : own;
}

/** The kinds of proof that an owner of these factors has for a goal: a password is nothing that anybody enrols. */
export function kindsHad(goal: Goal, factors: readonly { readonly kind: FactorKind }[]): FactorKind[] {
  const enrolled = factors.map(({ kind }) => kind);
  return [...new Set<FactorKind>(provesAsSignIn(goal) || goal === 'step-up' ? ['password', ...enrolled] : enrolled)];
}
