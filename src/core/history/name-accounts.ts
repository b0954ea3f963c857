import { isAppError } from '../../../shared/errors.ts';
import { termFor } from '../audit/event-terms.ts';
import type { CoreDeps, Directories } from '../core-deps.ts';
import type { AccountRef, Directory } from '../ports/directory.ts';

/** Names that are kept of an export at most. */
const MOST_KEPT = 10_000;

/** What an account is called now; null: its directory does not tell. */
export type NameOf = (account: AccountRef) => string | null;

/**
 * Looks up, live, what accounts are called: the log keeps what never changes, people read names. All of a page are asked for by one question
 * to each directory. One that fails is left alone for the rest of it: one that is down costs one wait.
 * @returns asks for what is not known yet, and tells the name of each
 */
export function createNames({
  directories,
  log,
}: Pick<CoreDeps, 'log'> & { directories: Pick<Directories, 'all'> }): (accounts: readonly AccountRef[]) => Promise<NameOf> {
  const names = new Map<string, string | null>();
  const failed = new Set<string>();

  async function ask(directory: Directory, ids: readonly string[]): Promise<void> {
    if (ids.length === 0 || failed.has(directory.id)) return;
    try {
      for (const account of await directory.readAccounts(ids)) names.set(termFor.account(account), account.login);
    } catch (error) {
      if (!isAppError(error)) throw error;
      log.warn('history.names-not-told', { directory: directory.id, error });
      failed.add(directory.id);
    }
  }

  return async (accounts) => {
    if (names.size > MOST_KEPT) names.clear();
    const missing = new Map(accounts.map((each) => [termFor.account(each), each]));
    for (const key of missing.keys()) if (names.has(key)) missing.delete(key);
    for (const key of missing.keys()) names.set(key, null);
    const wanted = [...missing.values()];
    const idsIn = ({ id }: Directory) => wanted.filter(({ directory }) => directory === id).map((each) => each.id);
    await Promise.all(directories.all().map((directory) => ask(directory, idsIn(directory))));
    return (account) => names.get(termFor.account(account)) ?? null;
  };
}
