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

/**
 * Holds answers before the proof back (JRN-4): until the time since the work for them began is a multiple of
 * `recovery.holdMilliseconds`, or of `recovery.settleMilliseconds` where directories were asked meanwhile. Right answers, wrong ones and errors are held alike. Counted from when the work may begin and not
 * from when the request came: otherwise the caller could place the end of a slice where a little more work misses it.
 *
 * Times of another node's clock, or of ours before it was set back, never make a wait longer than the setting.
 */
export function createHold(deps: Pick<ActDeps, 'act' | 'clock' | 'configuration' | 'store'>): Hold {
  let beganAt: number | null = null;
  let asksServers = false;
  return {
    async settle(journey) {
      if (beganAt !== null || !Object.hasOwn(UNPROVEN, journey.state.step.kind)) return false;
      asksServers = journey.state.step.kind === 'password';
      const { settleMilliseconds } = deps.configuration().recovery;
      const settledAt = Math.min(journey.row.createdAt, deps.act.at) + settleMilliseconds;
      beganAt = Math.max(deps.act.at, settledAt);
      const left = Math.min(settledAt - deps.clock.now(), settleMilliseconds);
      if (left <= 0) return false;
      await deps.clock.sleep(left);
      return true;
    },
    async release() {
      const { recovery } = deps.configuration();
      const holdMilliseconds = asksServers ? Math.max(recovery.holdMilliseconds, recovery.settleMilliseconds) : recovery.holdMilliseconds;
      if (beganAt === null || holdMilliseconds === 0) return;
      // The wait for the disk comes before the one for the clock, so that the clock hides it. A failure is told at the door.
      await deps.store.settled().catch(() => {});
      const elapsed = deps.clock.now() - beganAt;
      const slices = Math.max(1, Math.ceil(elapsed / holdMilliseconds));
      await deps.clock.sleep(Math.min(slices * holdMilliseconds - elapsed, holdMilliseconds));
    },
  };
}
