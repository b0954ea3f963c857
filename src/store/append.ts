import type { Selectable } from 'kysely';
import type { AuditHeadTable, Schema } from './schema.ts';

/** A journey that moves on, where it is at version `from` still. */
export type JourneyMove = Pick<Schema['journeys'], 'id' | 'version' | 'status' | 'expires_at' | 'state'> & { readonly from: number };

/** What one statement writes: the end of the log as it was and as it becomes, the events, by what they are found, and a journey. */
export interface Append {
  readonly from: Omit<AuditHeadTable, 'id'>;
  readonly to: Omit<AuditHeadTable, 'id'>;
  readonly events: readonly Selectable<Schema['audit_events']>[];
  readonly terms: readonly Schema['audit_terms'][];
  readonly move: JourneyMove | null;
}

/** Whether the journey moved with it. */
export interface Appended {
  readonly moved: boolean;
}
