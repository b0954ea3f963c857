import type { ActDeps } from './act.ts';
import type { LoadedJourney } from './journey-state.ts';

/** Steps before the proof is complete: here the clock must not tell a real account from a decoy. */
const UNPROVEN = new Set(['choose-factor', 'code']);

export interface Hold {
  /** Tells which journey is being answered, as it was found. */
  about(journey: LoadedJourney): void;
  /** Resolves when the answer may leave; at once when there is nothing to hide. */
  release(): Promise<void>;
}

/**
 * Holds answers before the proof back (JRN-4): until the time since the request came is a multiple of
 * `recovery.holdMilliseconds`, and until `recovery.settleMilliseconds` after the start of the journey, by when the
 * directories have been asked. Right answers, wrong ones and errors are held alike.
 */
export function createHold(deps: Pick<ActDeps, 'act' | 'clock' | 'configuration'>): Hold {
  const arrivedAt = deps.act.at;
  let startedAt: number | null = null;
  return {
    about(journey) {
      if (startedAt === null && UNPROVEN.has(journey.state.step.kind)) startedAt = journey.row.createdAt;
    },
    async release() {
      if (startedAt === null) return;
      const { holdMilliseconds, settleMilliseconds } = deps.configuration().recovery;
      const now = deps.clock.now();
      const slice = Math.max(1, holdMilliseconds);
      const nextSlice = arrivedAt + Math.max(1, Math.ceil((now - arrivedAt) / slice)) * slice;
      const releaseAt = Math.max(holdMilliseconds === 0 ? now : nextSlice, startedAt + settleMilliseconds);
      if (releaseAt > now) await deps.clock.sleep(releaseAt - now);
    },
  };
}
