import type { Account, Directory } from '../../src/core/ports/directory.ts';

/** The one account with this login. */
export async function accountOf(directory: Directory, login: string): Promise<Account> {
  const [account] = await directory.findAccounts(directory.normaliseIdentifier(login) ?? '');
  if (account === undefined) throw new Error(`the directory does not find ${login}`);
  return account;
}
