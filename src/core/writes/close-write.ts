import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { NoticeRequest } from '../notify/queue-notice.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import type { Store } from '../ports/store.ts';
import { endAllSessions } from '../sessions/end-sessions.ts';
import type { WriteResult, WriteVerb } from './directory-write.ts';

const EVENT = {
  done: 'write.succeeded',
  refused: 'write.refused',
  failed: 'write.failed',
  unknown: 'write.unknown',
  open: 'write.unanswered',
} as const;

/** What the owner of the account is told; a change that may have happened is told as one (JRN-8). */
const NOTICES: Record<WriteVerb, { done: NoticeRequest['kind']; unknown: NoticeRequest['kind'] }> = {
  'reset-password': { done: 'password-was-reset', unknown: 'password-may-have-been-reset' },
  'change-password': { done: 'password-was-changed', unknown: 'password-may-have-been-reset' },
  'unlock-account': { done: 'account-was-unlocked', unknown: 'account-may-have-been-unlocked' },
};

/** The same where somebody else did it, by a role. */
const HELPED: Partial<Record<WriteVerb, NoticeRequest['kind']>> = {
  'reset-password': 'password-was-reset-for-you',
  'unlock-account': 'account-was-unlocked-for-you',
};

/**
 * Writes an outcome down, in the caller's transaction: closes the intent, tells the audit log, and tells the owner when
 * something was changed or may have been. `open` leaves the intent for the sweeper.
 *
 * An intent that somebody else had closed in another sense is corrected: the audit log gets `write.corrected`, and the owner the
 * notice that was not sent.
 * @returns false when somebody else had closed the intent already
 */
export async function closeWrite(deps: Pick<CoreDeps, 'clock' | 'random'>, store: Store, result: WriteResult): Promise<boolean> {
  const { intent, status } = result;
  if (status === 'open') {
    if ((await store.intents.find(intent.id))?.status === 'open') await tell(deps, store, result, EVENT.open);
    return false;
  }
  if (await store.intents.close(intent.id, status, deps.clock.now())) {
    await tell(deps, store, result, EVENT[status]);
    await notify(deps, store, result);
    await endSessions(deps, store, result);
    return true;
  }
  const before = (await store.intents.find(intent.id))?.status;
  if (before === undefined || before === status || status === 'unknown') return false;
  // What was proven before counts no more where it was written after all; and what was written once stays written.
  if (before !== 'done') await store.intents.correct(intent.id, before, status, deps.clock.now());
  await tell(deps, store, result, 'write.corrected', { earlier: before, outcome: status });
  await notify(deps, store, result);
  await endSessions(deps, store, result);
  return false;
}

async function tell(
  deps: Pick<CoreDeps, 'clock'>,
  store: Store,
  result: WriteResult,
  type: (typeof EVENT)[keyof typeof EVENT] | 'write.corrected',
  correction?: { earlier: string; outcome: string },
): Promise<void> {
  const { intent, foundBy, reason, detail, server, leftTemporary, unmet } = result;
  const { id, journeyId, actor, account, verb } = intent;
  const about = { intent: id, journey: journeyId ?? undefined, actor, account, verb };
  await recordEvent(store, deps.clock, { type, ...about, foundBy, ...correction, server, reason, detail, leftTemporary, unmet });
}

async function notify(deps: Pick<CoreDeps, 'clock' | 'random'>, store: Store, { intent, status }: WriteResult): Promise<void> {
  if (status !== 'done' && status !== 'unknown') return;
  const { verb, account, language, actor, bySetUp } = intent;
  const helped = status === 'done' && actor.kind === 'delegate' ? HELPED[verb] : undefined;
  const told = helped === undefined ? { kind: NOTICES[verb][status] } : { kind: helped, helper: actor.login ?? '' };
  await queueNotice(deps, store, { ...told, account, language, ...(bySetUp === true ? { bySetUp } : {}) });
}

/** Whoever was signed in by the old password is not any more; also where it may have been written. */
async function endSessions(deps: Pick<CoreDeps, 'clock'>, store: Store, { intent, status, leftTemporary }: WriteResult): Promise<void> {
  const mayBeWritten = status === 'done' || status === 'unknown' || leftTemporary === true;
  if (intent.verb === 'unlock-account' || !mayBeWritten) return;
  await endAllSessions(deps, store, intent.account, {
    because: 'password-changed',
    actor: intent.actor,
    // Where it is not known what became of it, nobody is spared.
    // Stryker disable next-line ArrayDeclaration: whatever is the id of no session spares none
    except: status === 'done' && intent.session !== undefined ? [intent.session] : [],
  });
}
