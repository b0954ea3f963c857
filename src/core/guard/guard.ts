import { recordEvent } from '../audit/record-event.ts';
import type { Configuration } from '../configuration/document.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { hostOf, networkOf } from './network-of.ts';

/** A failed proof is remembered this long: failures "in a row" may be days apart, but not for ever. */
const FAILURE_MEMORY = 7 * 24 * 3600 * 1000;

type Limit = keyof Pick<
  Configuration['guard'],
  | 'startsPerAddress'
  | 'startsPerNetwork'
  | 'startsPerAccount'
  | 'startsPerAccountOverall'
  | 'messagesPerAccountOverall'
  | 'startsOverall'
  | 'messagesPerAccount'
  | 'answersPerAddress'
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

  async function count(limit: Limit, target: string): Promise<GuardDecision & { firstRefusal: boolean }> {
    const { count: maximum, windowSeconds } = deps.configuration().guard[limit];
    const row = await deps.store.counters.hit(key(limit, target), windowSeconds * 1000, deps.clock.now());
    const firstRefusal = row.count === maximum + 1;
    if (row.count <= maximum) return { allowed: true, firstRefusal };
    return { allowed: false, retryAt: row.windowStartedAt + windowSeconds * 1000, firstRefusal };
  }

  /** Counts what comes from an address. The first refusal of a window is an event; those after it would only fill the log. */
  async function countFrom(limit: Limit, from: string): Promise<GuardDecision> {
    const { firstRefusal, ...decision } = await count(limit, from);
    if (firstRefusal) await recordEvent(deps.store, deps.clock, { type: 'guard.slowed-down', limit, from });
    return decision;
  }

  async function countBoth(narrow: Limit, narrowTarget: string, wide: Limit, wideTarget: string): Promise<GuardDecision> {
    const decision = await count(narrow, narrowTarget);
    return decision.allowed ? count(wide, wideTarget) : decision;
  }

  return {
    /**
     * Counts a journey started from an address. Refusals here depend on the address alone and may be told. From the narrowest
     * limit to the widest, and no further than the first refusal: whoever is refused must not use up what others share.
     */
    async countStart(address: string): Promise<GuardDecision> {
      const host = await countFrom('startsPerAddress', hostOf(address));
      if (!host.allowed) return host;
      const network = await countFrom('startsPerNetwork', networkOf(address));
      return network.allowed ? countFrom('startsOverall', 'everywhere') : network;
    },

    /** Counts an answer posted from an address. */
    countAnswer: (address: string) => countFrom('answersPerAddress', hostOf(address)),

    /**
     * Counts a journey for each name that was typed, existing or not: from one network, and at all. Refusals must not be
     * told. The narrow limit first, so that one network cannot use up what everybody else, the owner above all, needs.
     */
    async countStartFor(names: readonly string[], address: string): Promise<GuardDecision> {
      const network = networkOf(address);
      const decisions = await Promise.all(
        names.map((name) => countBoth('startsPerAccount', `${name}|${network}`, 'startsPerAccountOverall', name)),
      );
      return decisions.find((decision) => !decision.allowed) ?? { allowed: true };
    },

    /** Counts a message to a target that somebody at an address asked for. Refusals must not be told. */
    countMessage: (target: string, address: string): Promise<GuardDecision> =>
      countBoth('messagesPerAccount', `${target}|${networkOf(address)}`, 'messagesPerAccountOverall', target),

    /** How many failures in a row a target has, and until when its recovery pauses (0: it does not). */
    async failuresOf(target: string): Promise<{ failures: number; pausedUntil: number }> {
      const [row] = await deps.store.counters.read([key('failures', target)]);
      return { failures: row?.count ?? 0, pausedUntil: row?.pausedUntil ?? 0 };
    },

    /** Whether recovery of one of the targets is paused after failures. */
    async isPaused(targets: readonly string[]): Promise<boolean> {
      const rows = await deps.store.counters.read(targets.map((target) => key('failures', target)));
      const now = deps.clock.now();
      return rows.some((row) => row.pausedUntil > now);
    },

    /**
     * The same, in the transaction that also compares the answer and counts the failure. Locks the counters until its end, so
     * that of many answers at once each sees the failures of those before it. Targets in one order, so that none waits in a circle.
     */
    async isPausedNow(store: Store, targets: readonly string[]): Promise<boolean> {
      const now = deps.clock.now();
      let paused = false;
      for (const target of [...targets].sort()) {
        const row = await store.counters.lock(key('failures', target), FAILURE_MEMORY, now);
        paused ||= row.pausedUntil > now;
      }
      return paused;
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

    /** A complete proof ends the row of failures. */
    clearFailures: (store: Store, target: string) => store.counters.clear(key('failures', target)),

    /** An operator ends failures, pause and the message limit of a target. */
    async release(store: Store, target: string): Promise<void> {
      await store.counters.clear(key('failures', target));
      await store.counters.clear(key('messagesPerAccountOverall', target));
    },
  };
}

export type Guard = ReturnType<typeof createGuard>;
