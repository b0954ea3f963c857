import type { Client, Goal } from '../../../shared/api/journeys.ts';
import type { PersonPermission } from '../../../shared/permissions.ts';
import type { RemovableKind } from '../../../shared/removable-kinds.ts';
import type { VouchRow } from '../ports/vouch-store.ts';

/** Tries at the digits, which the person reads out to who vouches. */
export const VOUCH_TRIES = 3;

/** What a request keeps, sealed: the digits that the person reads out, and what is told to who is asked. */
export type VouchFacts = {
  readonly digits: string;
  readonly login: string;
  readonly displayName: string;
  /** Where the audit log ended when it was made. Absent in requests of an older version. */
  readonly logEnd?: number;
} & (WaitingJourney | WaitingCase);

/** A recovery waits: what for, and where it was begun. */
export interface WaitingJourney {
  readonly goal: Goal;
  readonly address: string;
  readonly client: Client['kind'];
}

/** A case of the helpdesk waits: which, who the agent is, and what they are about to do. */
export interface WaitingCase {
  readonly case: string;
  readonly agent: string;
  readonly action: PersonPermission;
  /** What is to be removed of what proves the person; absent for anything else. */
  readonly kinds?: readonly RemovableKind[];
}

/** Reads what was opened of a row. */
export function vouchFacts({ facts }: Pick<VouchRow, 'facts'>): VouchFacts {
  return JSON.parse(facts) as VouchFacts;
}

/** What waits for a request, for the audit log. */
export function waitingFor(row: VouchRow): { journey: string } | { case: string } {
  const facts = vouchFacts(row);
  return 'case' in facts ? { case: facts.case } : { journey: row.journeyId ?? '' };
}
