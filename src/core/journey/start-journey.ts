import type { Client, Goal } from '../../../shared/api/journeys.ts';
import { AppError, type ErrorCode } from '../../../shared/errors.ts';
import { guardNames } from '../accounts/find-candidates.ts';
import { deviceDigest } from '../guard/places.ts';
import type { JourneyRow } from '../ports/store.ts';
import { randomId, randomToken } from '../random-id.ts';
import type { Act, ActDeps } from './act.ts';
import { lookUpDelay } from './afterwards.ts';
import { JOURNEY_GOALS } from './goals/goals.ts';
import type { JourneyDeps } from './journey-deps.ts';
import { type JourneyState, type LoadedJourney, loadedJourney, type OpenStep } from './journey-state.ts';
import { lookUp } from './look-up.ts';
import { workStep } from './steps/work-step.ts';
import { offeredGoals } from './what-counts.ts';

export interface StartJourney {
  goal: Goal;
  account: string;
  language: string;
  client: Client;
  /** The token of the browser's own cookie, if it has one. */
  device?: string | undefined;
}

/**
 * Begins a journey. What it does before it returns does not depend on whether the account exists: the guard counts the
 * address and the name, one row is written (two for user names). The directories are asked afterwards.
 * @param link for the goal `link-account`, which nobody begins otherwise: the session that asks
 * @returns the bearer token, shown to nobody else and kept only as a digest
 * @throws AppError `guard.slow-down`, `request.malformed` for a goal that is switched off
 */
export async function startJourney(
  deps: ActDeps,
  request: StartJourney,
  link?: { session: string },
): Promise<{ token: string; journey: LoadedJourney }> {
  const configuration = deps.configuration();
  const offered = offeredGoals(configuration, { client: request.client.kind, address: deps.act.address });
  // Another account is proven where one could sign in to it, and in a session alone.
  if (!offered.includes(link === undefined ? request.goal : 'sign-in')) throw new AppError('request.malformed', { path: 'goal' });
  const names = guardNames(deps.directories.all(), request.account);
  const { decision, work } = await deps.guard.countStart(deps.act.address, names);
  if (!decision.allowed) throw slowDown(deps.act, decision.retryAt);
  const state: JourneyState = {
    goal: request.goal,
    language: request.language,
    client: request.client,
    address: deps.act.address,
    typedName: request.account,
    guardNames: names,
    candidates: null,
    device: request.device === undefined ? null : deviceDigest(deps.keys, request.device),
    knownPlaces: [],
    hasWorked: false,
    proven: [],
    provenAt: null,
    ...(link === undefined ? {} : { link }),
    asked: {},
    selected: [],
    step: work > 0 ? await workStep(deps, work, 'begin') : firstStep(deps, request.goal),
  };
  const { token, journey } = newJourney(deps, state);
  await begin(deps, journey, work === 0);
  return { token, journey };
}

/** A journey that stands at the step of a state, and the token that opens it; not written yet. */
export function newJourney(deps: ActDeps, state: JourneyState): { token: string; journey: LoadedJourney } {
  const token = randomToken(deps.random);
  const now = deps.act.at;
  const row: JourneyRow = {
    id: randomId(deps.random),
    tokenDigest: deps.keys.digest('journey-token', token),
    version: 1,
    goal: state.goal,
    status: state.step.kind === 'done' ? 'ended' : 'open',
    state: JSON.stringify(state),
    createdAt: now,
    expiresAt: now + deps.configuration().recovery.journeyMinutes * 60_000,
  };
  return { token, journey: loadedJourney(row) };
}

/** What a goal without proof does unseen is queued at once, or when the work that is wanted first was done. */
async function begin(deps: JourneyDeps, journey: LoadedJourney, atOnce: boolean): Promise<void> {
  const goal = JOURNEY_GOALS[journey.state.goal];
  if (goal.asksForProof) return beginLookUp(deps, journey);
  if (!atOnce) return deps.store.journeys.insert(journey.row);
  await deps.store.transaction(async (store) => {
    await store.journeys.insert(journey.row);
    await goal.queue(deps, store, journey);
  });
}

/** Should this process die before the look-up, then whoever answers the first step has it done. */
async function beginLookUp(deps: JourneyDeps, journey: LoadedJourney): Promise<void> {
  await deps.store.journeys.insert(journey.row);
  deps.background.run('journey.look-up', async () => {
    const delay = lookUpDelay(deps);
    if (delay > 0) await deps.clock.sleep(delay);
    await lookUp(deps, journey);
  });
}

/** What a journey begins with, once work was done where it was wanted. */
export function firstStep(deps: JourneyDeps, name: Goal): OpenStep {
  const goal = JOURNEY_GOALS[name];
  const id = randomId(deps.random);
  return goal.asksForProof ? { id, kind: 'choose-factor' } : { ...goal.last, id };
}

/** The refusal of a caller who is too quick, or asks too often; `retryAfter` is in seconds. */
export function slowDown(act: Act, retryAt: number, code: ErrorCode = 'guard.slow-down'): AppError {
  return new AppError(code, { retryAfter: Math.max(1, Math.ceil((retryAt - act.at) / 1000)) });
}
