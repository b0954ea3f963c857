import type { Prompt } from '../factors/factor.ts';
import type { ActDeps } from './act.ts';
import type { LoadedJourney } from './journey-state.ts';

/** Steps before the proof is complete: here the clock must not tell a real account from a decoy. */
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

/** When the work for an answer may begin: not before the directories have surely been asked about the journey. */
function beginsAt({ act, configuration }: Pick<ActDeps, 'act' | 'configuration'>, { row }: LoadedJourney): number {
  return Math.max(act.at, Math.min(row.createdAt, act.at) + configuration().recovery.settleMilliseconds);
}

/**
 * Waits after a server was asked about an answer, before anything is written of what it said: until the time since the work began is a
 * multiple of `recovery.settleMilliseconds`. Whoever looks at the journey meanwhile sees nothing sooner than by the answer itself.
 */
export async function holdJudgement(deps: Pick<ActDeps, 'act' | 'clock' | 'configuration'>, journey: LoadedJourney): Promise<void> {
  const { holdMilliseconds, settleMilliseconds } = deps.configuration().recovery;
  await deps.clock.sleep(leftOfSlice(deps.clock.now() - beginsAt(deps, journey), Math.max(holdMilliseconds, settleMilliseconds)));
}

/** Milliseconds until a time that has passed is a multiple of a slice, and at least one. */
function leftOfSlice(elapsed: number, slice: number): number {
  if (slice === 0) return 0;
  return Math.min(Math.max(1, Math.ceil(elapsed / slice)) * slice - elapsed, slice);
}

/**
 * Holds answers before the proof back (JRN-4): until the time since the work for them began is a multiple of
 * `recovery.holdMilliseconds`. Right answers, wrong ones and errors are held alike. Counted from when the work may begin and not
 * from when the request came: otherwise the caller could place the end of a slice where a little more work misses it.
 *
 * Times of another node's clock, or of ours before it was set back, never make a wait longer than the setting.
 */
export function createHold(deps: Pick<ActDeps, 'act' | 'clock' | 'configuration' | 'store'>): Hold {
  let beganAt: number | null = null;
  return {
    async settle(journey) {
      if (beganAt !== null || !Object.hasOwn(UNPROVEN, journey.state.step.kind)) return false;
      const { settleMilliseconds } = deps.configuration().recovery;
      beganAt = beginsAt(deps, journey);
      const left = Math.min(Math.min(journey.row.createdAt, deps.act.at) + settleMilliseconds - deps.clock.now(), settleMilliseconds);
      if (left <= 0) return false;
      await deps.clock.sleep(left);
      return true;
    },
    async release() {
      const { holdMilliseconds } = deps.configuration().recovery;
      if (beganAt === null || holdMilliseconds === 0) return;
      // The wait for the disk comes before the one for the clock, so that the clock hides it. A failure is told at the door.
      await deps.store.settled().catch(() => {});
      await deps.clock.sleep(leftOfSlice(deps.clock.now() - beganAt, holdMilliseconds));
    },
  };
}
