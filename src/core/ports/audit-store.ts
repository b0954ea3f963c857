import type { AuditSeals } from '../audit/seals.ts';

export interface AuditRow {
  /** 1, 2, 3 ... without a gap. */
  seq: number;
  at: number;
  type: string;
  /** JSON with sorted keys; no secrets. Exactly these bytes are hashed, with the salt. */
  data: string;
  salt: string;
  previousHash: string;
  hash: string;
  /** Which key of the chain made `mac`, the proof that the hash is ours. */
  keyId: string;
  mac: string;
}

/** The recorded end of the chain, with a proof of its own. */
export type AuditHead = Pick<AuditRow, 'seq' | 'hash' | 'keyId' | 'mac'>;

/** An event as it is recorded; `data` as in `AuditRow`. */
export type AuditEntry = Pick<AuditRow, 'at' | 'type' | 'data'>;

/** An event as far as it is found by it. */
export type IndexedEvent = Pick<AuditRow, 'seq' | 'type' | 'data'>;

/** What is looked for. An event fits when it has a term of every set; `core/audit/event-terms.ts` tells what terms there are. */
export interface AuditSearch {
  /** The one that is had by the fewest events first: it is gone through. */
  readonly terms: readonly (readonly string[])[];
  /** Milliseconds since 1970: from `from` on, and before `to`. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Only events with a smaller number. */
  readonly before?: number | undefined;
  readonly limit: number;
}

export interface AuditFound {
  readonly rows: readonly AuditRow[];
  /**
   * Where to go on, as `before`; null: there is nothing older. A search looks at so many events at most: it may have found few, or none,
   * and not be at its end.
   */
  readonly next: number | null;
}

export interface AuditStore {
  /**
   * Appends to the hash chain of core/audit, in the order given. Its end is locked for the rest of the transaction, so that numbers have
   * no gap, and that what is read afterwards is as whoever appended before has left it. The events of one transaction are written
   * together, with the move of its journey or at its end; whoever reads the log in it sees them.
   * An end that somebody else has written is marked by an event of its own first.
   */
  append(...events: [AuditEntry, ...AuditEntry[]]): Promise<void>;
  /** Rows in order, from `afterSeq` on. */
  read(afterSeq: number, limit: number): Promise<AuditRow[]>;
  /** Events that fit, newest first. */
  search(wanted: AuditSearch): Promise<AuditFound>;
  /** The numbers of those events that `search` does not find by all that they are about: rows of the index were taken away. */
  unindexed(events: readonly IndexedEvent[]): Promise<number[]>;
  /** Makes the index of these events anew, as far as it is missing. */
  index(events: readonly IndexedEvent[]): Promise<void>;
  /** @throws AppError `audit.chain-broken` when there is none any more */
  head(): Promise<AuditHead>;
  /** What tells rows that we wrote from others. */
  seals(): AuditSeals;
}
