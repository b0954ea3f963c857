import { AppError, isAppError } from '../../../shared/errors.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import type { Account } from '../ports/directory.ts';
import type { OutboxLane } from '../ports/outbox-store.ts';
import type { Store } from '../ports/store.ts';

/** A mail that asks somebody to set up what proves them. */
export interface Reminder {
  readonly actor: Actor;
  /** Name of the rule that asks them; absent: none does. */
  readonly rule?: string;
  /** Until when it can be put off, milliseconds since 1970; null: there is no such time. */
  readonly deadline: number | null;
  /** None where the last one, whoever had it sent, was later than this (milliseconds since 1970), or there were so many. */
  readonly notSince: number;
  readonly atMost: number;
  readonly lane: Extract<OutboxLane, 'notice' | 'bulk'>;
  /** Looks in the same transaction whether it may still be sent; what it throws undoes everything. */
  readonly require?: (store: Store) => Promise<void>;
}

/**
 * Queues a reminder and counts it in one transaction: of several that are asked for at once one is sent.
 * @returns whether it was queued; false: there was one lately, or there were enough
 */
export async function queueReminder(
  deps: Pick<CoreDeps, 'store' | 'clock' | 'random' | 'configuration'>,
  { directory, id, language }: Account,
  { actor, rule, deadline, notSince, atMost, lane, require }: Reminder,
): Promise<boolean> {
  const account = { directory, id };
  const now = deps.clock.now();
  const before = await deps.store.enrolmentAsks.find(account);
  if (before !== null && (before.mails >= atMost || (before.mailedAt ?? 0) > notSince)) return false;
  try {
    await deps.store.transaction(async (store) => {
      const count = (before?.mails ?? 0) + 1;
      await recordEvent(store, deps.clock, { type: 'enrolment.reminded', account, actor, ...(rule === undefined ? {} : { rule }), count });
      await require?.(store);
      if (!(await store.enrolmentAsks.countMail(account, { now, notSince, atMost }))) throw new AppError('enrolment.put-off-over');
      await queueNotice(
        deps,
        store,
        {
          kind: 'enrolment-reminder',
          account,
          language: language ?? deps.configuration().organisation.defaultLanguage,
          ...(deadline !== null && deadline > now ? { endsAt: deadline } : {}),
        },
        { lane },
      );
    });
    return true;
  } catch (error) {
    if (!isAppError(error, 'enrolment.put-off-over')) throw error;
    return false;
  }
}
