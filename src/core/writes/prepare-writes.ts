import { type Barred, reasonToBar } from '../accounts/judge-account.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { AccountRef, LockOptions, PreparedWrite } from '../ports/directory.ts';

export interface PreparedWrites {
  readonly prepared: PreparedWrite[];
  /** Accounts that may not be written to by their owner; nothing is written while there is one. */
  readonly barred: { account: AccountRef; reason: Barred }[];
}

/**
 * Reads accounts on the servers that will write to them, and judges them by that reading: what was true when a journey began may not
 * be true when something is about to be written (DIR-8). Whether recovery is frozen is asked in the transaction that begins the write.
 * @param options `locks: 'everywhere'` for a write that unlocks as well
 * @throws AppError `directory.*`, among them `directory.account-missing`
 */
export async function prepareWrites(
  deps: Pick<CoreDeps, 'directories'>,
  refs: readonly AccountRef[],
  options: LockOptions = {},
): Promise<PreparedWrites> {
  const looked = await Promise.all(
    refs.map(async (account) => {
      const directory = deps.directories.get(account.directory);
      const prepared = await directory.prepareWrite(account, options);
      return { account, prepared, reason: reasonToBar(directory, prepared.status, prepared.protection, false) };
    }),
  );
  return {
    prepared: looked.map(({ prepared }) => prepared),
    barred: looked.flatMap(({ account, reason }) => (reason === null ? [] : [{ account, reason }])),
  };
}
