import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import { waitingFor } from './vouch-facts.ts';

/** Requests whose end is recorded in one transaction. */
const AT_ONCE = 100;

/**
 * Records the end of requests that nobody answered, also where the person's page was closed. Any number of nodes may do it; each is
 * recorded once.
 * @returns how many were recorded
 */
export async function expireRequests({ store, clock }: Pick<CoreDeps, 'store' | 'clock'>): Promise<number> {
  let noted = 0;
  for (let last = AT_ONCE; last === AT_ONCE; noted += last) {
    last = await store.transaction(async (inner) => {
      const rows = await inner.vouches.expire(clock.now(), AT_ONCE);
      for (const row of rows) {
        const about = { request: row.id, ...waitingFor(row), account: { directory: row.directory, id: row.accountId } };
        await recordEvent(inner, clock, { type: 'vouch.expired', ...about, actor: { kind: 'system' } });
      }
      return rows.length;
    });
  }
  return noted;
}
