import { AppError } from '../../shared/errors.ts';
import type { Account, Directory } from '../core/ports/directory.ts';

/** An account that a name on the command line finds, and where. */
export interface FoundAccount {
  readonly account: Account;
  readonly directory: Directory;
}

/** All directories, or the one that is named. @throws AppError `directory.not-configured` */
export function namedDirectories(directories: readonly Directory[], id?: string): Directory[] {
  const named = directories.filter((directory) => id === undefined || directory.id === id);
  if (named.length > 0) return named;
  throw new AppError('directory.not-configured', { directory: id ?? 'none', known: directories.map((directory) => directory.id) });
}

/**
 * Every account that a name finds, in one directory when it is named.
 * @throws AppError `directory.account-missing`, `directory.not-configured`, and what the directories throw
 */
export async function findAccounts(directories: readonly Directory[], name: string, directoryId?: string): Promise<FoundAccount[]> {
  const asked = namedDirectories(directories, directoryId);
  const found = await Promise.all(
    asked.map(async (directory) => (await directory.findAccounts(name)).map((account) => ({ account, directory }))),
  );
  if (found.flat().length === 0) throw new AppError('directory.account-missing', { name });
  return found.flat();
}

/** The one account that a name finds. @throws AppError as `findAccounts`, and `directory.ambiguous` */
export async function findOneAccount(directories: readonly Directory[], name: string, directoryId?: string): Promise<FoundAccount> {
  const [found, ...others] = await findAccounts(directories, name, directoryId);
  if (found === undefined || others.length > 0) {
    throw new AppError('directory.ambiguous', { name, accounts: others.length + 1, fix: 'name one with --directory' });
  }
  return found;
}
