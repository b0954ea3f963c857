import type { FactorKind, Goal } from '../../../shared/api/journeys.ts';
import type { AccountRef } from './directory.ts';

/** How many of something there were on a day. Days are counted from 1970, by UTC; `what` is a word of core/reports. */
export interface DayCount {
  readonly day: number;
  readonly what: string;
  readonly count: number;
}

/** How far a journey has come, as the audit log tells. Kept for some days, so that each step is counted once. */
export interface CountedJourney {
  readonly id: string;
  readonly goal: Goal;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Index of the step of the funnel that it reached last. */
  readonly reached: number;
  readonly wrongProofs: number;
  readonly end: 'refused' | 'cancelled' | 'expired' | null;
  readonly accounts: readonly AccountRef[];
}

/** Counts of what is in the audit log. They can be made anew from it at any time. */
export interface ReportStore {
  /** The number of the last event that was counted. In a transaction nobody else counts until it ends. */
  position(): Promise<number>;
  journeys(ids: readonly string[]): Promise<CountedJourney[]>;
  /** Writes down what was counted up to `position`. Journeys that began before `forgetBefore` are forgotten. */
  keep(counted: {
    position: number;
    counts: readonly DayCount[];
    journeys: readonly CountedJourney[];
    forgetBefore: number;
  }): Promise<void>;
  /** From a day on. */
  counts(fromDay: number): Promise<DayCount[]>;
  /** The newest journeys that began since, at most so many. */
  journeysSince(startedAt: number, most: number): Promise<CountedJourney[]>;
  /** How many accounts have current proofs of each kind, and of any. */
  enrolled(): Promise<{ kinds: { kind: FactorKind; accounts: number }[]; any: number }>;
}
