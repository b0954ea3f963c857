import type { AnsweredStepKind, AnswerOf } from '../../../shared/api/journeys.ts';
import type { PasswordVerdict } from '../../../shared/password-rules/password-rule.ts';
import type { Store } from '../ports/store.ts';
import type { ActDeps } from './act.ts';
import type { JourneyState, LoadedJourney } from './journey-state.ts';

/** What an answer leads to. */
export type Transition =
  /** Nothing is written: the same step again, with verdicts on the password that is not acceptable. */
  | { kind: 'stay'; verdicts: PasswordVerdict[] }
  /** The journey has moved on already. */
  | { kind: 'advanced'; journey: LoadedJourney }
  /**
   * The journey moves on. `decide` runs in the transaction that also advances the journey: everything in it happens, or
   * nothing, and it may use only the store that it is given. `after` runs once it is committed.
   */
  | {
      kind: 'advance';
      decide: (store: Store) => Promise<JourneyState>;
      after?: (journey: LoadedJourney) => Promise<LoadedJourney>;
    };

/** How one step kind takes an answer. One file per kind. */
export type StepHandler<K extends AnsweredStepKind> = (deps: ActDeps, journey: LoadedJourney, answer: AnswerOf<K>) => Promise<Transition>;
