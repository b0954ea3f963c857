import type { FilterDescription } from './filter-format.ts';
import type { HashKind } from './hash-password.ts';

export interface ImportOptions {
  /** The list: plain or gzip, sorted or not. */
  readonly list: string;
  /** The file that is made, or replaced when everything is done. */
  readonly target: string;
  /** Bits of a fingerprint: 1 in 256, or 1 in 65536, of other passwords is taken for one of the list. */
  readonly bits: 8 | 16;
  /** What the SHA-256 of the list must be. */
  readonly sha256?: string | undefined;
  /** RFC 3339. */
  readonly importedAt: string;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Bytes after which what was done is made durable. */
  readonly checkpointBytes?: number;
  /** Hashes that a shard has at most; decision 0047 says why it is as it is. */
  readonly mostPerShard?: number;
}

export interface ImportProgress {
  /** `skip`: reading again what an earlier run has read. `build`: `done` and `total` are hashes; bytes of the list otherwise. */
  readonly phase: 'skip' | 'read' | 'build';
  readonly done: number;
  readonly total: number;
  readonly lines: number;
}

export interface Imported {
  readonly description: FilterDescription;
  readonly lines: number;
  /** What an earlier run had done was used. */
  readonly continued: boolean;
}

/** The list once all of it is in the spill file. */
export interface ReadList {
  readonly hash: HashKind;
  readonly lines: number;
  readonly listSha256: string;
  readonly keysLength: number;
}
