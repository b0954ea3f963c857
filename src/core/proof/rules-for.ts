import type { Goal } from '../../../shared/api/journeys.ts';
import type { Configuration } from '../configuration/document.ts';
import { provesAsSignIn } from './proves-as-sign-in.ts';
import type { ProofRule } from './rules.ts';

/** The rules of proof that a goal goes by. A step-up goes by none: the action says what it asks for. */
export function rulesFor({ recovery, signIn }: Pick<Configuration, 'recovery' | 'signIn'>, goal: Goal): readonly ProofRule[] {
  return provesAsSignIn(goal) ? signIn.rules : recovery.rules;
}
