import { recordEvent } from '../audit/record-event.ts';
import { type ActDeps, journeyActor } from '../journey/act.ts';
import type { JourneyState, LoadedJourney, MessageKey } from '../journey/journey-state.ts';
import type { Store } from '../ports/store.ts';
import type { VouchOutcome } from '../ports/vouch-store.ts';
import { randomId } from '../random-id.ts';

/** Ends the request that a journey waits for, if it does, in the transaction in which the journey goes elsewhere. Each leaves one event. */
export async function endRequest(
  deps: ActDeps,
  store: Store,
  { row, state }: LoadedJourney,
  outcome: Extract<VouchOutcome, 'withdrawn' | 'expired'>,
): Promise<void> {
  const { step } = state;
  if (step.kind !== 'vouching' || !(await store.vouches.close(step.request, outcome, deps.act.at))) return;
  const about = { request: step.request, journey: row.id, account: step.account, actor: journeyActor(deps.act, state) };
  await recordEvent(store, deps.clock, { type: `vouch.${outcome}`, ...about });
}

/** Back at the choice of proofs, with as much time as a recovery has from here on. */
export function withoutAnswer(deps: ActDeps, state: JourneyState, message?: MessageKey): JourneyState {
  const step = { id: randomId(deps.random), kind: 'choose-factor' as const, ...(message === undefined ? {} : { message }) };
  return { ...state, until: endFromNow(deps), step };
}

/** When a journey ends that goes on now; milliseconds since 1970. */
export function endFromNow({ act, configuration }: ActDeps): number {
  return act.at + configuration().recovery.journeyMinutes * 60_000;
}
