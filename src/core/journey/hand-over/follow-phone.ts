import type { Result } from '../../../../shared/api/journeys.ts';
import { isAppError } from '../../../../shared/errors.ts';
import { randomId } from '../../random-id.ts';
import type { ActDeps } from '../act.ts';
import { advanceJourney } from '../advance-journey.ts';
import { type JourneyState, type LoadedJourney, loadedJourney, type OpenStep } from '../journey-state.ts';
import { PHONE_PATIENCE } from '../phones.ts';

/** What a recovery was for, and has brought about, at this phone or at the one that it went on to. */
const GOOD: ReadonlySet<Result['outcome']> = new Set(['password-reset', 'unlocked', 'was-not-locked', 'password-kept', 'done-on-phone']);

/**
 * Moves a recovery on that waits for a phone: once the phone has brought it to an end, it ends here as well. Here is told that it was
 * done, and not for whom: whoever stands here may be somebody else.
 */
export async function followPhone(deps: ActDeps, journey: LoadedJourney): Promise<LoadedJourney> {
  const { state } = journey;
  if (state.step.kind !== 'handed-over') return journey;
  const [phone = null] = (await phonesOf(deps, journey)).slice(-1);
  const next = nextState(deps, journey, phone);
  if (next === null) return journey;
  try {
    return await advanceJourney(deps.store, journey, next);
  } catch (error) {
    if (!isAppError(error, 'journey.step-passed')) throw error;
    const fresh = await deps.store.journeys.find(journey.row.id);
    if (fresh === null) throw error;
    return loadedJourney(fresh);
  }
}

/** The phones that have taken a recovery over, one from the other; the last one has it. */
export async function phonesOf({ store }: Pick<ActDeps, 'store'>, { state: { step } }: LoadedJourney): Promise<LoadedJourney[]> {
  if (step.kind !== 'handed-over') return [];
  const row = await store.journeys.find(step.to);
  if (row === null) return [];
  const phone = loadedJourney(row);
  return [phone, ...(await phonesOf({ store }, phone))];
}

/** null: it still waits. */
function nextState(deps: ActDeps, { row, state }: LoadedJourney, phone: LoadedJourney | null): JourneyState | null {
  if (phone !== null && phone.row.status === 'open') {
    const isWriting = phone.state.step.kind === 'writing';
    // A phone that waits for somebody has longer, and so has who waits for the phone.
    const until = Math.max(phone.row.expiresAt, isWriting ? deps.act.at : 0) + PHONE_PATIENCE;
    if (phone.row.expiresAt > deps.act.at || isWriting) return until > row.expiresAt ? { ...state, until } : null;
  }
  return { ...state, step: lastStep(deps, phone) };
}

function lastStep({ random }: ActDeps, phone: LoadedJourney | null): OpenStep {
  const id = randomId(random);
  const step = phone?.state.step;
  const isDone = step?.kind === 'done' && step.results.some(({ outcome }) => GOOD.has(outcome));
  if (!isDone) return { id, kind: 'refused', code: 'journey.phone-ended' };
  return { id, kind: 'done', results: [{ account: null, outcome: 'done-on-phone' }], nextSteps: [] };
}
