import { accountKey } from '../accounts/candidate.ts';
import type { Asked } from '../guard/guard.ts';
import { networkOf } from '../guard/network-of.ts';
import { placesOf } from '../guard/places.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { ActDeps } from './act.ts';
import type { JourneyState } from './journey-state.ts';

/**
 * Whom failures and messages of this journey are counted against: the accounts themselves, whatever name was typed; for
 * a decoy the name, so that the same statements run. The place is where this request comes from.
 */
export function askedOf(deps: Pick<ActDeps, 'act' | 'keys'>, state: JourneyState): (Asked & { account: AccountRef | null })[] {
  const network = networkOf(deps.act.address);
  if (state.candidates === null || state.candidates.length === 0) {
    return [{ target: decoyTarget(state), place: network, isKnown: false, account: null }];
  }
  return state.candidates.map(({ ref }) => {
    const places = placesOf(deps.keys, ref, deps.act.address, state.device);
    // Stryker disable next-line ConditionalExpression: null is no place that anybody remembers; the compiler wants it said
    const isKnownDevice = places.device !== null && state.knownPlaces.includes(places.device);
    return {
      target: accountKey(ref),
      place: isKnownDevice ? `device ${places.device}` : network,
      isKnown: isKnownDevice || state.knownPlaces.includes(places.network),
      account: ref,
    };
  });
}

/** What stands for the account where a name leads to none. */
export function decoyTarget(state: Pick<JourneyState, 'guardNames'>): string {
  return `decoy/${state.guardNames.join(',')}`;
}
