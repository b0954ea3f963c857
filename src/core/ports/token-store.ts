/** A token by which a program asks for something over the API. */
export interface ApiTokenRow {
  id: string;
  digest: string;
  /** Nobody else's while it is not revoked. */
  name: string;
  createdAt: number;
  /** It is worth nothing from then on. */
  expiresAt: number;
  /** To the minute; null: never. */
  lastUsedAt: number | null;
  revokedAt: number | null;
  /** JSON of core/tokens/api-token.ts: what it may, for whom, and who made it. Sealed. */
  facts: string;
}

/** A row that cannot be opened lets nobody in, and is found by nothing. */
export interface ApiTokenStore {
  /** False: a token that is not revoked has the name, and nothing was written. */
  insert(row: ApiTokenRow): Promise<boolean>;
  /** Also one that is over or was revoked. */
  findByDigest(digest: string): Promise<ApiTokenRow | null>;
  find(id: string): Promise<ApiTokenRow | null>;
  /** Those that are not revoked, by name. */
  list(): Promise<ApiTokenRow[]>;
  /** Notes that it was used, unless it was after `noted`. Losing that to a power cut makes the date an older one. */
  touch(id: string, now: number, noted: number): Promise<void>;
  /** True for exactly one caller. */
  revoke(row: ApiTokenRow, now: number): Promise<boolean>;
}
