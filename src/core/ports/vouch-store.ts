import type { AccountRef } from './directory.ts';
import type { AccountRefColumns } from './store.ts';

/** How a request to vouch for somebody ended. `refused`: "I did not expect this", or wrong digits too often. */
export type VouchOutcome = 'approved' | 'refused' | 'withdrawn' | 'expired';

/** Somebody is asked to vouch for a person whose recovery waits for it, or a case of the helpdesk about them. */
export interface VouchRow extends AccountRefColumns {
  id: string;
  /** null: a case waits, which the facts name. */
  journeyId: string | null;
  /** The direct manager, as the directory named them when they were asked. null: deputies alone are asked. */
  manager: AccountRef | null;
  /** JSON of core/vouching: the two digits, and what is shown of the person. Sealed. */
  facts: string;
  createdAt: number;
  endsAt: number;
  tries: number;
  /** null: it is open. */
  outcome: VouchOutcome | null;
  closedAt: number | null;
}

/** For whom requests are listed: a manager, or deputies, who may answer for everybody of a directory. */
export type VouchedBy = { readonly manager: AccountRef } | { readonly directory: string };

export interface VouchStore {
  insert(row: VouchRow): Promise<void>;
  /** null too when the row cannot be opened. */
  find(id: string): Promise<VouchRow | null>;
  /** Counts a try at the digits and returns the row as it then is; null when it is over, past `now`, or was tried `most` times. One statement. */
  attempt(id: string, most: number, now: number): Promise<VouchRow | null>;
  /** Ends an open one; true for exactly one caller. */
  close(id: string, outcome: VouchOutcome, now: number): Promise<boolean>;
  /** Those that are open, also past their end, and those that ended after `since`: the newest first. */
  list(by: VouchedBy, since: number, limit: number): Promise<VouchRow[]>;
  /** Open ones about an account or one that is linked to it, not past `now`. */
  openAbout(account: AccountRef, now: number): Promise<VouchRow[]>;
  /** Ends open ones that are past their end, each for one caller. */
  expire(now: number, limit: number): Promise<VouchRow[]>;
}
