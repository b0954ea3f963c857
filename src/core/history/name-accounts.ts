import { isAppError } from '../../../shared/errors.ts';
import { termFor } from '../audit/event-terms.ts';
import type { CoreDeps, Directories } from '../core-deps.ts';
import type { AccountRef } from '../ports/directory.ts';

/** Entries that are asked for at the same time, and names that are kept of an export at most. */
const AT_ONCE = 8;
const MOST_KEPT = 10_000;

/** What an account is called now; null: its directory does not tell. */
export type NameOf = (account: AccountRef) => string | null;

/**
 * Looks up, live, what accounts are called: the log keeps what never changes, people read names. A directory that fails is left alone for
 * the rest of it: one that is down costs one wait and not one for each account.
 * @returns asks for what is not known yet, and tells the name of each
 */
export function createNames({
  directories,
  log,
}: Pick<CoreDeps, 'log'> & { directories: Pick<Directories, 'all'> }): (accounts: readonly AccountRef[]) => Promise<NameOf> {
  const names = new Map<string, string | null>();
  const failed = new Set<string>();

  async function ask(ref: AccountRef): Promise<string | null> {
    const directory = directories.all().find(({ id }) => id === ref.directory);
    if (directory === undefined || failed.has(ref.directory)) return null;
    try {
      return (await directory.readAccount(ref))?.login ?? null;
    } catch (error) {
      if (!isAppError(error)) throw error;
      if (!failed.has(ref.directory)) log.warn('history.names-not-told', { directory: ref.directory, error });
      failed.add(ref.directory);
      return null;
    }
  }

  return async (accounts) => {
    if (names.size > MOST_KEPT) names.clear();
    const wanted = new Map(accounts.map((each) => [termFor.account(each), each]));
    const missing = [...wanted].filter(([key]) => !names.has(key));
    for (let from = 0; from < missing.length; from += AT_ONCE) {
      const some = missing.slice(from, from + AT_ONCE);
      await Promise.all(some.map(async ([key, each]) => void names.set(key, await ask(each))));
    }
    return (account) => names.get(termFor.account(account)) ?? null;
  };
}
