/** The set-up of an installation that has no configuration yet. There is one at most that is not over. */
export interface SetUpRow {
  id: string;
  /** Counts the changes of the row. */
  version: number;
  /** When it was begun; milliseconds since 1970, as all times here. */
  createdAt: number;
  linkDigest: string;
  /** The link is worth nothing then. */
  linkExpiresAt: number;
  /** When the link was opened; null: it waits, or its time is over. */
  openedAt: number | null;
  /** Digest of the token of who opened it; null: nobody did. */
  sessionDigest: string | null;
  /** When there was a configuration; null: it is not over. */
  endedAt: number | null;
  /** JSON of core/set-up: what has been answered, secrets too. Sealed. */
  facts: string;
}

/** A row that cannot be opened lets nobody in. */
export interface SetUpStore {
  /** The one that is not over. */
  current(): Promise<SetUpRow | null>;
  /** False: there is one already. */
  begin(row: SetUpRow): Promise<boolean>;
  /** True for exactly one caller of those who know the row as it is. */
  change(row: SetUpRow, next: Partial<Omit<SetUpRow, 'id' | 'version' | 'createdAt'>>): Promise<boolean>;
}
