import type { Client, Goal } from '../../../shared/api/journeys.ts';
import type { VouchRow } from '../ports/vouch-store.ts';

/** Tries at the digits, which the person reads out to who vouches. */
export const VOUCH_TRIES = 3;

/** What a request keeps, sealed: what the person's page shows, and what is told to who is asked. */
export interface VouchFacts {
  readonly digits: string;
  readonly login: string;
  readonly displayName: string;
  readonly goal: Goal;
  /** Where the recovery was begun. */
  readonly address: string;
  readonly client: Client['kind'];
}

/** Reads what was opened of a row. */
export function vouchFacts({ facts }: Pick<VouchRow, 'facts'>): VouchFacts {
  return JSON.parse(facts) as VouchFacts;
}
