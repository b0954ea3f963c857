import type { Prompt } from '../factors/factor.ts';
import type { Clock } from '../ports/platform.ts';
import type { ActDeps } from './act.ts';
import type { LoadedJourney } from './journey-state.ts';

/** Steps before the proof is complete: here the clock must not tell a real account from a decoy. */
// Stryker disable BooleanLiteral: that a step is named here is what counts
const UNPROVEN: Readonly<Record<Prompt | 'proof-of-work' | 'choose-factor' | 'judging', true>> = {
  'proof-of-work': true,
  'choose-factor': true,
  code: true,
  passkey: true,
  password: true,
  questions: true,
  'linked-password': true,
  judging: true,
};
// Stryker restore BooleanLiteral

export interface Hold {
  /**
   * Tells which journey is being answered, as it was found, and waits until the directories have been asked about it: an answer
   * is not taken earlier than `recovery.settleMilliseconds` after the start.
   * @returns whether it waited: the journey may have moved on
   */
  settle(journey: LoadedJourney): Promise<boolean>;
  /** Resolves when the answer may leave; at once when there is nothing to hide. */
  release(): Promise<void>;
}

/** Slices of time, one after the other. */
export interface Slices {
  /** Resolves when the slice that is under way ends. */
  end(): Promise<void>;
  /** Nobody waits for an end any more. */
  stop(): void;
}

/**
 * Slices that begin now. Each is timed before it is known how long the work takes. A wait that is only begun when the work is done ends at a
 * moment that tells of it: clocks count whole milliseconds, and timers of Node count from when the turn of the event loop began in which
 * they are set, so that whoever had more to do in a busy turn would be let go earlier, by as much (decision 0126).
 */
function beginSlices(clock: Pick<Clock, 'sleep'>, milliseconds: number): Slices {
  let goesOn = milliseconds > 0;
  const run = async (): Promise<void> => {
    while (goesOn) await clock.sleep(milliseconds);
  };
  const running = run();
  const stop = (): void => {
    goesOn = false;
  };
  return {
    stop,
    end() {
      stop();
      return running;
    },
  };
}

/**
 * Slices to whose end is waited after a server was asked about an answer, before anything is written of what it said. To be begun before
 * anything is done for it: whoever looks at the journey meanwhile sees nothing sooner than by the answer itself.
 */
export function beginJudgement({ clock, configuration }: Pick<ActDeps, 'clock' | 'configuration'>): Slices {
  const { holdMilliseconds, settleMilliseconds } = configuration().recovery;
  return beginSlices(clock, Math.max(holdMilliseconds, settleMilliseconds));
}

/**
 * Holds answers before the proof back (JRN-4) to the end of a slice of `recovery.holdMilliseconds`. Right answers, wrong ones and errors
 * are held alike. The first slice begins when the work may begin and not when the request came: otherwise the caller could place its end
 * where a little more work misses it.
 *
 * Times of another node's clock, or of ours before it was set back, never make a wait longer than the setting.
 */
export function createHold(deps: Pick<ActDeps, 'act' | 'clock' | 'configuration' | 'store'>): Hold {
  let isSettled = false;
  let slices: Slices | null = null;
  return {
    async settle(journey) {
      if (isSettled || !Object.hasOwn(UNPROVEN, journey.state.step.kind)) return false;
      isSettled = true;
      const { settleMilliseconds, holdMilliseconds } = deps.configuration().recovery;
      const left = Math.min(Math.min(journey.row.createdAt, deps.act.at) + settleMilliseconds - deps.clock.now(), settleMilliseconds);
      if (left > 0) await deps.clock.sleep(left);
      slices = beginSlices(deps.clock, holdMilliseconds);
      return left > 0;
    },
    async release() {
      if (slices === null) return;
      // The wait for the disk comes before the one for the clock, so that the clock hides it. A failure is told at the door.
      await deps.store.settled().catch(() => {});
      await slices.end();
    },
  };
}
