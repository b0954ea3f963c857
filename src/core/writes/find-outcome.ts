import { isAppError } from '../../../shared/errors.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { AccountFingerprint } from '../ports/directory.ts';
import type { WriteIntent, WriteResult } from './directory-write.ts';
import { type Judgement, judgeOutcome } from './judge-outcome.ts';

/**
 * Learns by reading what became of a write whose answer never came, on the server that was written to and no other.
 * `open` as long as it may still be found out.
 */
export async function findOutcome(
  deps: Pick<CoreDeps, 'store' | 'directories' | 'clock' | 'log'>,
  intent: WriteIntent,
): Promise<WriteResult> {
  const { account, before, readAt, logEnd, verb, window, mustChange = false } = intent;
  let now: AccountFingerprint | null = null;
  let trouble: string = 'directory.outcome-unknown';
  try {
    now = await deps.directories.get(account.directory).readFingerprint(account, intent.server);
  } catch (error) {
    // An account that is gone, and a directory that is no longer configured, never tell any more; nor does anybody wait for them.
    if (isAppError(error, 'directory.account-missing', 'directory.not-configured')) return found(intent, 'unknown', error.code);
    if (!isAppError(error)) throw error;
    trouble = error.code;
    deps.log.warn('write.outcome-unreadable', { intent: intent.id, directory: account.directory, error });
  }
  const at = deps.clock.now();
  const othersWrote = await deps.store.intents.wroteSince(account, logEnd, { intent: intent.id });
  const [settled, lastLook] = [at >= window.settledAt, at >= window.givenUpAt];
  const judgement = judgeOutcome({ verb, before, readAt, now, othersWrote, settled, lastLook, mustChange });
  // It may have been written on another server than the one that was read: unchanged here proves nothing.
  return found(intent, verb === 'change-password' && judgement === 'failed' ? 'unknown' : judgement, trouble);
}

function found(intent: WriteIntent, judgement: Judgement, reason: string): WriteResult {
  const about = { intent, foundBy: 'reading' as const, server: intent.server };
  if (judgement === 'left-temporary') return { ...about, status: 'refused', reason: 'password.refused', leftTemporary: true };
  return judgement === 'done' ? { ...about, status: 'done' } : { ...about, status: judgement, reason };
}
