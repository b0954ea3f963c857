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
  | 'answersPerJourney'
  | 'strayRequestsPerAddress'
  | 'noticeAnswersPerAddress'
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

  const windowOf = (limit: Limit) => deps.configuration().guard[limit].windowSeconds * 1000;

  /**
   * Counts one request under several limits in one statement, given from the narrowest to the widest. Whoever is refused by
   * one must not use up what others share: what was counted under the wider ones is given back.
   */
  async function count(
    counted: readonly { limit: Limit; target: string }[],
  ): Promise<GuardDecision & { refusedBy: number; first: boolean }> {
    const now = deps.clock.now();
    const hits = counted.map(({ limit, target }) => ({ key: key(limit, target), windowMilliseconds: windowOf(limit) }));
    const rows = await deps.store.counters.hitAll(hits, now);
    const refusedBy = counted.findIndex(({ limit }, index) => (rows.get(hits[index]?.key ?? '')?.count ?? 0) > maximum(limit));
    if (refusedBy < 0) return { allowed: true, refusedBy, first: false };
    const wider = hits.slice(refusedBy + 1).map((hit) => ({ ...hit, by: -1 }));
    if (wider.length > 0) await deps.store.counters.hitAll(wider, now);
    const { limit } = counted[refusedBy] as { limit: Limit };
    const row = rows.get(hits[refusedBy]?.key ?? '');
    return {
      allowed: false,
      retryAt: (row?.windowStartedAt ?? now) + windowOf(limit),
      refusedBy,
      first: row?.count === maximum(limit) + 1,
    };
  }
  const maximum = (limit: Limit) => deps.configuration().guard[limit].count;

  /** Counts what an address may be told. The first refusal of a window is an event; those after it would only fill the log. */
  async function countFrom(counted: readonly { limit: Limit; target: string }[]): Promise<GuardDecision> {
    const { refusedBy, first, ...decision } = await count(counted);
    const refused = counted[refusedBy];
    if (first && refused !== undefined) {
      await recordEvent(deps.store, deps.clock, { type: 'guard.slowed-down', limit: refused.limit, from: refused.target });
    }
    return decision;
  }

  async function countBoth(narrow: Limit, narrowTarget: string, wide: Limit, wideTarget: string): Promise<GuardDecision> {
    const { refusedBy, first, ...decision } = await count([
      { limit: narrow, target: narrowTarget },
      { limit: wide, target: wideTarget },
    ]);
    return decision;
  }

  return {
    /**
     * Counts a journey started from an address. Refusals here depend on the address alone and may be told. From the narrowest
     * limit to the widest, and no further than the first refusal: whoever is refused must not use up what others share.
     */
    countStart: (address: string): Promise<GuardDecision> =>
      countFrom([
        { limit: 'startsPerAddress', target: hostOf(address) },
        { limit: 'startsPerNetwork', target: networkOf(address) },
        { limit: 'startsOverall', target: 'everywhere' },
      ]),

    /**
     * Counts an answer of one journey, whatever address it comes from: people behind one address do not block each other.
     * `journey` is its token or its id.
     */
    async countAnswer(journey: string): Promise<GuardDecision> {
      const { refusedBy, first, ...decision } = await count([{ limit: 'answersPerJourney', target: journey }]);
      return decision;
    },

    /** Counts a request that no journey stands behind: a token that is missing or that nobody was given. */
    countStray: (address: string) => countFrom([{ limit: 'strayRequestsPerAddress', target: hostOf(address) }]),

    /** Counts an answer to a notice ("this was not me"). It has a limit of its own, which nothing else uses up. */
    countNoticeAnswer: (address: string) => countFrom([{ limit: 'noticeAnswersPerAddress', target: hostOf(address) }]),

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
     * that of many answers at once each sees the failures of those before it.
     */
    async isPausedNow(store: Store, targets: readonly string[]): Promise<boolean> {
      const now = deps.clock.now();
      const looks = targets.map((target) => ({ key: key('failures', target), windowMilliseconds: FAILURE_MEMORY, by: 0 }));
      const rows = await store.counters.hitAll(looks, now);
      return [...rows.values()].some((row) => row.pausedUntil > now);
    },

    /** Counts a wrong proof in the caller's transaction; from the limit on each one pauses recovery, longer every time. */
    async countFailure(store: Store, target: string, account: AccountRef | null): Promise<void> {
      const { failuresPerAccount, firstPauseSeconds, longestPauseSeconds } = deps.configuration().guard;
      const now = deps.clock.now();
      const counter = key('failures', target);
      const row = (await store.counters.hitAll([{ key: counter, windowMilliseconds: FAILURE_MEMORY }], now)).get(counter);
      if (row === undefined || row.count < failuresPerAccount) return;
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
