import type { Actor } from '../audit/events.ts';
import type { JourneyDeps } from './journey-deps.ts';
import type { JourneyState } from './journey-state.ts';

/** One request to a journey: when it came, and from where. */
export interface Act {
  /**
   * When it arrived, before anything was done for it; milliseconds since 1970. The one time from which instants that leave in
   * answers are counted: a clock read after work that depends on who exists would tell how long that work took (JRN-4).
   */
  readonly at: number;
  /**
   * Where the audit log ended when it arrived, before anything was judged. Told with an answer to a step, and by whoever else may have
   * something proven; absent, what it proves counts for nothing.
   */
  readonly logEnd?: number | undefined;
  /** Network address of the caller. */
  readonly address: string;
  /** The language in which the page that asks is shown now, where it is a page: the journey goes on in it. */
  readonly language?: string;
  /** A fresh token that a browser without one gets, if this request completes the proof. */
  readonly newDevice?: string;
}

/** What is given to whatever is done for one request. */
export interface ActDeps extends JourneyDeps {
  readonly act: Act;
}

/** Who acts in a journey, for the audit log: the caller of this request, who may not be the one who started it. */
export function journeyActor({ address }: Act, state: JourneyState): Actor {
  const startedFrom = address === state.address ? {} : { startedFrom: state.address };
  return { kind: 'self', address, ...startedFrom, client: state.client.kind };
}

/** Who started a journey, for what is done afterwards on account of the start. */
export function journeyStarter({ address, client }: JourneyState): Actor {
  return { kind: 'self', address, client: client.kind };
}
