/** A time of raised threat, from the raising to the end. */
export interface ThreatRow {
  id: string;
  /** Counts the changes of the row. */
  version: number;
  raisedAt: number;
  author: string;
  reason: string;
  /** Who agreed first that it is over, as they are called, and by whichever names they are known; null: nobody. */
  lift: { author: string; keys: string[]; at: number } | null;
  liftedAt: number | null;
}

export interface ThreatStore {
  /** @returns false: there is one that is not lifted */
  insert(row: ThreatRow): Promise<boolean>;
  /** The one that is not lifted. */
  current(): Promise<ThreatRow | null>;
  /** True for exactly one caller of those who know the row as it is. */
  change(row: ThreatRow, next: Partial<Pick<ThreatRow, 'author' | 'reason' | 'lift' | 'liftedAt'>>): Promise<boolean>;
}
