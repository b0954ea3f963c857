import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { OutboxLane } from '../ports/outbox-store.ts';
import type { Store } from '../ports/store.ts';
import { randomId } from '../random-id.ts';

/** What the owner of an account is told. Composed when it is delivered: the addresses are read then. */
export interface NoticeRequest {
  kind:
    | 'password-was-reset'
    | 'password-was-changed'
    | 'account-was-unlocked'
    | 'password-was-reset-for-you'
    | 'account-was-unlocked-for-you'
    | 'password-may-have-been-reset'
    | 'account-may-have-been-unlocked'
    | 'recovery-not-possible'
    | 'recovery-frozen'
    | 'recovery-attempted'
    | 'authenticator-suspended'
    | 'recovery-codes-few'
    | 'passkey-cloned'
    | 'factor-added'
    | 'factor-removed'
    | 'account-linked'
    | 'account-unlinked'
    | 'enrolment-reminder'
    | 'vouch-asked'
    | 'vouch-refused'
    | 'case-taken-over';
  /** null: nobody; composed and queued like any other, and thrown away. */
  account: AccountRef | null;
  /** Where the directory knows none for the owner. */
  language: string;
  /** Who asked for what the notice is about, where somebody did. */
  asked?: { askedAt: number; address: string; client: string };
  /** Sign-in name of who did it for the owner, where somebody did. */
  helper?: string;
  /** It was done by a link of the set-up, by whoever sets Keyturn up. */
  bySetUp?: boolean;
  /** The kind of proof that the notice is about, where it is about one. */
  factor?: FactorKind;
  /** Until when what the notice is about counts; milliseconds since 1970. */
  endsAt?: number;
  /** From when on what the notice is about counts; milliseconds since 1970. */
  countsFrom?: number;
  /** The other account that the notice is about, as its owner knows it. */
  other?: string;
  /** How many are left of what the notice is about. */
  count?: number;
  /** Enrolled addresses to tell, instead of those that are enrolled when it is delivered: as they were before a change. */
  addresses?: string[];
  /** Those of them that do not count yet. */
  waiting?: string[];
  /** An address that is new: told only when there is no other one. */
  added?: string;
}

/** Name of the outbox handler that turns a request into mails. */
export const NOTICE_JOB = 'notice';

/**
 * Queues a notice in the caller's transaction: it is sent if, and only if, that transaction is committed. At once unless `runAt`
 * says when, in milliseconds since 1970.
 */
export async function queueNotice(
  deps: Pick<CoreDeps, 'clock' | 'random'>,
  store: Store,
  request: NoticeRequest,
  { runAt, lane = 'notice' }: { runAt?: number; lane?: Extract<OutboxLane, 'notice' | 'bulk'> } = {},
): Promise<void> {
  const now = deps.clock.now();
  await store.outbox.insert({
    id: randomId(deps.random),
    lane,
    kind: NOTICE_JOB,
    payload: JSON.stringify({ ...request, happenedAt: now, lane }),
    createdAt: now,
    runAt: runAt ?? now,
    expiresAt: null,
  });
}
