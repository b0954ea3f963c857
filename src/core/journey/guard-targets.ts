import type { FactorKind } from '../../../shared/api/journeys.ts';
import { accountKey, type Candidate } from '../accounts/candidate.ts';
import { FACTOR_TRAITS } from '../factors/kinds.ts';
import type { Asked } from '../guard/guard.ts';
import { networkOf } from '../guard/network-of.ts';
import { placesOf } from '../guard/places.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { FactorRow } from '../ports/store.ts';
import type { ActDeps } from './act.ts';
import type { JourneyState } from './journey-state.ts';

/**
 * Whom failures and messages of this journey are counted against: the accounts themselves, whatever name was typed; for
 * a decoy the name, so that the same statements run. The place is where this request comes from.
 */
export function askedOf(deps: Pick<ActDeps, 'act' | 'keys'>, state: JourneyState): (Asked & { account: AccountRef | null })[] {
  const network = networkOf(deps.act.address);
  if (state.candidates === null || state.candidates.length === 0) {
    const target = decoyTarget(state);
    // Nobody has been anywhere; it takes as long to look for where they were.
    // Stryker disable next-line all: only the time that it takes is wanted, wherever nobody was
    placesOf(deps.keys, { directory: '', id: target }, deps.act.address, state.device);
    return [{ target, place: network, isKnown: false, account: null }];
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

/** A candidate, and whose the factors are that count for them. */
export interface FactorOwners {
  readonly candidate: Pick<Candidate, 'ref'>;
  readonly factors: readonly Pick<FactorRow, 'directory' | 'accountId' | 'kind'>[];
}

/**
 * Whom an answer to a proof of a kind is counted against: the accounts of the journey, and those linked to them whose proofs it could
 * be, so that several names of one person give nobody more guesses at them. Each of the others is asked from where the account is that
 * led to it, and known there if its owner is. A password proves its own account alone.
 * @param enrolled everything that is enrolled for the candidates
 */
export function guessedAt(
  deps: Pick<ActDeps, 'act' | 'keys'>,
  state: JourneyState,
  kind: FactorKind,
  enrolled: readonly FactorOwners[],
): Asked[] {
  const own = askedOf(deps, state);
  const all = new Map<string, Asked>(own.map(({ target, place, isKnown }) => [target, { target, place, isKnown }]));
  const { leads, ofAnotherAccount } = FACTOR_TRAITS[kind];
  if (leads === true) return [...all.values()];
  const names = new Set(all.keys());
  for (const { candidate, factors } of enrolled) {
    const by = all.get(accountKey(candidate.ref));
    // What is another account's own password is guessed at by nothing else.
    for (const { directory, accountId } of factors.filter((row) => ofAnotherAccount ?? FACTOR_TRAITS[row.kind].ofAnotherAccount !== true)) {
      const ref = { directory, id: accountId };
      const target = accountKey(ref);
      if (by === undefined || names.has(target) || all.get(target)?.isKnown === true) continue;
      // The same device is one place, whichever account led here.
      const { device } = placesOf(deps.keys, ref, deps.act.address, state.device);
      all.set(target, { target, place: by.place.startsWith('device ') ? `device ${device}` : by.place, isKnown: by.isKnown });
    }
  }
  return [...all.values()];
}

/** What stands for the account where a name leads to none. */
export function decoyTarget(state: Pick<JourneyState, 'guardNames'>): string {
  return `decoy/${state.guardNames.join(',')}`;
}
