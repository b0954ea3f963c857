import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { Candidate } from '../accounts/candidate.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { FactorRow, Store } from '../ports/store.ts';

/** A candidate together with what its owner has enrolled of one kind. */
export interface EnrolledCandidate {
  candidate: Candidate;
  factors: FactorRow[];
}

export interface ChallengeOpened {
  /** Goes into the challenge row (sealed): what a right answer is, and whom it proves. */
  expected: string;
  /** A message for each address, to be composed and queued. Decoys have one that is thrown away. */
  messages: { to: string | null; code: string; account: AccountRef | null }[];
}

export interface AnswerChecked {
  /** Accounts that the answer proves; empty: the answer is wrong. */
  proven: AccountRef[];
  /** The code is one that the device shows at another time: its clock is off. To be told only to somebody who has proven something. */
  clockIsOff?: boolean;
}

/** What a check may use. `store` is the transaction that also counts the attempt and advances the journey. */
export interface CheckContext {
  store: Store;
  challengeId: string;
  expected: string;
  answer: string;
  enrolled: EnrolledCandidate[];
}

/** One kind of proof. Each kind is one file; the registry lists them. */
export interface Factor {
  readonly kind: FactorKind;
  /** How many characters the answer has. */
  length(): number;
  maximumAttempts(): number;
  /** Whether a text can be a right answer by its form alone. What cannot costs no try. */
  canBe(answer: string): boolean;
  /** Milliseconds a challenge is good for; null: as long as the journey. */
  lifetime(): number | null;
  /** Milliseconds before another message may be asked for; null: nothing is sent. */
  resendWait(): number | null;
  open(challengeId: string, enrolled: EnrolledCandidate[]): ChallengeOpened;
  check(context: CheckContext): Promise<AnswerChecked>;
}

export type FactorDeps = Pick<CoreDeps, 'keys' | 'random' | 'clock' | 'configuration'>;
