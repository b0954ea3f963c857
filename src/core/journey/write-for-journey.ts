import { AppError } from '../../../shared/errors.ts';
import { accountKey } from '../accounts/candidate.ts';
import { randomId } from '../random-id.ts';
import type { WriteRequest, WriteResult, WriteVerb } from '../writes/directory-write.ts';
import { advanceJourney } from './advance-journey.ts';
import { journeyActor } from './journey-actor.ts';
import type { JourneyDeps } from './journey-deps.ts';
import type { LoadedJourney, OpenStepOf } from './journey-state.ts';
import { selectedCandidates } from './open-goal.ts';
import { stepAfterWrites } from './step-after-writes.ts';
import type { Transition } from './step-handler.ts';

/**
 * Has the write of a journey done: the transaction of the intents also takes the step, so that a second click finds it
 * passed; the transaction of the outcomes also moves the journey on.
 */
export async function writeForJourney(
  deps: JourneyDeps,
  journey: LoadedJourney,
  verb: WriteVerb,
  write: (request: WriteRequest) => Promise<WriteResult[]>,
): Promise<Transition> {
  let current = journey;
  const { state } = journey;
  const from = state.step;
  if (from.kind !== 'new-password' && from.kind !== 'confirm-unlock') throw new AppError('journey.answer-not-fitting');
  await write({
    accounts: selectedCandidates(state).map(({ ref }) => ref),
    actor: journeyActor(state),
    proof: state.proven,
    journeyId: journey.row.id,
    language: state.language,
    consume: async (store, intents) => {
      const step: OpenStepOf<'writing'> = {
        id: randomId(deps.random),
        kind: 'writing',
        intents: Object.fromEntries(intents.map((intent) => [intent.id, accountKey(intent.account)])),
        verb,
        from,
      };
      current = await advanceJourney(store, journey, { ...state, step });
    },
    conclude: async (store, results) => {
      if (results.some((result) => result.status === 'unknown')) return;
      const step = stepAfterWrites(deps, state.goal, from, verb, results);
      current = await advanceJourney(store, current, { ...state, step });
    },
  });
  return { kind: 'advanced', journey: current };
}
