import { AppError } from '../../../shared/errors.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { Account, Directory } from '../ports/directory.ts';

/** An account that an administrator has named, and where it is. */
export interface NamedAccount {
  readonly account: Account;
  readonly directory: Directory;
}

/**
 * The one account that a name finds, for somebody who may know that there is none.
 * @throws AppError `access.nobody-found` for none and for several, `directory.*`
 */
export async function findNamed(
  { directories }: Pick<CoreDeps, 'directories'>,
  { name, directory: where }: { name: string; directory?: string | undefined },
): Promise<NamedAccount> {
  const asked = directories.all().filter(({ id }) => where === undefined || id === where);
  const found = await Promise.all(
    asked.map(async (directory) => {
      const typed = directory.normaliseIdentifier(name);
      return typed === null ? [] : (await directory.findAccounts(typed)).map((account) => ({ account, directory }));
    }),
  );
  const [only, ...others] = found.flat();
  if (only === undefined || others.length > 0) throw new AppError('access.nobody-found');
  return only;
}
