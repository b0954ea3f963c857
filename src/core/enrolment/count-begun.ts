import type { ActDeps } from '../journey/act.ts';
import { slowDown } from '../journey/start-journey.ts';
import type { Store } from '../ports/store.ts';

const HOUR = 3_600_000;
/** Nobody adds so many authenticators and passkeys in an hour, however often a device refuses. */
const MOST_BEGUN = 40;

/**
 * Counts that the making of a proof begins, which leaves a row until its time is over: whoever is signed in, or has the right to add one,
 * begins no number of them. Counted for the journey by which they have proven themselves, and so for a session: how many of those there
 * are the guard limits, and whoever has another one takes nothing from the owner.
 * @throws AppError `guard.slow-down`; what is refused has been counted nevertheless
 */
export async function countBegun(
  { keys, act }: Pick<ActDeps, 'keys' | 'act'>,
  store: Pick<Store, 'counters'>,
  journey: string,
): Promise<void> {
  const key = keys.digest('guard-target', `proof-begun|${journey}`);
  const row = (await store.counters.hitAll([{ key, windowMilliseconds: HOUR }], act.at)).get(key);
  if (row !== undefined && row.count > MOST_BEGUN) throw slowDown(act, row.windowStartedAt + HOUR);
}
