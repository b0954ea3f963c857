import { isAppError } from '../../../shared/errors.ts';
import type { Candidate } from '../accounts/candidate.ts';
import { recordEvent } from '../audit/record-event.ts';
import { randomId } from '../random-id.ts';
import { type ActDeps, journeyActor } from './act.ts';
import { advanceJourney } from './advance-journey.ts';
import { linkedToJoin } from './join-linked.ts';
import { type LoadedJourney, loadedJourney, type OpenStep } from './journey-state.ts';
import { openGoal } from './open-goal.ts';

/**
 * Brings a journey whose proof is complete to its next question. When a directory cannot be asked the journey stays in
 * waiting and the client's next poll tries again: a proof is never lost because a server is down.
 */
export async function prepareGoal(deps: ActDeps, journey: LoadedJourney): Promise<LoadedJourney> {
  if (journey.state.step.kind !== 'preparing') return journey;
  let step: OpenStep;
  let state = journey.state;
  let joined: Candidate[];
  try {
    joined = await linkedToJoin(deps, journey.state);
    state = { ...state, candidates: [...(state.candidates ?? []), ...joined] };
    step = await openGoal(deps, state);
  } catch (error) {
    if (!isAppError(error) || !error.code.startsWith('directory.')) throw error;
    if (error.code === 'directory.account-missing') return endMissing(deps, journey);
    deps.log.error('journey.directory-not-answering', { journey: journey.row.id, error });
    // The answer rests on the proof, which may be committed without a wait for the disk.
    await deps.store.flush();
    return {
      ...journey,
      state: { ...journey.state, step: { ...journey.state.step, message: { key: 'directory-not-answering', tone: 'error' } } },
    };
  }
  // Its page asks for the strength of what is typed, which takes a moment to get ready.
  if (step.kind === 'new-password' && journey.state.client.kind === 'web') deps.strength.prepare();
  if (joined.length === 0) return unlessPassed(deps, journey, () => advanceJourney(deps.store, journey, { ...journey.state, step }));
  return unlessPassed(deps, journey, () =>
    deps.store.transaction(async (store) => {
      await recordEvent(store, deps.clock, {
        type: 'journey.proof-complete',
        ...{ journey: journey.row.id, actor: journeyActor(deps.act, state) },
        ...{ accounts: joined.map(({ ref }) => ref), factors: state.proven },
      });
      return advanceJourney(store, journey, { ...state, step });
    }),
  );
}

/** The account was deleted since the journey began: asking again would never end. */
function endMissing(deps: ActDeps, journey: LoadedJourney): Promise<LoadedJourney> {
  const code = 'account.missing';
  const step = { id: randomId(deps.random), kind: 'refused' as const, code };
  return unlessPassed(deps, journey, () =>
    deps.store.transaction(async (store) => {
      await recordEvent(store, deps.clock, {
        type: 'journey.refused',
        journey: journey.row.id,
        actor: journeyActor(deps.act, journey.state),
        code,
      });
      return advanceJourney(store, journey, { ...journey.state, step });
    }),
  );
}

/** Of two polls one moves the journey on; the other one takes what it finds then. */
async function unlessPassed(deps: ActDeps, journey: LoadedJourney, move: () => Promise<LoadedJourney>): Promise<LoadedJourney> {
  try {
    return await move();
  } catch (error) {
    if (!isAppError(error, 'journey.step-passed')) throw error;
    const row = await deps.store.journeys.find(journey.row.id);
    if (row === null) throw error;
    return loadedJourney(row);
  }
}
