import type { AccountRef } from './directory.ts';
import type { AccountRefColumns } from './store.ts';

/**
 * What a session lets its holder do. `enrolment`: somebody who had nothing enrolled gave the password alone. `until-enrolled`: who gave
 * all proofs, and must first add what is missing for a recovery. `emergency`: an administrator for the emergency, who is nobody of any
 * directory and has nothing of their own here.
 */
export type SessionRights = 'full' | 'enrolment' | 'until-enrolled' | 'emergency';

/** Why a session is over. */
export type SessionEnd =
  | 'signed-out'
  | 'ended-elsewhere'
  | 'password-changed'
  | 'recovery-frozen'
  | 'factors-changed'
  | 'role-lost'
  | 'account-closed'
  | 'threat-raised'
  | 'emergency-retired'
  | 'database-restored'
  | 'provider-signed-out';

/** One person signed in on one device. */
export interface SessionRow extends AccountRefColumns {
  id: string;
  tokenDigest: string;
  /** The journey that opened it or raised it last. A journey does so once. */
  journeyId: string;
  rights: SessionRights;
  /** JSON of core/sessions: how and when the person proved who they are, and from where. Sealed. */
  facts: string;
  createdAt: number;
  /** It ends then, whatever is done in it. */
  endsAt: number;
  seenAt: number;
  endedAt: number | null;
  endedBecause: SessionEnd | null;
  /** Names of the roles by which somebody acted in it; none until then. */
  roles: readonly string[];
  /** When the directory last told that they are held; null: never. */
  rolesReadAt: number | null;
}

export interface SessionStore {
  /** False: the journey has opened or raised a session already, and nothing was written. */
  insert(row: SessionRow): Promise<boolean>;
  /** Also one that is over. Null too when the row cannot be opened: nobody gets in by it. */
  findByToken(tokenDigest: string): Promise<SessionRow | null>;
  /** Those of an account that were not ended and are not past their end at `now`, newest first. */
  ofAccount(account: AccountRef, now: number): Promise<SessionRow[]>;
  /** Notes that it was used. */
  touch(id: string, now: number): Promise<void>;
  /**
   * Gives an open session a new token, and with it what `next` says; the old one opens nothing from then on. True for exactly one caller
   * of those who know the old token; false too when the journey was used already.
   */
  raise(row: SessionRow, next: Pick<SessionRow, 'tokenDigest' | 'journeyId' | 'rights' | 'facts'>, now: number): Promise<boolean>;
  /** Lets an open session that was held up (`until-enrolled`) do everything, with a new token. As with `raise`, true for one caller. */
  release(row: SessionRow, tokenDigest: string, now: number): Promise<boolean>;
  /** False when it was over already, or is not one of the account. */
  end(account: AccountRef, id: string, because: SessionEnd, now: number): Promise<boolean>;
  /** How many `endAll` would end, those included that cannot be opened: another node may have the key. */
  countOpen(account: AccountRef, now: number, except: readonly string[]): Promise<number>;
  /** How many sessions are open that belong to accounts of a directory. */
  countOpenIn(directory: string, now: number): Promise<number>;
  /** Ends all of an account but those of `except`. @returns how many */
  endAll(account: AccountRef, because: SessionEnd, now: number, except: readonly string[]): Promise<number>;
  /** Ends those of everybody. @returns how many */
  endEverybodys(because: SessionEnd, now: number): Promise<number>;
  /** Notes by which roles somebody acts in an open session, as the directory told at `readAt`. */
  noteRoles(id: string, roles: readonly string[], readAt: number): Promise<void>;
  /** Notes that the account holds its roles still, in all of its sessions that have some. */
  confirmRoles(account: AccountRef, readAt: number): Promise<void>;
  /** Open sessions used since `seenAfter` that have roles, those first which the directory confirmed longest ago, and before `readBefore` or in the future. */
  actingByRoles(asked: { readBefore: number; seenAfter: number; now: number }, limit: number): Promise<SessionRow[]>;
}
