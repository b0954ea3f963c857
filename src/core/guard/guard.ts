import { recordEvent } from '../audit/record-event.ts';
import type { Configuration } from '../configuration/document.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { networkOf } from './network-of.ts';

/** A failed proof is remembered this long: failures "in a row" may be days apart, but not for ever. */
const FAILURE_MEMORY = 7 * 24 * 3600 * 1000;

type Limit = keyof Pick<
  Configuration['guard'],
  'startsPerAddress' | 'startsPerNetwork' | 'startsPerAccount' | 'startsOverall' | 'messagesPerAccount' | 'answersPerAddress'
>;

/** Whether to go on; `retryAt` when not. */
export type GuardDecision = { allowed: true } | { allowed: false; retryAt: number };

/**
 * Throttling and lock-out (SEC-2). Counters are named by keyed digests, counted atomically in the store and so shared
 * by all nodes. Nothing that a caller may do, asking for a new code included, takes a counter back: only a complete
 * proof or the helpdesk does.
 */
export function createGuard(deps: Pick<CoreDeps, 'store' | 'keys' | 'clock' | 'configuration'>) {
  const key = (limit: string, target: string) => deps.keys.digest('guard-target', `${limit}|${target}`);

  async function count(limit: Limit, target: string): Promise<GuardDecision> {
    const { count: maximum, windowSeconds } = deps.configuration().guard[limit];
    const row = await deps.store.counters.hit(key(limit, target), windowSeconds * 1000, deps.clock.now());
    return row.count <= maximum ? { allowed: true } : { allowed: false, retryAt: row.windowStartedAt + windowSeconds * 1000 };
  }

  async function first(decisions: Promise<GuardDecision>[]): Promise<GuardDecision> {
    const settled = await Promise.all(decisions);
    return settled.find((decision) => !decision.allowed) ?? { allowed: true };
  }

  return {
    /** Counts a journey started from an address. Refusals here depend on the address alone and may be told. */
    countStart: (address: string) =>
      first([count('startsPerAddress', address), count('startsPerNetwork', networkOf(address)), count('startsOverall', 'all')]),

    /** Counts an answer posted from an address. */
    countAnswer: (address: string) => count('answersPerAddress', address),

    /** Counts a journey for each name that was typed, existing or not. Refusals must not be told. */
    countStartFor: (names: readonly string[]) => first(names.map((name) => count('startsPerAccount', name))),

    /** Counts a message to a target. Refusals must not be told. */
    countMessage: (target: string) => count('messagesPerAccount', target),

    /** Whether recovery of one of the targets is paused after failures. */
    async isPaused(targets: readonly string[]): Promise<boolean> {
      const rows = await deps.store.counters.read(targets.map((target) => key('failures', target)));
      const now = deps.clock.now();
      return rows.some((row) => row.pausedUntil > now);
    },

    /** Counts a wrong proof in the caller's transaction; from the limit on each one pauses recovery, longer every time. */
    async countFailure(store: Store, target: string, account: AccountRef | null): Promise<void> {
      const { failuresPerAccount, firstPauseSeconds, longestPauseSeconds } = deps.configuration().guard;
      const now = deps.clock.now();
      const row = await store.counters.hit(key('failures', target), FAILURE_MEMORY, now);
      if (row.count < failuresPerAccount) return;
      const seconds = Math.min(longestPauseSeconds, firstPauseSeconds * 2 ** Math.min(30, row.count - failuresPerAccount));
      await store.counters.pause(row.key, now + seconds * 1000);
      await recordEvent(store, deps.clock, { type: 'guard.paused', account, until: now + seconds * 1000, failures: row.count });
    },

    /** A complete proof, or the helpdesk, ends the row of failures. */
    clearFailures: (store: Store, target: string) => store.counters.clear(key('failures', target)),
  };
}

export type Guard = ReturnType<typeof createGuard>;
