import { AppError } from '../../../shared/errors.ts';
import { accountKey, type Candidate } from '../accounts/candidate.ts';
import { randomId } from '../random-id.ts';
import type { ActDeps } from './act.ts';
import { JOURNEY_GOALS } from './goals/goals.ts';
import type { JourneyState, OpenStep } from './journey-state.ts';

/** The candidates that the person means; all of them until they chose. */
export function selectedCandidates(state: JourneyState): Candidate[] {
  const all = state.candidates ?? [];
  return state.selected.length === 0 ? all : all.filter(({ ref }) => state.selected.includes(accountKey(ref)));
}

/**
 * The step after a complete proof: which account, if there are several; else what the goal asks for. Reads status and
 * policy live (DIR-5).
 * @throws AppError `directory.*`
 */
export async function openGoal(deps: ActDeps, state: JourneyState): Promise<OpenStep> {
  const id = randomId(deps.random);
  const chosen = selectedCandidates(state);
  const accounts = await Promise.all(
    chosen.map(async (candidate) => ({
      candidate,
      ...(await deps.directories.get(candidate.ref.directory).readFacts(candidate.ref, { locks: 'everywhere' })),
    })),
  );
  if (accounts.length > 1 && state.selected.length === 0) {
    return {
      id,
      kind: 'choose-accounts',
      locked: Object.fromEntries(accounts.map(({ candidate, status }) => [accountKey(candidate.ref), status.locked])),
    };
  }
  const goal = JOURNEY_GOALS[state.goal];
  if (!goal.asksForProof) throw new AppError('internal.unexpected', { goal: state.goal });
  return { ...(await goal.open(deps, state, accounts)), id };
}
