import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { Actor } from '../audit/events.ts';
import type { SignedReceipt } from '../helpdesk/receipt.ts';
import type { AccountFingerprint, AccountRef, PasswordRefusal, PreparedWrite, Unmet } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import type { WriteWindow } from './write-window.ts';

/** `change-password`: as the person, by the current one; the directory chooses the server that is asked. */
export type WriteVerb = 'reset-password' | 'unlock-account' | 'change-password';
/** What a journey may end in. */
export type JourneyVerb = Exclude<WriteVerb, 'change-password'>;

/** What a write for somebody else rests on: the case, and that its caller was verified, or that nobody was. */
export interface WriteBacking {
  case: string;
  reason?: string;
  ticket?: string;
  receipt?: SignedReceipt;
  unverified?: boolean;
  /** The second agent, where one was needed; `at`: when they approved, milliseconds since 1970. */
  approvedBy?: { account: AccountRef; login: string; at: number };
}

/** Everything about a write but the secret: who, on whom, why, how proven. */
export interface WriteRequest {
  /** Read just now; the caller has judged by them that the write may be done. */
  accounts: readonly PreparedWrite[];
  /** Where the audit log ended before they were read; undefined: it is not known. */
  logEnd: number | undefined;
  actor: Actor;
  /** How the person proved who they are. */
  proof: FactorKind[];
  journeyId: string | null;
  /** The session in which its holder changes their own password: it goes on, while all others of the account end. */
  session?: string | undefined;
  /** Language of the notice to the owner. */
  language: string;
  /** The owner is told that it was done by a link of the set-up. */
  bySetUp?: boolean | undefined;
  /** Goes into the event that tells of the intent. */
  backing?: WriteBacking | undefined;
  /** Joins the transaction that writes the intents; throwing here means that nothing is done. */
  consume: (store: Store, intents: WriteIntent[]) => Promise<void>;
  /** Joins the transaction that writes the outcomes; repeated where it throws `journey.step-passed`. */
  conclude: (store: Store, results: WriteResult[]) => Promise<void>;
}

/** One account's part of a write, as kept (sealed) in the intent row. */
export interface WriteIntent {
  id: string;
  verb: WriteVerb;
  account: AccountRef;
  journeyId: string | null;
  session?: string | undefined;
  actor: Actor;
  proof: FactorKind[];
  language: string;
  /** As in {@link WriteRequest}; absent where it was not. */
  bySetUp?: boolean | undefined;
  unlock: boolean;
  /** The person must choose an own password at the next sign-in. Absent in those of an older version. */
  mustChange?: boolean | undefined;
  /** Identity of the server that `before` was read on and that is written to. */
  server: string;
  before: AccountFingerprint;
  /** When `before` was read; milliseconds since 1970. */
  readAt: number;
  /** Where the audit log ended before. Absent in those of an older version, and where it is not known. */
  logEnd?: number | undefined;
  window: WriteWindow;
}

export interface WriteResult {
  intent: WriteIntent;
  /**
   * `done`; `refused` by the directory, with its reason; `failed`: could not be tried, nothing was changed; `unknown`: it can never be
   * known what became of it; `open`: it is not known yet, the sweeper looks again.
   */
  status: 'done' | 'refused' | 'failed' | 'unknown' | 'open';
  foundBy: 'answer' | 'reading';
  /** Code of a refusal or of an error. */
  reason?: PasswordRefusal | 'account.no-right' | 'account.missing' | string | undefined;
  /** The directory's own words; for operators only. */
  detail?: string | undefined;
  server?: string | undefined;
  changeableAt?: number | undefined;
  leftTemporary?: true | undefined;
  /** With `done`: what was to be done besides and was not. */
  unmet?: readonly Unmet[] | undefined;
}
