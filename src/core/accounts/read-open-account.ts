import { isAppError } from '../../../shared/errors.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { Account, AccountRef } from '../ports/directory.ts';
import { reasonToBar } from './judge-account.ts';

/**
 * An account as its directory has it now, where nothing bars its owner: it is neither protected nor closed. Whether it is frozen the
 * database tells, in the transaction of what is done.
 * @returns null: it is gone, or barred
 * @throws AppError `directory.*`, `configuration.*` where its directory is configured no more
 */
export async function readOpenAccount({ directories }: Pick<CoreDeps, 'directories'>, ref: AccountRef): Promise<Account | null> {
  const directory = directories.get(ref.directory);
  const account = await directory.readAccount(ref);
  if (account === null) return null;
  try {
    const { status, protection } = await directory.readStanding(account);
    return reasonToBar(directory, status, protection, false) === null ? account : null;
  } catch (error) {
    // Gone since it was read.
    if (isAppError(error, 'directory.account-missing')) return null;
    throw error;
  }
}
