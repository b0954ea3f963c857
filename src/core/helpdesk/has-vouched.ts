import { accountOfKey } from '../accounts/candidate.ts';
import type { JourneyState } from '../journey/journey-state.ts';
import { isSamePerson } from '../people/is-same-person.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';

/**
 * Whether somebody, by whichever of their accounts, has vouched for a caller: alone, or beside what the caller gave on their own device. That
 * is all they have to say in the case: whoever acts in it, or approves what is done, would rest it on their own word.
 * @param shown what the caller has shown
 */
export async function hasVouched(store: Pick<Store, 'people'>, who: AccountRef, shown: JourneyState['shown']): Promise<boolean> {
  for (const { by } of shown?.manager ?? []) {
    const voucher = by === undefined ? null : accountOfKey(by);
    if (voucher !== null && (await isSamePerson(store, who, voucher))) return true;
  }
  return false;
}
