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

export interface OutboxStore {
  insert(row: {
    id: string;
    lane: OutboxLane;
    kind: string;
    payload: string;
    createdAt: number;
    runAt: number;
    expiresAt: number | null;
  }): Promise<void>;
  /**
   * Takes due rows of a lane, oldest first, each for one caller only until `leaseUntil`; counts the attempt. Writes
   * nothing when none is due.
   */
  take(lane: OutboxLane, now: number, leaseUntil: number, limit: number): Promise<OutboxRow[]>;
  done(id: string, now: number): Promise<void>;
  retry(id: string, runAt: number, problem: string): Promise<void>;
  giveUp(id: string, now: number, problem: string): Promise<void>;
  /** How many wait, and since when the oldest does, by lane. */
  backlog(now: number): Promise<{ lane: OutboxLane; waiting: number; oldestRunAt: number | null; failed: number }[]>;
}
