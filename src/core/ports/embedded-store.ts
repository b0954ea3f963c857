/** Rows of embedded directories. Hashes are argon2id strings made by the directory adapter. */
export interface EmbeddedAccountRow {
  directory: string;
  id: string;
  /** Normalised (NFC, lower case), unique in its directory. */
  login: string;
  displayName: string;
  givenName: string | null;
  surname: string | null;
  /** Normalised to lower case. */
  mail: string | null;
  mobile: string | null;
  employeeNumber: string | null;
  language: string | null;
  groups: readonly string[];
  managerId: string | null;
  passwordHash: string;
  /** Newest first, the current one not included. */
  passwordHistory: readonly string[];
  passwordSetAt: number;
  mustChange: boolean;
  disabled: boolean;
  expiresAt: number | null;
  badAttempts: number;
  lastBadAttemptAt: number | null;
  lockedAt: number | null;
  /** Grows with every write. */
  version: number;
}

/** `setAfter`, `setUpTo`: whose password was set then, milliseconds since 1970, and need not be changed. */
export type EmbeddedFilter = 'locked' | 'disabled' | 'must-change' | { readonly setAfter: number | null; readonly setUpTo: number };

export interface EmbeddedStore {
  /** False when somebody in the directory has the login already. */
  insert(row: EmbeddedAccountRow): Promise<boolean>;
  find(directory: string, id: string): Promise<EmbeddedAccountRow | null>;
  /** Those of them that are there, in no order. */
  findSome(directory: string, ids: readonly string[]): Promise<EmbeddedAccountRow[]>;
  /** By login, mail or employee number. */
  findByIdentifier(directory: string, identifier: string): Promise<EmbeddedAccountRow[]>;
  /** In the order of their logins; `after` is the id of the one before the first, and one that is not known has nobody after it. */
  search(
    directory: string,
    request: { text: string; filter: EmbeddedFilter | null; after: string | null; limit: number },
  ): Promise<EmbeddedAccountRow[]>;
  /** Compare-and-set on `version`; false when the row has changed since it was read. */
  update(row: EmbeddedAccountRow): Promise<boolean>;
  /** Counts a failed bind and locks at `threshold` (0: never), in one statement; returns the row after it. */
  countBadAttempt(directory: string, id: string, threshold: number, now: number): Promise<EmbeddedAccountRow | null>;
  /** False when there is no such row. */
  remove(directory: string, id: string): Promise<boolean>;
  /** How many have the account for their manager. */
  countManagedBy(directory: string, id: string): Promise<number>;
  count(directory: string): Promise<number>;
}
