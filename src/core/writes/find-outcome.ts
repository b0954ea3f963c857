import { isAppError } from '../../../shared/errors.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { AccountFingerprint } from '../ports/directory.ts';
import type { WriteIntent, WriteResult } from './directory-write.ts';

/**
 * Learns by reading the account whether a write took effect whose answer never came: the fingerprint of before is
 * compared with the one of now. `unknown` when the account cannot be read.
 */
export async function findOutcome(deps: Pick<CoreDeps, 'directories' | 'log'>, intent: WriteIntent): Promise<WriteResult> {
  try {
    const now = await deps.directories.get(intent.account.directory).readFingerprint(intent.account, intent.server);
    // An administrator may have demanded a change long before: only a password that was written since is one that nobody knows.
    if (intent.verb === 'reset-password' && now.temporary && now.password !== intent.before.password) {
      return { intent, status: 'refused', foundBy: 'reading', reason: 'password.refused', leftTemporary: true };
    }
    if (intent.verb === 'unlock-account' && now.locked === null) {
      return { intent, status: 'unknown', foundBy: 'reading', reason: 'directory.outcome-unknown' };
    }
    const done = intent.verb === 'reset-password' ? wasPasswordSet(intent, now) : !now.locked;
    return done
      ? { intent, status: 'done', foundBy: 'reading' }
      : { intent, status: 'failed', foundBy: 'reading', reason: 'directory.outcome-unknown' };
  } catch (error) {
    if (isAppError(error, 'directory.account-missing', 'directory.not-configured')) {
      return { intent, status: 'failed', foundBy: 'reading', reason: error.code };
    }
    deps.log.warn('write.outcome-unreadable', { intent: intent.id, directory: intent.account.directory, error });
    return { intent, status: 'unknown', foundBy: 'reading', reason: isAppError(error) ? error.code : 'internal.unexpected' };
  }
}

/** Milliseconds. Wide, because the time is told by the directory's clock, which may be minutes away from ours. */
const JUST_NOW = 10 * 60_000;

/** Whether the password may have been set within the second of `at`, so that a write now would carry the same time. */
export function wasSetJustNow(fingerprint: AccountFingerprint, at: number): boolean {
  const { wholeSeconds, passwordSetAt } = fingerprint;
  return wholeSeconds === true && passwordSetAt !== null && Math.abs(at - passwordSetAt) < JUST_NOW;
}

/** Times of whole seconds may be equal after a second write; then any change of the entry is taken for that write. */
function wasPasswordSet({ before, readAt }: WriteIntent, now: AccountFingerprint): boolean {
  if (now.password !== before.password) return true;
  return wasSetJustNow(before, readAt) && now.revision !== before.revision;
}
