import { isAppError } from '../../../shared/errors.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { WriteIntent, WriteResult } from './directory-write.ts';

/**
 * Learns by reading the account whether a write took effect whose answer never came: the fingerprint of before is
 * compared with the one of now. `unknown` when the account cannot be read.
 */
export async function findOutcome(deps: Pick<CoreDeps, 'directories' | 'log'>, intent: WriteIntent): Promise<WriteResult> {
  try {
    const now = await deps.directories.get(intent.account.directory).readFingerprint(intent.account);
    const done = intent.verb === 'reset-password' ? now.password !== intent.before.password : !now.locked;
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
