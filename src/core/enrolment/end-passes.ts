import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { FactorRow } from '../ports/store.ts';
import { overBecause } from './temporary-pass.ts';

/** Passes that are looked at in one go; the others next time. */
const AT_ONCE = 500;
/** Milliseconds after which it is noted again that a pass was seen: no more than that is gained by setting the clock back. */
const NOTE_EVERY = 60_000;

const REASONS = {
  'time-over': 'its time is over',
  'clock-set-back': 'the clock was set back, so how much of its time is left is not known',
};

/**
 * Ends the passes whose time is over, and notes of the others until when they were seen: a clock that is set back afterwards gives none
 * of them more time. Any number of nodes may do it; each end is recorded once.
 * @returns how many were ended
 */
export async function endPasses({ store, clock }: Pick<CoreDeps, 'store' | 'clock'>): Promise<number> {
  let ended = 0;
  for (const row of await store.factors.withEnd(AT_ONCE)) {
    const now = clock.now();
    const reason = overBecause(row, now);
    if (reason !== null) ended += await end(row, REASONS[reason]);
    else if (now - (row.seenAt ?? 0) >= NOTE_EVERY) await store.factors.see(row.id, now);
  }
  return ended;

  function end(row: FactorRow, reason: string): Promise<number> {
    return store.transaction(async (inside) => {
      if (!(await inside.factors.end(row.id, clock.now()))) return 0;
      await recordEvent(inside, clock, {
        type: 'factor.ended',
        ...{ account: { directory: row.directory, id: row.accountId }, factor: row.kind, id: row.id, author: 'Keyturn' },
        ...{ actor: { kind: 'system' }, reason },
      });
      return 1;
    });
  }
}
