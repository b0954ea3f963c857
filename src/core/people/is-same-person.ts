import { accountKey } from '../accounts/candidate.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';

/**
 * Whether two accounts are one person's: by a link that counts, that waits, or that was there before. Whoever parts their accounts is no
 * second person by it.
 */
export async function isSamePerson({ people }: Pick<Store, 'people'>, one: AccountRef, other: AccountRef): Promise<boolean> {
  const own = await people.accountsOf(one);
  if (own.some((account) => accountKey(account) === accountKey(other))) return true;
  for (const account of own) if (await people.wereParted(account, other)) return true;
  return false;
}
