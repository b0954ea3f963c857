/** An administrator for the emergency, from the link that makes one to the end. */
export interface EmergencyRow {
  id: string;
  linkDigest: string;
  /** Counts the changes of the row. */
  version: number;
  createdAt: number;
  /** The link is worth nothing then. */
  expiresAt: number;
  /** When the link was opened; null: it waits, or its time is over. */
  openedAt: number | null;
  /** Digest of the id of the passkey; null: none was made yet. */
  credential: string | null;
  retiredAt: number | null;
  /** JSON of core/access/emergency.ts: by whom and why it was made, and the passkey. Sealed. */
  facts: string;
}

/** A row that cannot be opened lets nobody in, and is found by nothing. */
export interface EmergencyStore {
  insert(row: EmergencyRow): Promise<void>;
  /** Also one that was opened, is over or was retired. */
  findByLink(linkDigest: string): Promise<EmergencyRow | null>;
  findByCredential(credential: string): Promise<EmergencyRow | null>;
  find(id: string): Promise<EmergencyRow | null>;
  /** Those that are not retired, and were opened or can be still; newest first. */
  current(now: number): Promise<EmergencyRow[]>;
  /** True for exactly one caller of those who know the row as it is. */
  change(row: EmergencyRow, next: Partial<Pick<EmergencyRow, 'openedAt' | 'credential' | 'retiredAt' | 'facts'>>): Promise<boolean>;
}
