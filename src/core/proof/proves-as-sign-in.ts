import type { Goal } from '../../../shared/api/journeys.ts';

/** Whether a goal asks for what signing in asks for: an account is linked by who could sign in to it. */
export function provesAsSignIn(goal: Goal): goal is 'sign-in' | 'link-account' {
  return goal === 'sign-in' || goal === 'link-account';
}
