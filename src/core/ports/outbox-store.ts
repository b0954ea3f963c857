export type OutboxLane = 'code' | 'notice' | 'bulk';

/** Work that must happen once the transaction that wrote it is committed. */
export interface OutboxRow {
  id: string;
  lane: OutboxLane;
  /** `mail` is handed to the mailer; other kinds are named in core and registered with the worker. */
  kind: string;
  /** JSON. Sealed. */
  payload: string;
  attempts: number;
  createdAt: number;
  /** Not before. */
  runAt: number;
  /** A code that nobody can use any more is dropped. */
  expiresAt: number | null;
  /**
   * 0: nobody is at it. Otherwise it tells who is at it from whoever was before, and nothing else: it is a time by the clock of the node that
   * has taken it, which no other node can judge.
   */
  leaseUntil: number;
  doneAt: number | null;
  /** Set when given up. */
  failedAt: number | null;
  /** Code of the last problem; never text from outside. */
  problem: string | null;
}

/** A row as it is queued. */
export type QueuedRow = Pick<OutboxRow, 'id' | 'lane' | 'kind' | 'payload' | 'createdAt' | 'runAt' | 'expiresAt'>;

/** A row as it was taken: what is written of it counts as long as nobody else has taken it since. */
export type TakenRow = Pick<OutboxRow, 'id' | 'attempts' | 'leaseUntil'>;

/** A row that is not to be taken as it stands: somebody is at it, or it is due later by the clock of who looks. */
export type HeldRow = TakenRow & Pick<OutboxRow, 'lane' | 'createdAt' | 'runAt'>;

export interface OutboxStore {
  insert(row: QueuedRow): Promise<void>;
  /**
   * Puts what is to be done into the place of a row that was taken and said so, in one statement. The first of `rows` keeps its id, and
   * the ids of the others follow from it. So of any number of callers one replaces it, however long they took. There must be one row at
   * least. The first `most` of them, one at least, are taken by the caller until `leaseUntil` as `taken` was.
   * @returns those that are taken, in their order; none: somebody else replaced it, or it was given up
   */
  replace(
    taken: Pick<OutboxRow, 'id' | 'kind'>,
    rows: readonly Omit<QueuedRow, 'id'>[],
    lease: { until: number; most: number },
  ): Promise<OutboxRow[]>;
  /**
   * Takes due rows of a lane that nobody is at, oldest first, each for one caller only; counts the attempt. Writes nothing when none is
   * due.
   * @param leaseUntil not 0
   */
  take(lane: OutboxLane, now: number, leaseUntil: number, limit: number): Promise<OutboxRow[]>;
  /**
   * Rows of all lanes that somebody is at, may they be dead, of which the first try is later than `now`, or the next one later than `latestTry`
   * of their lane. Those that were tried the least come first, so that what cannot be opened, and is taken in vain again and again, is in
   * nobody's way.
   */
  held(now: number, latestTry: Readonly<Record<OutboxLane, number>>, limit: number): Promise<HeldRow[]>;
  /** Takes those of these rows that are still as they were seen, as `take` does, and also what has expired meanwhile. */
  takeOver(seen: readonly HeldRow[], leaseUntil: number): Promise<OutboxRow[]>;
  /** Rows that are not done, the oldest first, of other kinds than these. One that cannot be opened is left out. */
  pending(limit: number, except: readonly string[]): Promise<OutboxRow[]>;
  /** Without its payload, also one that cannot be opened. */
  find(id: string): Promise<Omit<OutboxRow, 'payload'> | null>;
  /**
   * Has one tried at once that was given up or is not due yet, and is neither done nor expired.
   * @returns false: there is no such row, it is due, or somebody is at it
   */
  tryAgain(id: string, now: number): Promise<boolean>;
  /** Deletes one that was given up, was tried in vain, or expired. @returns false: there is no such row, or somebody is at it */
  remove(id: string, now: number): Promise<boolean>;
  /** True for one caller, also for one from whom it was taken over: what is done is done. */
  done(id: string, now: number): Promise<boolean>;
  /** Nothing where somebody else has taken it over. */
  retry(taken: TakenRow, runAt: number, problem: string): Promise<void>;
  /** Nothing where somebody else has taken it over. */
  giveUp(taken: TakenRow, now: number, problem: string): Promise<void>;
  /**
   * Kinds of rows of a lane, queued since `since`, that should have left by `due` and did not, or were refused in a way that passes: a
   * server does not take them at present. Where another one has left since they were queued, the server does. One that is deferred for the
   * sake of its recipient tells nothing: whoever chose the address may have brought it about.
   */
  notLeaving(lane: OutboxLane, since: number, due: number): Promise<string[]>;
  /** How many wait, and since when the oldest does, by lane. */
  backlog(now: number): Promise<{ lane: OutboxLane; waiting: number; oldestRunAt: number | null; failed: number }[]>;
}
