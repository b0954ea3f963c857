import { api, type Failure } from '../api.ts';
import { arrived, hasEnded, type JourneyState, type ShownStep, stateWithoutStep } from './journey-state.ts';
import { pause } from './pause.ts';

/** Between two questions: longer each time, so that a server that comes back is not run down. Milliseconds. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 5000;

/**
 * How long an answer that was cut off may still be under way at the server, milliseconds. Until then an open step says nothing.
 * Afterwards it may be answered again, which does nothing twice: an answer that comes in late meets a step that has passed.
 */
const UNDER_WAY = 10_000;

/**
 * Asks for the journey's step until it is known what became of an answer to what is `shown` that brought `failure`.
 * @returns undefined when it was given up by `signal`
 */
export async function findOut(shown: ShownStep, failure: Failure, signal: AbortSignal): Promise<JourneyState | undefined> {
  // Where the server itself has answered, nothing is under way any more.
  const settledAt = failure.kind === 'problem' ? 0 : Date.now() + UNDER_WAY;
  for (let wait = FIRST_PAUSE; await pause(wait, signal); wait = Math.min(wait * 2, LONGEST_PAUSE)) {
    const outcome = await api.stepOf(shown.journey, signal);
    if (outcome.ok) {
      if (outcome.value.step.id !== shown.step.id) return arrived(outcome.value, { passed: true });
      if (Date.now() >= settledAt)
        return arrived(outcome.value, { failure: failure.kind === 'problem' ? failure : { kind: 'still-open' } });
    } else if (hasEnded(outcome.failure)) return stateWithoutStep(outcome.failure);
  }
  return undefined;
}
