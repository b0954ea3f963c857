import { accountKey } from '../accounts/candidate.ts';
import { recordEvent, recordEvents } from '../audit/record-event.ts';
import type { Proof } from '../factors/factor.ts';
import { deviceDigest, placesOf } from '../guard/places.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { randomId } from '../random-id.ts';
import { type ActDeps, journeyActor } from './act.ts';
import { askForOnly } from './ask-for-proof.ts';
import type { EnrolledFor } from './enrolled-for.ts';
import { askedOf } from './guard-targets.ts';
import type { JourneyState, LoadedJourney, PromptStep } from './journey-state.ts';
import { endProof } from './refuse-proof.ts';
import { shownOf } from './shown-proof.ts';
import { completeAmong, kindsNow } from './what-counts.ts';

/** An answer that proved something. */
export interface Accepted {
  /** What was asked for. */
  step: Pick<PromptStep, 'factor'>;
  /** What was shown, of which accounts. */
  proofs: readonly Pick<Proof, 'account' | 'factor' | 'by' | 'renew'>[];
  /** There are failures that a complete proof clears. */
  anyFailures: boolean;
  /** Everything that is enrolled for the candidates. */
  enrolled: EnrolledFor;
}

/**
 * The journey goes on with one proof more. As soon as the rule of an account is met it goes on with those of which that is so: whoever
 * means another one of the same name, which asks for more, names it more exactly.
 */
export async function acceptProof(
  deps: ActDeps,
  store: Store,
  journey: LoadedJourney,
  { step, proofs, anyFailures, enrolled }: Accepted,
): Promise<JourneyState> {
  const proven = [...journey.state.proven, step.factor];
  const accounts = proofs.map(({ account }) => account);
  const shown = { ...journey.state.shown, [step.factor]: shownOf(step.factor, proofs, enrolled.ofKind(step.factor), deps.act.logEnd) };
  const narrowed: JourneyState = {
    ...journey.state,
    proven,
    shown,
    ...renewalsOf(journey.state, proofs),
    candidates: narrowCandidates(journey.state, accounts),
  };
  const candidates = completeAmong(deps, narrowed, narrowed.candidates ?? []);
  const about = { journey: journey.row.id, actor: journeyActor(deps.act, narrowed), accounts };
  if (candidates.length === 0) {
    await recordEvent(store, deps.clock, { type: 'journey.proof-accepted', ...about, factor: step.factor });
    // What was offered first was the same for everybody, and so may have been of no use here.
    const kinds = kindsNow(deps, narrowed);
    if (kinds.length === 0) return endProof(deps, store, { ...journey, state: narrowed }, 'journey.no-proof-left');
    const next = await askForOnly(deps, store, { ...journey, state: narrowed }, { kinds, enrolled });
    return next ?? { ...narrowed, step: { id: randomId(deps.random), kind: 'choose-factor' } };
  }
  const { newDevice } = deps.act;
  const device = narrowed.device ?? (newDevice === undefined ? null : deviceDigest(deps.keys, newDevice));
  const state: JourneyState = { ...narrowed, device, candidates };
  // Counters before the audit log, as everywhere: one order of locks, so that two nodes never wait for each other.
  if (anyFailures) await deps.guard.clearFailures(store, askedOf(deps, state));
  await rememberPlaces(deps, store, state);
  const met = candidates.map(({ ref }) => ref);
  await recordEvents(
    store,
    deps.clock,
    { type: 'journey.proof-accepted', ...about, factor: step.factor },
    { type: 'journey.proof-complete', ...about, accounts: met, factors: proven },
  );
  return { ...state, provenAt: deps.act.at, logEnd: deps.act.logEnd, step: { id: randomId(deps.random), kind: 'preparing' } };
}

/** Where the owner succeeded they are at home: what strangers use up is never taken from there. */
async function rememberPlaces(deps: ActDeps, store: Store, state: JourneyState): Promise<void> {
  if (deps.configuration().guard.knownPlaceDays === 0) return;
  for (const { ref } of state.candidates ?? []) {
    const { network, device } = placesOf(deps.keys, ref, deps.act.address, state.device);
    await store.knownPlaces.remember(ref, device === null ? [network] : [network, device], deps.act.at);
  }
}

function renewalsOf({ renewals }: JourneyState, proofs: Accepted['proofs']): Pick<JourneyState, 'renewals'> {
  const told = proofs.flatMap(({ account, renew }) => (renew === undefined ? [] : [[accountKey(account), renew] as const]));
  return told.length === 0 ? {} : { renewals: { ...renewals, ...Object.fromEntries(told) } };
}

/** Keeps only the candidates whose accounts were proven by an answer. */
function narrowCandidates(state: JourneyState, proven: readonly AccountRef[]): JourneyState['candidates'] {
  const keys = new Set(proven.map((ref) => accountKey(ref)));
  return (state.candidates ?? []).filter(({ ref }) => keys.has(accountKey(ref)));
}
