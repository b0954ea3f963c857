import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import type { Store } from '../ports/store.ts';
import type { WriteResult } from './directory-write.ts';

const EVENT = { done: 'write.succeeded', refused: 'write.refused', failed: 'write.failed', unknown: 'write.unknown' } as const;

/**
 * Writes an outcome down, in the caller's transaction: closes the intent, tells the audit log, and tells the owner when
 * something was changed (JRN-8). An unknown outcome leaves the intent open for the sweeper.
 * @returns false when somebody else had closed the intent already; nothing is written then
 */
export async function closeWrite(deps: Pick<CoreDeps, 'clock' | 'random'>, store: Store, result: WriteResult): Promise<boolean> {
  const { intent, status, foundBy, reason, detail, server, leftTemporary, unmet } = result;
  if (status !== 'unknown' && !(await store.intents.close(intent.id, status, deps.clock.now()))) return false;
  await recordEvent(store, deps.clock, {
    type: EVENT[status],
    intent: intent.id,
    ...(intent.journeyId === null ? {} : { journey: intent.journeyId }),
    actor: intent.actor,
    account: intent.account,
    verb: intent.verb,
    foundBy,
    ...(server === undefined ? {} : { server }),
    ...(reason === undefined ? {} : { reason }),
    ...(detail === undefined ? {} : { detail }),
    ...(leftTemporary === undefined ? {} : { leftTemporary }),
    ...(unmet === undefined ? {} : { unmet }),
  });
  if (status === 'done') {
    const kind = intent.verb === 'reset-password' ? 'password-was-reset' : 'account-was-unlocked';
    await queueNotice(deps, store, { kind, account: intent.account, language: intent.language });
  }
  return true;
}
