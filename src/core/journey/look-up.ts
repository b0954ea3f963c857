import { isAppError } from '../../../shared/errors.ts';
import { accountKey } from '../accounts/candidate.ts';
import { type FoundCandidates, findCandidates } from '../accounts/find-candidates.ts';
import { recordEvent } from '../audit/record-event.ts';
import { typedNameDigest } from '../audit/typed-name.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import type { AccountRef } from '../ports/directory.ts';
import { acceptedCombinations } from './accepted-combinations.ts';
import { journeyStarter } from './act.ts';
import { advanceJourney } from './advance-journey.ts';
import { afterwardsDelay } from './afterwards.ts';
import { askedFrom } from './asked-from.ts';
import type { JourneyDeps } from './journey-deps.ts';
import { type LoadedJourney, loadedJourney } from './journey-state.ts';

/**
 * Asks the directories who the journey is about, once. Runs after the first answer has left, so that an outsider's clock
 * sees nothing of it; whoever answers the first step before it is over waits for it here.
 * @throws AppError `directory.*` when a directory cannot be asked; the journey stays as it is and may be tried again
 */
export async function lookUp(deps: JourneyDeps, journey: LoadedJourney): Promise<LoadedJourney> {
  const { state, row } = journey;
  if (state.candidates !== null) return journey;
  const found = await findCandidates(deps, state.typedName, acceptedCombinations(deps.configuration(), state.client));
  const candidates = state.tooManyJourneys ? [] : found.candidates;
  const owners = candidates.length > 0 || state.tooManyJourneys ? [] : await ownersToTell(deps, found, state.address);
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
        await recordEvent(store, deps.clock, { type: 'journey.leads-nowhere', ...about, reasons: reasonsOf(found, state.tooManyJourneys) });
      }
      // Where nobody is told, nobody is told in the same way: composed and queued like any other, and thrown away.
      for (const account of owners.length > 0 ? owners : [null]) {
        const { defaultLanguage: language } = deps.configuration().organisation;
        const asked = askedFrom(journeyStarter(state), row.createdAt);
        await queueNotice(deps, store, { kind: 'recovery-not-possible', account, language, asked }, runAt);
      }
      return advanceJourney(store, journey, { ...state, candidates });
    });
    return advanced;
  } catch (error) {
    if (!isAppError(error, 'journey.step-passed')) throw error;
    // Another request of the same journey looked it up at the same time: take what it found.
    const fresh = await deps.store.journeys.find(row.id);
    if (fresh === null) throw error;
    return lookUp(deps, loadedJourney(fresh));
  }
}

function reasonsOf(found: FoundCandidates, tooManyJourneys: boolean) {
  const reasons = found.refused.map(({ account, reason }) => ({
    account: account && { directory: account.directory, id: account.id },
    reason,
  }));
  return tooManyJourneys ? [...reasons, { account: null, reason: 'too-many-journeys' as const }] : reasons;
}

/** The owner of an account that cannot be recovered by oneself learns it by mail; the page says the same as always. */
async function ownersToTell(deps: JourneyDeps, found: FoundCandidates, address: string): Promise<AccountRef[]> {
  const owners: AccountRef[] = [];
  for (const { account, reason } of found.refused) {
    if (account === null || reason === 'paused' || reason === 'directory-trouble') continue;
    const ref = { directory: account.directory, id: account.id };
    if ((await deps.guard.countMessage(`hint/${accountKey(ref)}`, address)).allowed) owners.push(ref);
  }
  return owners;
}
