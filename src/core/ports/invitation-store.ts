import type { AccountRef } from './directory.ts';
import type { AccountRefColumns } from './store.ts';

/** One invitation of one person to set up what proves them. Rows are records: what was used, ended or is too old stays for a while. */
export interface InvitationRow extends AccountRefColumns {
  id: string;
  tokenDigest: string;
  /** The operator who invited. */
  author: string;
  createdAt: number;
  expiresAt: number;
  /** The session that has shown it last; null: none. */
  sessionId: string | null;
  /** Something was added by it: no other session can show it any more. */
  usedAt: number | null;
  revokedAt: number | null;
}

export interface InvitationStore {
  insert(row: InvitationRow): Promise<void>;
  /** Whatever its state. Null too when the row cannot be opened: nobody gets anything by it. */
  findByToken(tokenDigest: string): Promise<InvitationRow | null>;
  /** Those of an account, newest first. */
  ofAccount(account: AccountRef): Promise<InvitationRow[]>;
  /** Lets a session have it, in place of one before that has added nothing. False when it is used, revoked or past `now`. */
  claim(id: string, sessionId: string, now: number): Promise<boolean>;
  /** The one that a session has, used by it or still good at `now`; null: none. */
  ofSession(sessionId: string, now: number): Promise<InvitationRow | null>;
  /** Notes that the session adds something by it. False when another session has it meanwhile, or it was revoked. */
  use(id: string, sessionId: string, now: number): Promise<boolean>;
  /** Ends those of an account that nothing was added by. @returns how many */
  revokeOpen(account: AccountRef, now: number): Promise<number>;
  /** The newest of each account, by id after `after`, at most `limit`: for lists of many. */
  newestAfter(after: string, limit: number): Promise<InvitationRow[]>;
}
