import { accountKey } from '../accounts/candidate.ts';
import { recordEvent } from '../audit/record-event.ts';
import { deviceDigest, placesOf } from '../guard/places.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { randomId } from '../random-id.ts';
import { acceptedCombinations, isProofComplete } from './accepted-combinations.ts';
import { type ActDeps, journeyActor } from './act.ts';
import { askedOf } from './guard-targets.ts';
import type { JourneyState, LoadedJourney, PromptStep } from './journey-state.ts';

/** The journey goes on with one proof more; a complete proof leads to what it was given for. */
export async function acceptProof(
  deps: ActDeps,
  store: Store,
  journey: LoadedJourney,
  { step, accounts }: { step: PromptStep; accounts: AccountRef[] },
): Promise<JourneyState> {
  const proven = [...journey.state.proven, step.factor];
  const complete = isProofComplete(acceptedCombinations(deps.configuration(), journey.state.client), proven);
  const { newDevice } = deps.act;
  const device = journey.state.device ?? (complete && newDevice !== undefined ? deviceDigest(deps.keys, newDevice) : null);
  const state: JourneyState = { ...journey.state, proven, device, candidates: narrowCandidates(journey.state, accounts) };
  // Counters before the audit log, as everywhere: one order of locks, so that two nodes never wait for each other.
  if (complete) {
    await deps.guard.clearFailures(store, askedOf(deps, state));
    await rememberPlaces(deps, store, state);
  }
  const about = { journey: journey.row.id, actor: journeyActor(deps.act, state), accounts };
  await recordEvent(store, deps.clock, { type: 'journey.proof-accepted', ...about, factor: step.factor });
  if (!complete) {
    return { ...state, step: { id: randomId(deps.random), kind: 'choose-factor' } };
  }
  await recordEvent(store, deps.clock, { type: 'journey.proof-complete', ...about, factors: proven });
  return { ...state, provenAt: deps.act.at, step: { id: randomId(deps.random), kind: 'preparing' } };
}

/** Where the owner succeeded they are at home: what strangers use up is never taken from there. */
async function rememberPlaces(deps: ActDeps, store: Store, state: JourneyState): Promise<void> {
  if (deps.configuration().guard.knownPlaceDays === 0) return;
  for (const { ref } of state.candidates ?? []) {
    const { network, device } = placesOf(deps.keys, ref, deps.act.address, state.device);
    await store.knownPlaces.remember(ref, device === null ? [network] : [network, device], deps.act.at);
  }
}

/** Keeps only the candidates whose accounts were proven by an answer. */
function narrowCandidates(state: JourneyState, proven: readonly AccountRef[]): JourneyState['candidates'] {
  const keys = new Set(proven.map((ref) => accountKey(ref)));
  return (state.candidates ?? []).filter(({ ref }) => keys.has(accountKey(ref)));
}
