import type { HeldRow, OutboxLane, OutboxStore } from '../core/ports/outbox-store.ts';
import type { Clock } from '../core/ports/platform.ts';
import { createWatch } from '../core/watch-rows.ts';
import { longestWait, RETRY_POLICIES, waitAfter } from './retry-policy.ts';

/** Rows that are watched at once. Those that nodes are at are fewer than their places. */
const MOST_WATCHED = 500;

/**
 * Watches the rows of the outbox that other workers are at, and those that are due later by our clock than it would ever put a row off:
 * a clock that was ahead of ours has.
 * @param leaseOf milliseconds for which a row of a lane is left to whoever is at it
 * @returns looks once; which rows may be taken over as they were seen. Those of which `isOurs` says so are left out
 */
export function watchHeld(
  { outbox, clock }: { outbox: Pick<OutboxStore, 'held'>; clock: Pick<Clock, 'now' | 'monotonic'> },
  leaseOf: (lane: OutboxLane) => number,
): (isOurs: (id: string) => boolean) => Promise<HeldRow[]> {
  const watch = createWatch<HeldRow & { mark: string }>(clock);

  /** How long a row stays as it is at the most when all is well: by whoever is at it, or by the clock that has put it off. */
  const mayStay = (row: HeldRow): number => {
    if (row.leaseUntil !== 0) return leaseOf(row.lane);
    const policy = RETRY_POLICIES[row.lane];
    return row.attempts > 0 ? waitAfter(policy, row) : Math.min(row.runAt - row.createdAt, longestWait(policy));
  };

  return async (isOurs) => {
    const rows = await watch(async () => {
      const now = clock.now();
      const latest = { code: 0, notice: 0, bulk: 0 };
      for (const lane of ['code', 'notice', 'bulk'] as const) latest[lane] = now + longestWait(RETRY_POLICIES[lane]);
      const held = await outbox.held(now, latest, MOST_WATCHED);
      return held.filter(({ id }) => !isOurs(id)).map((row) => ({ ...row, mark: `${row.attempts} ${row.leaseUntil} ${row.runAt}` }));
    });
    return rows.filter((row) => row.unchangedFor >= mayStay(row));
  };
}
