import type { CoreDeps } from '../core-deps.ts';
import { countEvents, journeysIn } from './count-events.ts';

/** Events of one transaction. */
const PAGE = 500;
/** A journey is over long before; milliseconds. */
const REMEMBERED_FOR = 2 * 86_400_000;

/**
 * Counts what has been written into the audit log since the last time. Any number of nodes may do it: each event is counted once, as what
 * was counted is kept with the number of the last one. Losing the last of it to a power cut counts it again.
 * @param pages at most, of 500 events each
 * @returns whether all of them are counted
 */
export async function foldReports({ store }: Pick<CoreDeps, 'store'>, pages: number): Promise<boolean> {
  for (let page = 0; page < pages; page += 1) {
    const read = await store.transaction(
      async (inner) => {
        const rows = await inner.audit.read(await inner.reports.position(), PAGE);
        const last = rows.at(-1);
        if (last === undefined) return 0;
        const known = await inner.reports.journeys(journeysIn(rows));
        await inner.reports.keep({ position: last.seq, ...countEvents(rows, known), forgetBefore: last.at - REMEMBERED_FOR });
        return rows.length;
      },
      () => 'deferred',
    );
    if (read < PAGE) return true;
  }
  return false;
}
