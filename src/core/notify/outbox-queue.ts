import { AppError } from '../../../shared/errors.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import { requireOpen } from '../enrolment/own-session.ts';
import { maskContact } from '../helpdesk/mask-contact.ts';
import type { ActDeps } from '../journey/act.ts';
import type { OutboxRow } from '../ports/outbox-store.ts';
import type { Store } from '../ports/store.ts';
import type { Session } from '../sessions/session.ts';
import { DISCARD_JOB, MAIL_JOB } from './queue-mail.ts';
import { SMS_JOB } from './queue-sms.ts';

/** Messages in one list. */
export const LONGEST_QUEUE = 200;

/** A message that has not left, as operators may see it: neither what it says nor whom it is for. */
export interface QueuedMessage extends Pick<OutboxRow, 'id' | 'lane' | 'attempts' | 'createdAt' | 'runAt' | 'expiresAt' | 'problem'> {
  readonly kind: 'mail' | 'text' | 'notice';
  /** Masked; null: not known before it is composed. */
  readonly to: string | null;
  /**
   * - `given-up`  it is tried no more by itself
   * - `expired`   nobody can use it any more: it is never tried again
   * - `retrying`  it was tried, and is tried again at `runAt`
   * - `sending`   somebody is at it, or has died while they were; it is taken over then
   * - `waiting`   it was not tried yet
   */
  readonly state: 'given-up' | 'expired' | 'retrying' | 'sending' | 'waiting';
}

/** Who retries or deletes. */
export interface QueueAuthor {
  /** As people read it. */
  readonly name: string;
  readonly actor: Actor;
  /** Throws in the transaction where they may no more: they were signed out meanwhile. */
  readonly stillMay?: ((store: Store) => Promise<void>) | undefined;
}

type Deps = Pick<CoreDeps, 'store' | 'clock'>;

/** Somebody who is signed in, as long as they are. */
export function queueAuthor(deps: ActDeps, session: Session, actor: Actor): QueueAuthor {
  return { name: session.login, actor, stillMay: (store) => requireOpen(deps, store, session) };
}

/** Messages that have not left, the oldest first, and whether there are more. Rows that cannot be opened are left out: the doctor counts them. */
export async function readQueue({ store, clock }: Deps): Promise<{ messages: QueuedMessage[]; more: boolean }> {
  const now = clock.now();
  const rows = await store.outbox.pending(LONGEST_QUEUE + 1, [DISCARD_JOB]);
  const messages = rows.slice(0, LONGEST_QUEUE).map((row): QueuedMessage => {
    const { id, lane, attempts, createdAt, runAt, expiresAt, problem } = row;
    const kind = row.kind === MAIL_JOB ? 'mail' : row.kind === SMS_JOB ? 'text' : 'notice';
    return { id, lane, attempts, createdAt, runAt, expiresAt, problem, kind, to: recipientOf(row), state: stateOf(row, now) };
  });
  return { messages, more: rows.length > LONGEST_QUEUE };
}

/**
 * Has a message tried at once that was given up or waits for its next try. One of which it is not known whether it arrived may arrive twice.
 * @throws AppError `outbox.message-gone`, `outbox.message-expired`, `outbox.message-busy`
 */
export async function retryMessage(
  deps: Deps & Pick<CoreDeps, 'wakeOutbox'>,
  { name: author, actor, stillMay }: QueueAuthor,
  id: string,
): Promise<void> {
  const row = await deps.store.transaction(async (store) => {
    const [found, now] = [await findPending(store, id), deps.clock.now()];
    if (found.expiresAt !== null && found.expiresAt <= now) throw new AppError('outbox.message-expired');
    const { lane, kind: job } = found;
    await recordEvent(store, deps.clock, { type: 'outbox.retried', actor, author, message: id, lane, job });
    await stillMay?.(store);
    if (!(await store.outbox.tryAgain(id, now))) throw new AppError('outbox.message-busy');
    return found;
  });
  deps.wakeOutbox(row.lane);
}

/**
 * Deletes a message that could not be delivered. One that was not tried yet is not deleted by anybody: it may be what tells people of
 * something that was done to their account.
 * @param reason kept in the audit log
 * @throws AppError `outbox.message-gone`, `outbox.message-busy`
 */
export async function deleteMessage(deps: Deps, { name: author, actor, stillMay }: QueueAuthor, id: string, reason: string): Promise<void> {
  await deps.store.transaction(async (store) => {
    const { lane, kind: job, problem } = await findPending(store, id);
    await recordEvent(store, deps.clock, {
      ...{ type: 'outbox.deleted', actor, author, message: id, lane, job, reason },
      ...(problem === null ? {} : { lastProblem: problem }),
    });
    await stillMay?.(store);
    if (!(await store.outbox.remove(id, deps.clock.now()))) throw new AppError('outbox.message-busy');
  });
}

async function findPending(store: CoreDeps['store'], id: string): Promise<Omit<OutboxRow, 'payload'>> {
  const row = await store.outbox.find(id);
  if (row === null || row.doneAt !== null) throw new AppError('outbox.message-gone');
  return row;
}

function stateOf({ failedAt, expiresAt, leaseUntil, attempts }: OutboxRow, now: number): QueuedMessage['state'] {
  if (failedAt !== null) return 'given-up';
  if (expiresAt !== null && expiresAt <= now) return 'expired';
  if (leaseUntil !== 0) return 'sending';
  return attempts > 0 ? 'retrying' : 'waiting';
}

/** What is in a message is nobody's business but its recipient's: codes, links, names. */
function recipientOf({ kind, payload }: OutboxRow): string | null {
  if (kind !== MAIL_JOB && kind !== SMS_JOB) return null;
  try {
    const { to } = JSON.parse(payload) as { to?: unknown };
    return typeof to === 'string' ? maskContact(kind === MAIL_JOB ? 'email' : 'sms', to) : null;
  } catch {
    return null;
  }
}
