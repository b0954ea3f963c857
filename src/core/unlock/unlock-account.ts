import type { WriteRequest, WriteResult } from '../writes/directory-write.ts';
import { runWrites, type WriteDeps } from '../writes/run-writes.ts';

/**
 * Unlocks accounts and leaves their passwords alone. The only way to do it, for every caller.
 * @throws AppError `directory.*` when nothing could be begun; every later trouble is in the results
 */
export function unlockAccount(deps: WriteDeps, request: WriteRequest): Promise<WriteResult[]> {
  return runWrites(deps, 'unlock-account', { ...request, unlock: true }, (directory, target, options) => directory.unlock(target, options));
}
