import type { Candidate } from '../../accounts/candidate.ts';
import type { AccountFacts } from '../../ports/directory.ts';
import type { Store } from '../../ports/store.ts';
import type { ActDeps } from '../act.ts';
import type { JourneyDeps } from '../journey-deps.ts';
import type { JourneyState, LoadedJourney, OpenStep } from '../journey-state.ts';

/** An account that was proven, with its state and policy as they are now. */
export interface ProvenAccount extends AccountFacts {
  readonly candidate: Candidate;
}

/** A step without its id. */
export type OpenedStep = OpenStep extends infer Step ? (Step extends OpenStep ? Omit<Step, 'id'> : never) : never;

/** A goal that needs a proof. By which one the rules of proof say. */
export interface ProvenGoal {
  readonly asksForProof: true;
  /** It is about one account and no more, whatever several of them were proven. */
  readonly oneAccount?: true;
  /** What is asked once the proof is complete, and one account or several are meant; the answer to it does what the goal is for. */
  open(deps: ActDeps, state: JourneyState, accounts: readonly ProvenAccount[]): OpenedStep | Promise<OpenedStep>;
}

/** A goal that needs none: it is over for the person as soon as it has begun, and whatever is done is done unseen. */
export interface ToldGoal {
  readonly asksForProof: false;
  /** The last step, the same whoever is meant. */
  readonly last: OpenedStep;
  /** Queues what is done unseen, in the transaction that begins the journey, or in which work for it was accepted. */
  queue(deps: JourneyDeps, store: Store, journey: LoadedJourney): Promise<void>;
}

/** What a journey can be for: one file each. Steps, guard, decoys, hold times, audit and the protocol are the machine's, for all of them. */
export type JourneyGoal = ProvenGoal | ToldGoal;
