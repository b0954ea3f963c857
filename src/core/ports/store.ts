import type { FactorKind, Goal } from '../../../shared/api/journeys.ts';
import type { AuditStore } from './audit-store.ts';
import type { CaseStore } from './case-store.ts';
import type { AccountRef } from './directory.ts';
import type { EmbeddedStore } from './embedded-store.ts';
import type { EmergencyStore } from './emergency-store.ts';
import type { EnrolmentAskStore } from './enrolment-ask-store.ts';
import type { InvitationStore } from './invitation-store.ts';
import type { OpenIdStore } from './open-id-store.ts';
import type { OutboxStore } from './outbox-store.ts';
import type { PeopleCountStore } from './people-count-store.ts';
import type { PeopleStore } from './people-store.ts';
import type { ReportStore } from './report-store.ts';
import type { SessionStore } from './session-store.ts';
import type { SetUpStore } from './set-up-store.ts';
import type { ThreatStore } from './threat-store.ts';
import type { ApiTokenStore } from './token-store.ts';
import type { VouchStore } from './vouch-store.ts';

/**
 * What Keyturn remembers. The same verbs on SQLite and PostgreSQL; one specification runs over both.
 *
 * Every statement that decides (counting an attempt, advancing a journey, taking a job) is one atomic statement, so
 * that two nodes can never both win. Columns said to be sealed are encrypted and bound to
 * what their row says: whose it is, of which kind, until when. Unavailability
 * is thrown as AppError `store.unavailable`.
 *
 * **What has resolved is on the disk**, so that no power cut takes back what was answered. Exempt is what no answer rests
 * on, which is committed and gets there within a second: guard counters of starts and answers, taking and finishing
 * outbox rows, leases, times of last use, tidying. Losing the last of those lets nobody in (failures, used codes and pauses are not
 * among them), sends again at most what may be sent again (a mail keeps its Message-ID), and leaves nobody untold.
 */
export type Durability = 'flushed' | 'deferred';

export interface Store {
  readonly journeys: JourneyStore;
  readonly challenges: ChallengeStore;
  readonly factors: FactorStore;
  readonly counters: CounterStore;
  readonly audit: AuditStore;
  readonly intents: IntentStore;
  readonly outbox: OutboxStore;
  readonly freezes: FreezeStore;
  readonly sessions: SessionStore;
  readonly emergencies: EmergencyStore;
  readonly threats: ThreatStore;
  readonly setUps: SetUpStore;
  readonly tokens: ApiTokenStore;
  readonly openId: OpenIdStore;
  readonly people: PeopleStore;
  readonly peopleCounts: PeopleCountStore;
  readonly invitations: InvitationStore;
  readonly cases: CaseStore;
  readonly enrolmentAsks: EnrolmentAskStore;
  readonly vouches: VouchStore;
  readonly knownPlaces: KnownPlaceStore;
  readonly configurations: ConfigurationStore;
  readonly reports: ReportStore;
  readonly embedded: EmbeddedStore;
  /**
   * Runs `work` in one transaction: all of it happens, or nothing. Not nested. Resolves when it is on the disk; `deferred`,
   * only for what no answer rests on, when it is committed. The result may decide: `deferred` then also for what another
   * transaction follows before any answer leaves, since whoever waits for that one waits for both.
   */
  transaction<T>(work: (store: Store) => Promise<T>, durability?: Durability | ((result: T) => Durability)): Promise<T>;
  /**
   * Resolves when all that anybody waits for is on the disk. Reads see what is committed and not there yet: whoever answers from
   * what they read waits for this before the answer leaves.
   */
  settled(): Promise<void>;
  /** Resolves when everything committed before the call is on the disk, also what nobody has waited for. */
  flush(): Promise<void>;
  /**
   * Calls `hear` when events were appended, by whichever node, as far as that is told: a call may be lost, and come for nothing.
   * @returns ends it
   */
  hearAppends(hear: () => void): () => void;
  /** Deletes what is past its use at `now` (ended journeys, spent challenges, delivered messages, idle counters). Returns how many rows. */
  tidy(now: number): Promise<number>;
  /** Looks at every sealed value; with `reseal` those of other keys are sealed anew with the first one. */
  walkSealed(reseal: boolean): Promise<SealReport>;
  /** One trivial round trip, for readiness. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** What keys seal the values of the database. */
export interface SealReport {
  /** The key that seals from now on. */
  first: string;
  /** How many values each key seals. */
  sealedBy: Record<string, number>;
  resealed: number;
  /** Values that no key of the ring opens, or whose row was changed. */
  unreadable: { table: string; rows: number }[];
  /** Values that were opened and make no sense: they do not parse, or name another owner than their row. */
  notUnderstood: { table: string; rows: number }[];
}

/** One recovery run. `state` is JSON that only core/journey understands; it is sealed. */
export interface JourneyRow {
  id: string;
  tokenDigest: string;
  /** Grows by one with each accepted transition. */
  version: number;
  goal: Goal;
  status: 'open' | 'ended';
  state: string;
  createdAt: number;
  expiresAt: number;
}
/** Answers of one journey in the window that is under way, and when it began. */
export interface CountedAnswers {
  answers: number;
  answersSince: number;
}
export interface JourneyStore {
  /**
   * Notes the expiry of open journeys that are past their end at `now` and have no write under way, each for one caller only. Opens
   * no state: one that cannot be read does not hold up the others.
   */
  noteExpired(now: number, limit: number): Promise<Pick<JourneyRow, 'id' | 'goal'>[]>;
  insert(row: JourneyRow): Promise<void>;
  /** Null too when the row cannot be opened any more. */
  findByToken(tokenDigest: string): Promise<JourneyRow | null>;
  /**
   * Finds a journey by its token, and by its id where that is named, and counts an answer of it, in one statement. A new window begins with
   * the first answer after the old one is over. Also tells where the audit log ended. null as above.
   */
  countAnswer(
    tokenDigest: string,
    id: string | null,
    window: { now: number; milliseconds: number },
  ): Promise<(CountedAnswers & { row: JourneyRow; logEnd: number }) | null>;
  find(id: string): Promise<JourneyRow | null>;
  /** Compare-and-set on the version of `row`: false when somebody else was quicker. Writes status, state and end, and version + 1. */
  advance(row: JourneyRow, next: Pick<JourneyRow, 'status' | 'state'> & Partial<Pick<JourneyRow, 'expiresAt'>>): Promise<boolean>;
}

/** One thing to prove: a mailed code or a turn at the authenticator. Attempts are counted here and nowhere else. */
export interface ChallengeRow {
  id: string;
  journeyId: string;
  kind: FactorKind;
  /** JSON of core/factors: digests of the good codes and whom each proves. Sealed. */
  expected: string;
  attempts: number;
  maximumAttempts: number;
  expiresAt: number;
  consumedAt: number | null;
}
export interface ChallengeStore {
  insert(row: ChallengeRow): Promise<void>;
  find(id: string): Promise<ChallengeRow | null>;
  /** Counts one attempt and returns the row as it then is; null when it is spent, used up or past `now`. One statement. */
  attempt(id: string, now: number): Promise<ChallengeRow | null>;
  /** Takes an attempt back that was counted and could not be judged. */
  giveBack(id: string): Promise<void>;
  /** True for exactly one caller. */
  consume(id: string, now: number): Promise<boolean>;
}

/** An enrolled factor. Rows are never deleted, only ended: NIST SP 800-63B-4 4.1 wants a dated record of every one. */
export interface FactorRow extends AccountRefColumns {
  id: string;
  kind: FactorKind;
  /** What the person calls it. Sealed. */
  label: string;
  /**
   * Address of an e-mail factor, number (E.164) of a telephone, digest of a recovery code, seed (base32) of an authenticator,
   * JSON of a temporary pass and of a passkey. Sealed.
   */
  secret: string;
  /** Where it came from: `enrolment`, `import`, `demo`. */
  source: string;
  createdAt: number;
  endedAt: number | null;
  lastUsedAt: number | null;
  /** TOTP: the time step of the last accepted code (RFC 6238 5.2: never accepted twice). */
  lastTimeStep: number | null;
  /** TOTP: time steps that the device's clock was ahead (negative: behind) when a code was last accepted (RFC 6238 6). */
  driftSteps: number;
  /** Wrong codes in a row given by somebody who had given another proof before (NIST SP 800-63B-4 3.2.2). */
  failures: number;
  /** Since when no code of it counts any more, for too many failures; null: it counts. */
  suspendedAt: number | null;
  /** Passkeys: keyed digest of the credential's id, by which it is found without a name. One that is current is nobody else's. */
  credential: string | null;
  /** Passkeys: the site for which it was made (RP ID), for counting. */
  rpId: string | null;
  /** Passkeys: the authenticator's counter at its last use (WebAuthn 6.1.1). */
  signCount: number;
  /** Before this it does not count for a recovery; null: it counts at once. */
  countsFrom: number | null;
  /** The latest time at which anybody looked at one that has an end; null: it has none. Never goes back. */
  seenAt: number | null;
}
export interface AccountRefColumns {
  directory: string;
  accountId: string;
}
export interface FactorStore {
  insert(row: FactorRow): Promise<void>;
  /**
   * Current ones (not ended) of the person whom an account belongs to: those of the account, and those of all accounts that are linked
   * to it, but for temporary passes, which somebody issued for one account. One that cannot be opened proves nothing and is left out,
   * and so are those of an account whose link cannot be opened.
   */
  ofAccount(account: AccountRef): Promise<FactorRow[]>;
  /**
   * Current ones of a kind in the order of their ids, from after `after` on ('' to begin with). One that cannot be opened is left out.
   * @returns `next`: where to go on; null: there are no more
   */
  page(kind: FactorKind, after: string, limit: number): Promise<{ rows: FactorRow[]; next: string | null }>;
  /** How many accounts of these directories have current ones of every one of these kinds. */
  countAccounts(kinds: readonly FactorKind[], directories: readonly string[]): Promise<number>;
  /**
   * Accepts a time step only if it is newer than the last accepted one and the factor is not suspended; true for exactly one
   * caller. Remembers the drift of the device and ends its row of failures.
   */
  acceptTimeStep(id: string, timeStep: number, driftSteps: number, now: number): Promise<boolean>;
  /**
   * Counts a wrong code of each; suspends those that have reached `most` in a row.
   * @returns the ids that were suspended by this call
   */
  countFailures(ids: readonly string[], most: number, now: number): Promise<string[]>;
  /** Ends failures and suspension of all factors of the person whom an account belongs to; how many were suspended. */
  resume(account: AccountRef): Promise<number>;
  markUsed(id: string, now: number): Promise<void>;
  /** Notes a use of one that may be used again, and ends its row of failures; false when it was ended or suspended. */
  accept(id: string, now: number): Promise<boolean>;
  /** The current passkey with that digest of its credential. */
  byCredential(credential: string): Promise<FactorRow | null>;
  /** Takes a counter that has grown, or none; true for exactly one caller. */
  acceptSignCount(id: string, signCount: number, now: number): Promise<boolean>;
  /** How many accounts have current passkeys, and how many of them none for this RP ID. */
  countPasskeyOwners(rpId: string): Promise<{ owners: number; stranded: number }>;
  /**
   * Passkeys of the person whom an account belongs to that were ended, the last ones first. One that cannot be opened is left out: nobody
   * ends a passkey by writing to the database.
   */
  endedPasskeys(account: AccountRef, limit: number): Promise<FactorRow[]>;
  /** Current ones that have an end, those first that were not looked at for longest. */
  withEnd(limit: number): Promise<FactorRow[]>;
  /** Notes that one with an end was looked at. An earlier time than the one noted changes nothing. */
  see(id: string, now: number): Promise<void>;
  /** Notes a use of one with an end; false when it was ended, or was seen later than `now` and `tolerance` milliseconds. */
  acceptBeforeEnd(id: string, now: number, tolerance: number): Promise<boolean>;
  /** Gives a current one another label; false when it is not there any more. */
  rename(row: Pick<FactorRow, 'id' | 'secret'>, label: string): Promise<boolean>;
  end(id: string, now: number): Promise<boolean>;
}

/** Counters of the guard. `key` is already a digest. */
export interface CounterRow {
  key: string;
  count: number;
  windowStartedAt: number;
  /** 0: not paused. */
  pausedUntil: number;
}
/** What to add to one counter. */
export interface CounterHit {
  key: string;
  /** Length of the counter's window; a new one starts with the first hit after the old one is over. */
  windowMilliseconds: number;
  /** 1 unless told. 0 only looks and locks; -1 gives a hit back, and never leads below 0. */
  by?: number;
}
export interface CounterStore {
  /**
   * Counts everything that one request counts, in one statement, and returns the rows after it by key. The rows are locked
   * in the order of their keys, whatever order they are given in, and stay so until the caller's transaction ends: two nodes
   * never wait for each other in a circle.
   */
  hitAll(hits: readonly CounterHit[], now: number): Promise<ReadonlyMap<string, CounterRow>>;
  /** Moves `pausedUntil` forward (never back). */
  pause(key: string, until: number): Promise<void>;
  read(keys: readonly string[]): Promise<CounterRow[]>;
  clear(keys: readonly string[]): Promise<void>;
}

/** Networks and devices from which the owner of an account succeeded, as keyed digests that name the account too. */
export interface KnownPlaceStore {
  /** Remembers places at `now`. Of one account `tidy` keeps the newest. */
  remember(account: AccountRef, digests: readonly string[], now: number): Promise<void>;
  /** Those of the digests that were remembered after `since`. */
  known(account: AccountRef, digests: readonly string[], since: number): Promise<string[]>;
}

/** A directory write that is about to be made. Written before, closed after. */
export interface IntentRow extends AccountRefColumns {
  id: string;
  verb: 'reset-password' | 'unlock-account' | 'change-password';
  /** Null when no journey is behind it. */
  journeyId: string | null;
  /** JSON: actor, options and the fingerprint of the account before the write. Sealed. No password. */
  facts: string;
  status: 'open' | 'done' | 'refused' | 'failed' | 'unknown';
  createdAt: number;
  closedAt: number | null;
  /** Past it the sweeper may take over, by the clock of the process that works on it; that of another one may differ. */
  leaseUntil: number;
}
/** An intent as it is read: `facts` is null where they cannot be opened (a missing key, a damaged row). */
export type StoredIntent = Omit<IntentRow, 'facts'> & { facts: string | null };
export interface IntentStore {
  /** false: the account has an open one already, and nothing was inserted. */
  insert(row: IntentRow): Promise<boolean>;
  /** Replaces facts and lease of an open one; false when it was closed. */
  amend(id: string, facts: string, leaseUntil: number): Promise<boolean>;
  /** Closes an open one; false when it was closed already. */
  close(id: string, status: Exclude<IntentRow['status'], 'open'>, now: number): Promise<boolean>;
  /** Writes down another end of one that was closed as `before`: as if it had been closed now. False where it is not so. */
  correct(id: string, before: IntentRow['status'], status: Exclude<IntentRow['status'], 'open'>, now: number): Promise<boolean>;
  find(id: string): Promise<StoredIntent | null>;
  /** Takes over open ones whose lease is over, or which are `left`, whatever their lease; each is given to one caller only, until `leaseUntil`. */
  takeOverdue(now: number, leaseUntil: number, limit: number, left?: readonly string[]): Promise<StoredIntent[]>;
  openCount(): Promise<number>;
  /** Those that are open, whoever works on them. Their times are by the clock of the node that did. */
  open(): Promise<Pick<IntentRow, 'id' | 'createdAt' | 'leaseUntil'>[]>;
  /**
   * Whether another one than `except` changed the account, or may have: closed as `done` or `unknown`, and its event stands behind
   * `logEnd`, the end of the audit log as it was read then. That order is the database's, whatever the clocks of the nodes say.
   * undefined: it is not known where the log ended, and so it may be.
   */
  wroteSince(account: AccountRef, logEnd: number | undefined, except: { intent: string } | { journey: string }): Promise<boolean>;
  /** The same by a time that somebody else has told, milliseconds since 1970: as exact as the clocks agree. */
  wroteAfter(account: AccountRef, at: number): Promise<boolean>;
  /** Whether a new password was set for the account without the old one, or may have been: begun after `since`, and not known to have failed. */
  wasReset(account: AccountRef, since: number): Promise<boolean>;
  /** The same of one that somebody else set for its owner: in no journey, which are the owner's. */
  wasResetByOthers(account: AccountRef, since: number): Promise<boolean>;
  /** Writes by which the owner of the account has set a new password, in a journey or with the old one, and which ended after `since`; the newest first. */
  ownWritesSince(account: AccountRef, since: number): Promise<StoredIntent[]>;
}

/** "This was not me": a link in a notice, and what it does. */
export interface FreezeStore {
  insertLink(row: { tokenDigest: string; account: AccountRef; expiresAt: number }): Promise<void>;
  /** What a link stands for, whether used or not; null when unknown or past `now`. Spends nothing. */
  findLink(tokenDigest: string, now: number): Promise<{ account: AccountRef; usedAt: number | null } | null>;
  spendLink(tokenDigest: string, now: number): Promise<boolean>;
  /** True when it was not frozen before; of any number of callers for one of them. */
  freeze(account: AccountRef, reason: string, now: number): Promise<boolean>;
  lift(account: AccountRef): Promise<boolean>;
  /** Whether it, or any account that is linked to it: who has one of them may have what proves the others. */
  isFrozen(account: AccountRef): Promise<boolean>;
  /** Which of these are. */
  frozenOf(account: AccountRef): Promise<AccountRef[]>;
}

export interface ConfigurationRow {
  version: number;
  /** The document as JSON, as it was accepted. */
  document: string;
  createdAt: number;
  author: string;
  comment: string;
}
export interface ConfigurationStore {
  current(): Promise<ConfigurationRow | null>;
  read(version: number): Promise<ConfigurationRow | null>;
  list(limit: number): Promise<Omit<ConfigurationRow, 'document'>[]>;
  /** Appends version `expectedCurrent + 1`; false when somebody else did (0: the first). */
  append(expectedCurrent: number, row: Omit<ConfigurationRow, 'version'>): Promise<boolean>;
}
