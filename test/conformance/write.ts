import type {
  AccountFingerprint,
  AccountRef,
  Directory,
  PreparedWrite,
  ResetOptions,
  WriteOutcome,
} from '../../src/core/ports/directory.ts';
import { missingAsOutcome } from '../../src/directory/ldap/missing-as-outcome.ts';

/** What core does around every write, for tests of a directory alone: prepares and writes. An account that is gone is an outcome. */
export function prepared(
  directory: Pick<Directory, 'prepareWrite'>,
  ref: AccountRef,
  write: (target: PreparedWrite) => Promise<WriteOutcome>,
): Promise<WriteOutcome> {
  return missingAsOutcome(async () => write(await directory.prepareWrite(ref)));
}

/** Prepares and resets. */
export function reset(
  directory: Pick<Directory, 'prepareWrite' | 'resetPassword'>,
  ref: AccountRef,
  newPassword: string,
  options?: ResetOptions,
): Promise<WriteOutcome> {
  return prepared(directory, ref, (target) => directory.resetPassword(target, newPassword, options));
}

/** Prepares and unlocks. */
export function unlock(directory: Pick<Directory, 'prepareWrite' | 'unlock'>, ref: AccountRef): Promise<WriteOutcome> {
  return prepared(directory, ref, (target) => directory.unlock(target));
}

/** Prepares and marks "must change". */
export function requireChange(directory: Pick<Directory, 'prepareWrite' | 'requireChange'>, ref: AccountRef): Promise<WriteOutcome> {
  return prepared(directory, ref, (target) => directory.requireChange(target));
}

/** The fingerprint on the server that would write. */
export async function fingerprint(directory: Pick<Directory, 'prepareWrite'>, ref: AccountRef): Promise<AccountFingerprint> {
  return (await directory.prepareWrite(ref)).fingerprint;
}
