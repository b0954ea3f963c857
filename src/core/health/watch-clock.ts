import { CLOCKS_MAY_DIFFER } from '../clocks-differ.ts';
import type { CoreDeps } from '../core-deps.ts';
import { CLOCK_FIX, type DatabaseTime, readAhead } from './check-store.ts';

/**
 * Says in the log that the clock of this node is further from that of the database than the clocks of nodes may be: what expires, and how
 * long ago somebody proved who they are, is off by as much. To be called every minute, and said each time: nothing is refused for it, as it
 * may be the clock of the database that is wrong.
 */
export async function watchClock({
  clock,
  databaseTime,
  log,
}: Pick<CoreDeps, 'clock' | 'log'> & { readonly databaseTime: DatabaseTime }): Promise<void> {
  const ahead = await readAhead({ clock, databaseTime });
  if (ahead === null || Math.abs(ahead) < CLOCKS_MAY_DIFFER) return;
  log.error('clock.differs', { aheadSeconds: Math.round(ahead / 1000), fix: CLOCK_FIX });
}
