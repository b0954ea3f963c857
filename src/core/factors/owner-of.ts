import type { AccountRef } from '../ports/directory.ts';
import type { FactorRow } from '../ports/store.ts';

/** The account for which a factor was enrolled, to which its secret is bound; it proves those that are linked to it as well. */
export function ownerOf({ directory, accountId }: FactorRow): AccountRef {
  return { directory, id: accountId };
}
