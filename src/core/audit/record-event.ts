import type { Clock } from '../ports/platform.ts';
import type { Store } from '../ports/store.ts';
import { canonicalJson } from './canonical-json.ts';
import type { AuditEvent } from './events.ts';

/**
 * Appends an event to the audit chain, in the transaction of the thing it tells about.
 * Facts never hold a password, code, token or answer.
 */
export async function recordEvent(store: Store, clock: Clock, event: AuditEvent): Promise<void> {
  const { type, ...facts } = event;
  await store.audit.append({ at: clock.now(), type, data: canonicalJson(facts) });
}
