import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import { endSessionsOfChanged } from '../enrolment/enrol-factors.ts';
import type { Judgement } from '../factors/factor.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import type { Store } from '../ports/store.ts';
import type { ActDeps } from './act.ts';

/**
 * A passkey whose counter did not grow has a copy somewhere, and nobody can say which one is its owner's: none counts any more, and the
 * owner is told (WebAuthn Level 3, 7.2 step 22).
 */
export async function endCloned(
  deps: ActDeps,
  store: Store,
  { actor, language, journey }: { actor: Actor; language: string; journey: string },
  { cloned = [] }: Judgement,
): Promise<void> {
  for (const { account, factor: id } of cloned) {
    if (!(await store.factors.end(id, deps.act.at))) continue;
    const about = { account, factor: 'passkey' as const, id, author: 'Keyturn', actor };
    await recordEvent(store, deps.clock, { type: 'factor.ended', ...about, reason: `its counter did not grow, in journey ${journey}` });
    await endSessionsOfChanged(deps, store, account, { actor });
    await queueNotice(deps, store, { kind: 'passkey-cloned', account, language });
  }
}
