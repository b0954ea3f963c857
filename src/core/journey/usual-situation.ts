import type { Client } from '../../../shared/api/journeys.ts';
import type { Configuration } from '../configuration/document.ts';
import type { Situation } from '../proof/rules.ts';
import { offeredGoals } from './what-counts.ts';

/** What an operator means who asks whether somebody can recover: a new password where that is offered, from wherever the person may be. */
export function usualSituation(configuration: Configuration, client: Client['kind']): Situation {
  const goals = offeredGoals(configuration, { client, address: null });
  const goal = goals.includes('unlock-account') && !goals.includes('reset-password') ? 'unlock-account' : 'reset-password';
  return { goal, client, address: null };
}
