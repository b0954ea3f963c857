import type { AccountRef } from './directory.ts';
import type { AccountRefColumns } from './store.ts';

/**
 * How far a case is. `open`: the caller is not verified; `verified`: there is a receipt, which was not used; `sent`: so is there, and
 * a link by which the person may set their own password; `acting`: the receipt is used
 * up, and what became of it is not written down yet; `closed`: nothing more comes of it.
 */
export type CaseState = 'open' | 'verified' | 'sent' | 'acting' | 'closed';

/** One person helped by one agent for one purpose. Rows of the account that is helped. */
export interface CaseRow extends AccountRefColumns {
  id: string;
  /** Goes up with every step; whoever moves a case on names the one that they have seen. */
  version: number;
  state: CaseState;
  agentDirectory: string;
  agentId: string;
  action: string;
  /** Numbers that the caller typed, right or wrong. */
  tries: number;
  /** JSON of core/helpdesk: the names, the numbers, reason, ticket and receipt. Sealed. */
  facts: string;
  createdAt: number;
  expiresAt: number;
  /** While it is null nobody else opens a case about the account. */
  closedAt: number | null;
  /** Since when it waits for a second agent to approve; null: it does not. */
  approvalAskedAt: number | null;
}

export interface CaseStore {
  /** False: the account has one already that is not closed, and nothing was written. */
  insert(row: CaseRow): Promise<boolean>;
  /** Null too when the row cannot be opened: nothing comes of it. */
  find(id: string): Promise<CaseRow | null>;
  /** The one of an account that is not closed, whether past its end or not. */
  openOf(account: AccountRef): Promise<CaseRow | null>;
  /** Those of an agent that are not closed and not past their end at `now`, newest first. */
  ofAgent(agent: AccountRef, now: number): Promise<CaseRow[]>;
  /**
   * Those that are not closed and wait for a second agent since a time after `since`, newest first, so many at most.
   * @param after the last one that was read
   */
  waiting(since: number, most: number, after?: CaseRow): Promise<CaseRow[]>;
  /** Moves it on; true for exactly one caller of those who have seen `row`. Writes version + 1. */
  advance(row: CaseRow, next: Pick<CaseRow, 'state' | 'tries' | 'facts' | 'closedAt' | 'approvalAskedAt'>): Promise<boolean>;
  /**
   * Closes the one of an account that is not closed, also where it cannot be opened any more: else it would keep the account from every
   * other one for good.
   */
  closeUnreadable(account: AccountRef, now: number): Promise<void>;
}
