import type { Clock } from '../ports/platform.ts';
import type { Store } from '../ports/store.ts';
import { canonicalJson } from './canonical-json.ts';
import type { AuditEvent } from './events.ts';

/**
 * Appends an event to the audit chain, in the transaction of the thing it tells about.
 * Facts never hold a password, code, token or answer.
 */
export async function recordEvent(store: Store, clock: Clock, event: AuditEvent): Promise<void> {
  await recordEvents(store, clock, event);
}

/** The same for several events of one transaction. */
export async function recordEvents(store: Store, clock: Clock, ...events: [AuditEvent, ...AuditEvent[]]): Promise<void> {
  const at = clock.now();
  const entryOf = ({ type, ...facts }: AuditEvent) => ({ at, type, data: canonicalJson(facts) });
  const [first, ...others] = events;
  await store.audit.append(entryOf(first), ...others.map(entryOf));
}
