import type { AccountRef } from './directory.ts';

/** What somebody was asked who should add what proves them. Times are milliseconds since 1970. */
export interface EnrolmentAsk {
  /** When they were first asked at a sign-in; null: never yet. */
  readonly firstAskedAt: number | null;
  /** Until then they are left alone, at their own wish. */
  readonly putOffUntil: number | null;
  /** Until then at least it can be put off: an operator has said so. */
  readonly deferredUntil: number | null;
  /** Mails that were sent to remind them, and when the last one was queued. */
  readonly mails: number;
  readonly mailedAt: number | null;
}

/** A directory that is looked through. `leaseUntil` is by the clock of who does, and changes as they go on. */
export interface Walk {
  readonly directory: string;
  readonly holder: string;
  readonly leaseUntil: number;
}

/** Who was asked to enrol, and by which node a directory is looked through for those who are to be reminded by mail. */
export interface EnrolmentAskStore {
  find(account: AccountRef): Promise<EnrolmentAsk | null>;
  /** Notes that somebody was asked at `now`. True for the first time alone, and then for one caller. */
  ask(account: AccountRef, now: number): Promise<boolean>;
  /** Leaves them alone until `until`. False when they are already at `now`: of several callers one has done so. */
  putOff(account: AccountRef, until: number, now: number): Promise<boolean>;
  /** Forgets all of it: they have done their part, and would be asked anew. */
  forget(account: AccountRef): Promise<void>;
  /** Lets it be put off until `until` at least. */
  defer(account: AccountRef, until: number): Promise<void>;
  /** Counts a mail. False when one was counted after `notSince`, or so many were already: of several callers one is told to send. */
  countMail(account: AccountRef, limits: { now: number; notSince: number; atMost: number }): Promise<boolean>;
  /** Directories that somebody looks through, may they be dead. */
  walks(): Promise<Walk[]>;
  /**
   * Takes a directory to look through, for one caller: when nobody is at it, or it is `left` as it was seen, and it was not looked through to
   * the end since `notSince`. An end later than `now` was told by another clock, and does not count.
   */
  takeWalk(directory: string, holder: string, times: { now: number; leaseUntil: number; notSince: number }, left?: Walk): Promise<boolean>;
  /** Keeps it for longer. False: somebody else has taken it meanwhile. */
  keepWalk(directory: string, holder: string, leaseUntil: number): Promise<boolean>;
  /** It was looked through to the end. */
  endWalk(directory: string, holder: string, now: number): Promise<void>;
}
