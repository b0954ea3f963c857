import { AppError } from '../../../shared/errors.ts';
import type { Actor } from '../audit/events.ts';
import type { ActDeps } from '../journey/act.ts';
import type { Account, Directory } from '../ports/directory.ts';
import { type Caller, callerKey, isApiToken } from './caller.ts';
import { countSearch } from './count-search.ts';

/** An account that an administrator has named, and where it is. */
export interface NamedAccount {
  readonly account: Account;
  readonly directory: Directory;
}

/**
 * The one account that a name finds, for somebody who may know that there is none. Counted as every search for people is: whoever has
 * stolen the session, or the token, does not try names out by it.
 * @throws AppError `access.nobody-found` for none and for several, `people.searched-too-often`, `directory.*`
 */
export async function findNamed(
  deps: ActDeps,
  { caller, actor }: { readonly caller: Caller; readonly actor: Actor },
  { name, directory: where }: { name: string; directory?: string | undefined },
): Promise<NamedAccount> {
  await countSearch(deps, { agent: callerKey(caller), ...(isApiToken(caller) ? {} : { session: caller }), actor, where: '' });
  const asked = deps.directories.all().filter(({ id }) => where === undefined || id === where);
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
