import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { AccountRef } from '../ports/directory.ts';

/**
 * Gives somebody more time: until `until` at least (milliseconds since 1970) they can put off what they are asked to enrol. Whoever says so
 * last counts, so that it is taken back by an earlier time.
 */
export async function deferRequirement(
  deps: Pick<CoreDeps, 'store' | 'clock'>,
  account: AccountRef,
  { until, author, actor, reason }: { until: number; author: string; actor: Actor; reason: string },
): Promise<void> {
  await deps.store.transaction(async (store) => {
    await recordEvent(store, deps.clock, { type: 'enrolment.deferred', account, actor, author, reason, until });
    await store.enrolmentAsks.defer(account, until);
  });
}
