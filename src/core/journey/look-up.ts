import { isAppError } from '../../../shared/errors.ts';
import { accountKey, type Candidate } from '../accounts/candidate.ts';
import { type FoundCandidates, findCandidates } from '../accounts/find-candidates.ts';
import { nobodyIn } from '../accounts/look-as-if-found.ts';
import { recordEvent } from '../audit/record-event.ts';
import { typedNameDigest } from '../audit/typed-name.ts';
import { placesOf } from '../guard/places.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import type { AccountRef } from '../ports/directory.ts';
import { provesAsSignIn } from '../proof/proves-as-sign-in.ts';
import { rulesFor } from '../proof/rules-for.ts';
import { MAYBE_VOUCHED_FOR } from '../vouching/approvers.ts';
import { journeyStarter } from './act.ts';
import { advanceJourney } from './advance-journey.ts';
import { afterwardsDelay } from './afterwards.ts';
import { askedFrom } from './asked-from.ts';
import type { JourneyDeps } from './journey-deps.ts';
import { type LoadedJourney, loadedJourney } from './journey-state.ts';
import { situationOf } from './what-counts.ts';

const DAY = 24 * 3600 * 1000;

/**
 * Asks the directories who the journey is about, once. Runs after the first answer has left, so that an outsider's clock
 * sees nothing of it; whoever answers the first step before it is over waits for it here.
 * @throws AppError `directory.*` when a directory cannot be asked; the journey stays as it is and may be tried again
 */
export async function lookUp(deps: JourneyDeps, journey: LoadedJourney): Promise<LoadedJourney> {
  const { state, row } = journey;
  if (state.candidates !== null) return journey;
  const underWay = deps.lookUps.get(row.id) ?? askDirectories(deps, journey).finally(() => deps.lookUps.delete(row.id));
  deps.lookUps.set(row.id, underWay);
  const found = await underWay;
  // It may have been begun by a request in another language.
  return { ...found, state: { ...found.state, language: state.language } };
}

async function askDirectories(deps: JourneyDeps, journey: LoadedJourney): Promise<LoadedJourney> {
  const { state, row } = journey;
  const found = await findCandidates(deps, state.typedName, {
    ...situationOf(state),
    rules: rulesFor(deps.configuration(), state.goal),
    canBeVouchedFor: MAYBE_VOUCHED_FOR,
  });
  const { candidates } = found;
  const owners = candidates.length > 0 || provesAsSignIn(state.goal) ? [] : await ownersToTell(deps, found);
  const knownPlaces = await knownPlacesOf(deps, journey, candidates);
  const runAt = row.createdAt + afterwardsDelay(deps);
  const about = {
    journey: row.id,
    actor: journeyStarter(state),
    goal: state.goal,
    nameDigest: typedNameDigest(deps.keys, state.typedName),
  };
  try {
    const advanced = await deps.store.transaction(async (store) => {
      if (candidates.length > 0) {
        await recordEvent(store, deps.clock, { type: 'journey.started', ...about, accounts: candidates.map(({ ref }) => ref) });
      } else {
        await recordEvent(store, deps.clock, { type: 'journey.leads-nowhere', ...about, reasons: reasonsOf(found) });
      }
      // Where nobody is told, nobody is told in the same way: composed and queued like any other, and thrown away.
      // Who cannot sign in hears nothing: the notice speaks of recovery.
      for (const account of owners.length > 0 ? owners : provesAsSignIn(state.goal) ? [] : [null]) {
        const { defaultLanguage: language } = deps.configuration().organisation;
        const asked = askedFrom(journeyStarter(state), row.createdAt);
        await queueNotice(deps, store, { kind: 'recovery-not-possible', account, language, asked }, { runAt });
      }
      return advanceJourney(store, journey, { ...state, candidates, knownPlaces });
    });
    return advanced;
  } catch (error) {
    if (!isAppError(error, 'journey.step-passed')) throw error;
    // Another node looked it up at the same time: take what it found.
    const fresh = await deps.store.journeys.find(row.id);
    if (fresh === null) throw error;
    const other = loadedJourney(fresh);
    return other.state.candidates === null ? askDirectories(deps, other) : other;
  }
}

function reasonsOf(found: FoundCandidates) {
  return found.refused.map(({ account, reason }) => ({
    account: account && { directory: account.directory, id: account.id },
    reason,
  }));
}

/** Which of this journey's places the owners of its candidates have succeeded from. */
export async function knownPlacesOf(deps: JourneyDeps, { row, state }: LoadedJourney, candidates: readonly Candidate[]): Promise<string[]> {
  const since = row.createdAt - deps.configuration().guard.knownPlaceDays * DAY;
  // Where there is nobody the same is asked.
  const refs = candidates.length > 0 ? candidates.map(({ ref }) => ref) : [nobodyIn('none')];
  const known = await Promise.all(
    refs.map((ref) => {
      const { network, device } = placesOf(deps.keys, ref, state.address, state.device);
      return deps.store.knownPlaces.known(ref, device === null ? [network] : [network, device], since);
    }),
  );
  return known.flat();
}

/** The owner of an account that cannot be recovered by oneself learns it by mail, once a day; the page says the same as always. */
async function ownersToTell(deps: JourneyDeps, found: FoundCandidates): Promise<AccountRef[]> {
  const owners: AccountRef[] = [];
  for (const { account, reason } of found.refused) {
    if (account === null || reason === 'directory-trouble') continue;
    const ref = { directory: account.directory, id: account.id };
    if (await deps.guard.tellsNow(deps.store, `not-possible/${accountKey(ref)}`)) owners.push(ref);
  }
  return owners;
}
