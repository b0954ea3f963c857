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

export interface AuditStore {
  /**
   * Appends to the hash chain of core/audit, in the order given, and returns the last row. Its end is locked for the rest of the transaction, so that numbers have no gap.
   * An end that somebody else has written is marked by an event of its own first.
   */
  append(...events: [AuditEntry, ...AuditEntry[]]): Promise<AuditRow>;
  /** Rows in order, from `afterSeq` on. */
  read(afterSeq: number, limit: number): Promise<AuditRow[]>;
  /** @throws AppError `audit.chain-broken` when there is none any more */
  head(): Promise<AuditHead>;
  /** What tells rows that we wrote from others. */
  seals(): AuditSeals;
}
