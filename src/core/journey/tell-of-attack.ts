import { recordEvent } from '../audit/record-event.ts';
import type { Asked, Budget } from '../guard/guard.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import type { JourneyDeps } from './journey-deps.ts';

/**
 * Tells owners by mail, once a day, that somebody tries to get into their account. For a name that leads nowhere the same is
 * written and thrown away.
 */
export async function tellOfAttack(
  deps: JourneyDeps,
  store: Store,
  about: { asked: readonly (Asked & { account: AccountRef | null })[]; what: Budget; language: string },
): Promise<void> {
  for (const { target, account } of about.asked) {
    if (!(await deps.guard.tellsNow(store, `attack/${target}`))) continue;
    await queueNotice(deps, store, { kind: 'recovery-attempted', account, language: about.language });
    if (account !== null) await recordEvent(store, deps.clock, { type: 'guard.attacked', account, what: about.what });
  }
}
