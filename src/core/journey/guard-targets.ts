import { accountKey } from '../accounts/candidate.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { JourneyState } from './journey-state.ts';

/**
 * Whom failures and messages of this journey are counted against: the accounts themselves, whatever name was typed; for
 * a decoy the name, so that the same statements run.
 */
export function guardTargets(state: JourneyState): { target: string; account: AccountRef | null }[] {
  if (state.candidates === null || state.candidates.length === 0) return [{ target: `decoy/${state.guardNames.join(',')}`, account: null }];
  return state.candidates.map(({ ref }) => ({ target: accountKey(ref), account: ref }));
}
