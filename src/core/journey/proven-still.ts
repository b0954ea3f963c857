import { accountKey } from '../accounts/candidate.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import type { JourneyState } from './journey-state.ts';

/**
 * Whether what was shown in a journey proves the owner of an account still: what was enrolled for another account of the same person does
 * so for as long as the two are linked. Whoever parts them means also what was proven before, and has not done its work yet.
 * @param now milliseconds since 1970: a link that waits does not count
 */
export async function isProvenStill(
  { people }: Pick<Store, 'people'>,
  { proven, shown }: Pick<JourneyState, 'proven' | 'shown'>,
  account: AccountRef,
  now: number,
): Promise<boolean> {
  const linked = (await people.linkedTo(account)).filter(({ countsFrom }) => countsFrom <= now);
  const keys = new Set([accountKey(account), ...linked.map(({ directory, accountId: id }) => accountKey({ directory, id }))]);
  return proven.every((kind) => {
    const owners = (shown?.[kind] ?? []).map(({ owner }) => owner);
    return owners.length === 0 || owners.some((owner) => owner === null || keys.has(owner));
  });
}
