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
  leaseUntil: number;
  doneAt: number | null;
  /** Set when given up. */
  failedAt: number | null;
  /** Code of the last problem; never text from outside. */
  problem: string | null;
}

/** A row as it is queued. */
export type QueuedRow = Pick<OutboxRow, 'id' | 'lane' | 'kind' | 'payload' | 'createdAt' | 'runAt' | 'expiresAt'>;

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
   * Takes due rows of a lane, oldest first, each for one caller only until `leaseUntil`; counts the attempt. Writes
   * nothing when none is due.
   */
  take(lane: OutboxLane, now: number, leaseUntil: number, limit: number): Promise<OutboxRow[]>;
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
  done(id: string, now: number): Promise<void>;
  retry(id: string, runAt: number, problem: string): Promise<void>;
  giveUp(id: string, now: number, problem: string): Promise<void>;
  /**
   * Kinds of rows of a lane, queued since `since`, that should have left by `due` and did not, or were refused in a way that passes: a
   * server does not take them at present. Where another one has left since they were queued, the server does. One that is deferred for the
   * sake of its recipient tells nothing: whoever chose the address may have brought it about.
   */
  notLeaving(lane: OutboxLane, since: number, due: number): Promise<string[]>;
  /** How many wait, and since when the oldest does, by lane. */
  backlog(now: number): Promise<{ lane: OutboxLane; waiting: number; oldestRunAt: number | null; failed: number }[]>;
}
