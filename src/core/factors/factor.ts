import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { Assertion, RequestOptions } from '../../../shared/api/web-authn.ts';
import type { ErrorCode } from '../../../shared/errors.ts';
import type { Candidate } from '../accounts/candidate.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { FactorRow, Store } from '../ports/store.ts';
import type { WebAuthn } from '../ports/web-authn.ts';

/** A candidate together with what its owner has enrolled of one kind. */
export interface EnrolledCandidate {
  candidate: Candidate;
  factors: FactorRow[];
}

/**
 * The ways a person is asked: each is a kind of step that clients know, with a handler in `journey/steps/`. `shown` is what a kind
 * tells of its question, the same for everybody; `answer` is what comes back.
 */
export interface Prompts {
  code: { shown: { length: number }; answer: string };
  passkey: { shown: { publicKey: RequestOptions }; answer: Assertion };
  password: { shown: Record<never, never>; answer: string };
  /** In the order in which the questions are put. What is put is the person's own: see `Question.questions`. */
  questions: { shown: Record<never, never>; answer: readonly string[] };
  /** Of one of the other accounts that are named: see `Question.accounts`. */
  'linked-password': { shown: Record<never, never>; answer: { readonly account: string; readonly password: string } };
}
export type Prompt = keyof Prompts;

/** A message that brings a secret to a person. Decoys have one that is thrown away. */
export interface SecretMessage {
  /** What carries it, and so who composes and queues it (`notify/queue-secret.ts`). */
  channel: MessageChannel;
  to: string | null;
  code: string;
  account: AccountRef | null;
}
export type MessageChannel = 'mail' | 'sms';

/** What was asked of a person. */
export interface Question {
  /** Goes into the challenge row (sealed): what a right answer is, and whom it proves. */
  expected: string;
  /** A message for each address; none where the person has everything with them. */
  messages: SecretMessage[];
  /** The person's own questions that are put, each as it was worded when they set it up. */
  questions?: PutQuestion[];
  /** Other accounts of the person, one of which is to be shown. */
  accounts?: OtherAccounts;
}

/** Accounts whose password may be asked for now. */
export interface OtherAccounts {
  readonly usable: readonly { readonly id: string; readonly label: string }[];
  /** A directory did not answer, so that there may be more. */
  readonly unanswered: boolean;
}

/** A question of somebody in a directory. */
export interface PutQuestion {
  id: string;
  text: string;
  language: string;
  directory: string;
}

/** What an answer is judged by. There is no store: judging writes nothing. */
export interface Judging<P extends Prompt = Prompt> {
  challengeId: string;
  expected: string;
  answer: Prompts[P]['answer'];
  /** Whom the answer may prove. Empty for decoys, and where the guard does not let it be judged: the same work is done then. */
  enrolled: EnrolledCandidate[];
}

/** An account that an answer proves. */
export interface Proof {
  account: AccountRef;
  /** The factor that was shown. */
  factor: string;
  /** Who has given it in the place of its owner, by vouching for them. */
  by?: AccountRef;
  /** A password is right, and its directory lets nobody in with it: it wants another one. */
  renew?: Renewal;
  /**
   * Burns what may be used once (a time step, a recovery code), in the transaction that advances the journey. False: somebody was
   * quicker, and it proves nothing.
   */
  settle(store: Store): Promise<boolean>;
}

/** Why a directory wants another password. */
export type Renewal = 'must-change' | 'expired';

/** What is wrong with an answer, where more can be told than that: it can be told of the answer alone. */
export type AnswerProblem = Extract<ErrorCode, `passkey.${string}`>;

export interface Judgement {
  /** Empty: the answer is wrong. */
  proofs: Proof[];
  /** The code is one that the device shows at another time: its clock is off. To be told only to somebody who has proven something. */
  clockIsOff?: boolean;
  problem?: AnswerProblem;
  /** Factors of which there is another copy somewhere: they are ended, and their owners told. */
  cloned?: { account: AccountRef; factor: string }[];
  /** Kinds that ask a server: what came of it besides. Absent: every server that was asked has judged. */
  asked?: AskedServers;
}

/** What became of asking servers about an answer that proves nothing, or not all of what it might. */
export interface AskedServers {
  /**
   * `unanswered`: a server was in trouble, so that the answer may be right; `not-asked`: none was asked, for the sake of the account.
   * Neither is a wrong answer.
   */
  readonly trouble: 'none' | 'unanswered' | 'not-asked';
  /** At least one server could be asked. */
  readonly answered: boolean;
  /** The answer was right, and its account may not be used: the server's own answer proves both. */
  readonly barred?: 'account-disabled' | 'account-expired';
}

/**
 * One kind of proof. Each is one file; the registry lists them, and `kinds.ts` has their traits. An answer lives through four
 * phases. Two of them are a kind's own: it asks, and it judges; a proof that it finds knows how it is settled. Counting, the guard,
 * consumption and what follows are the machine's, the same for all (`journey/prove.ts`), so that no kind can forget them.
 */
export interface Factor<P extends Prompt = Prompt> {
  readonly kind: FactorKind;
  readonly prompt: P;
  /** What an answer is written in: for what is said of one that cannot be right. */
  readonly form: 'digits' | 'letters';
  /** Of a question; it says nothing of whom it is put to. */
  shown(challengeId: string): Prompts[P]['shown'];
  maximumAttempts(): number;
  /** Whether it can be a right answer by its form alone. What cannot costs no try. */
  canBe(answer: Prompts[P]['answer']): boolean;
  /** Milliseconds a challenge is good for; null: as long as the journey. */
  lifetime(): number | null;
  /** Milliseconds before another message may be asked for; null: nothing is sent. */
  resendWait(): number | null;
  /** A kind whose trait is `ofAnotherAccount` asks directories, and so never within a transaction. */
  ask(challengeId: string, enrolled: EnrolledCandidate[]): Question | Promise<Question>;
  /** Within the transaction that counts the attempt; a kind that asks a server or takes long, with none open (`journey/prove-by-server.ts`). */
  judge(judging: Judging<P>): Promise<Judgement>;
}

export type FactorDeps = Pick<CoreDeps, 'keys' | 'random' | 'clock' | 'configuration' | 'store' | 'directories' | 'log' | 'slowHash'> & {
  readonly webAuthn: WebAuthn;
};
