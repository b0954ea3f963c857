import type { AuditEvent } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { Configuration } from '../configuration/document.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { CountedAnswers, CounterHit, CounterRow, Store } from '../ports/store.ts';
import { type BudgetLimits, grants, isAttack, type Spent, workFactor } from './budget.ts';
import { hostOf, networkOf } from './network-of.ts';
import { WRONG_CLOCK } from './wrong-clock.ts';

/** How long an operator's release keeps the shares of single places open. */
const RELEASED_FOR = 24 * 3600 * 1000;
const HOUR = 3600 * 1000;
/** The owner hears of the same thing once in this time. */
const TELL_AGAIN_AFTER = 24 * 3600 * 1000;
const NO_FAILURES = { failures: 0, pausedUntil: 0 };

type Limit = keyof Pick<
  Configuration['guard'],
  | 'startsPerAddress'
  | 'startsPerNetwork'
  | 'startsOverall'
  | 'startsPerAccount'
  | 'startsPerAccountOverall'
  | 'answersPerJourney'
  | 'textsOverall'
  | 'strayRequestsPerAddress'
  | 'noticeAnswersPerAddress'
  | 'stepUpsPerSession'
  | 'searchesPerSession'
  | 'searchesPerAgent'
>;
/** What an account has a budget of: messages that are sent to it, and wrong proofs that are judged. */
export type Budget = 'messages' | 'failures';

type Hit = Required<CounterHit>;
type Rows = Awaited<ReturnType<Store['counters']['hitAll']>>;

/** What a counter is at that was hit: each of them has a row then (`CounterStore.hitAll`), and one without would let nobody on. */
const rowOf = (rows: Rows, key: string) => rows.get(key) as CounterRow;

/** What a request is counted for by one limit. */
interface Counted {
  readonly limit: Limit;
  readonly target: string;
}
const slowedDown = ({ limit, target }: Counted): AuditEvent => ({ type: 'guard.slowed-down', limit, from: target });

const givenBack = (hit: Hit): Hit => ({ ...hit, by: -hit.by });

/** Whether to go on; `retryAt` when not. */
export type GuardDecision = { allowed: true } | { allowed: false; retryAt: number };

/** Of so many texts in all, those that anybody may ask for: a fifth is left for people at a place that is known. */
const strangersTexts = (most: number): number => most - Math.floor(most / 5);

/** Against whom something is counted, and what is known of the one who asks for it. */
export interface Asked {
  /** The account, or a name that leads nowhere: it has counters just the same. */
  target: string;
  /** The network, or the device where that is known. */
  place: string;
  isKnown: boolean;
}

/** What came of asking a budget. */
export interface Grant {
  granted: boolean;
  /** So much was asked for that the owner should hear of it. */
  attacked: boolean;
}

/**
 * Throttling that protects an account both from guesses and from being kept from its owner (SEC-2). Counters are named by keyed
 * digests, counted atomically in the store and so shared by all nodes. Two kinds:
 *
 * - what a caller may see (addresses, and the names that were typed, existing or not) leads to "slow down" or to a proof of
 *   work, the same for every name;
 * - budgets of an account decide unseen whether a message is sent and whether a proof is judged.
 *
 * Nothing that a caller may do, asking for a new code included, takes a counter back: only a complete proof or the helpdesk.
 */
export function createGuard(deps: Pick<CoreDeps, 'store' | 'keys' | 'clock' | 'configuration'>) {
  const key = (limit: string, target: string) => deps.keys.digest('guard-target', `${limit}|${target}`);
  const windowOf = (limit: Limit) => deps.configuration().guard[limit].windowSeconds * 1000;
  const maximum = (limit: Limit) => deps.configuration().guard[limit].count;
  const hitOf = (limit: Limit, target: string, by = 1): Hit => ({
    key: key(limit, target),
    windowMilliseconds: windowOf(limit),
    by,
  });

  /** Limits that refuse, from the narrowest to the widest, and what else the same request counts: all in one statement. */
  async function count(limits: readonly Counted[], others: readonly Hit[] = [], tell: (refused: Counted) => AuditEvent = slowedDown) {
    const now = deps.clock.now();
    const counted = limits.map(({ limit, target }) => ({ limit, target, hit: hitOf(limit, target) }));
    const rows = await deps.store.counters.hitAll([...counted.map(({ hit }) => hit), ...others], now);
    const refusedBy = counted.findIndex(({ limit, hit }) => rowOf(rows, hit.key).count > maximum(limit));
    const refused = counted[refusedBy];
    if (refused === undefined) return { decision: { allowed: true } as GuardDecision, rows, refusedBy: null };
    // Whoever is refused must not use up what others share: what was counted under wider limits is given back.
    const wider = [...counted.slice(refusedBy + 1).map(({ hit }) => hit), ...others];
    await deps.store.counters.hitAll(wider.map(givenBack), now);
    const row = rowOf(rows, refused.hit.key);
    // The first refusal of a window is an event; those after it would only fill the log.
    if (row.count === maximum(refused.limit) + 1) await recordEvent(deps.store, deps.clock, tell(refused));
    const decision: GuardDecision = { allowed: false, retryAt: row.windowStartedAt + windowOf(refused.limit) };
    return { decision, rows, refusedBy: refused.limit };
  }

  const countOne = async (store: Store, hit: Hit): Promise<number> =>
    rowOf(await store.counters.hitAll([hit], deps.clock.now()), hit.key).count;
  const tellingOf = (what: string): Hit => ({ key: key('told', what), windowMilliseconds: TELL_AGAIN_AFTER, by: 1 });

  function budgetOf(budget: Budget): { limits: BudgetLimits; windowMilliseconds: number } {
    const { guard } = deps.configuration();
    const { place, strangers } = {
      messages: { place: guard.messagesPerAccount, strangers: guard.messagesPerAccountOverall },
      failures: { place: guard.failuresPerAccount, strangers: guard.failuresPerAccountOverall },
    }[budget];
    return {
      limits: {
        place: place.count,
        placeWithWork: place.countWithWork,
        strangers: strangers.count,
        strangersWithWork: strangers.countWithWork,
      },
      windowMilliseconds: place.windowSeconds * 1000,
    };
  }

  const placeKey = (budget: Budget, { target, place }: Pick<Asked, 'target' | 'place'>) => key(`${budget}-from`, `${target}|${place}`);
  const strangersKey = (budget: Budget, target: string) => key(`${budget}-from-strangers`, target);
  const releasedKey = (target: string) => key('released', target);
  const failureKeys = (asked: readonly Asked[]) =>
    asked.flatMap((one) => [placeKey('failures', one), strangersKey('failures', one.target)]);

  /** The counters of a budget for some targets, each with `by` added: only looked at and locked with 0. */
  function budgetHits(budget: Budget, asked: readonly Asked[], by: number): Hit[] {
    const { windowMilliseconds } = budgetOf(budget);
    return asked.flatMap((one) => [
      { key: placeKey(budget, one), windowMilliseconds, by },
      { key: strangersKey(budget, one.target), windowMilliseconds, by: one.isKnown ? 0 : by },
      { key: releasedKey(one.target), windowMilliseconds: RELEASED_FOR, by: 0 },
    ]);
  }

  /** Counters that a name has for everybody to see: how often it was tried, and how often wrongly. */
  const nameFailures = (names: readonly string[], network: string, by: number): Hit[] => {
    const { windowMilliseconds } = budgetOf('failures');
    return names.flatMap((name) => [
      { key: key('name-failures-from', `${name}|${network}`), windowMilliseconds, by },
      { key: key('name-failures', name), windowMilliseconds, by },
    ]);
  };

  return {
    /**
     * Counts a journey started from an address for the names that were typed. Refusals depend on the address alone and may be
     * told. `work` says how hard a proof of work is wanted first (0: none): it depends on the address and the typed names, and
     * on nothing that tells whether there is such an account.
     */
    async countStart(address: string, names: readonly string[]): Promise<{ decision: GuardDecision; work: number }> {
      const network = networkOf(address);
      const starts = names.flatMap((name) => [hitOf('startsPerAccount', `${name}|${network}`), hitOf('startsPerAccountOverall', name)]);
      const failures = nameFailures(names, network, 0);
      const { decision, rows } = await count(
        [
          { limit: 'startsPerAddress', target: hostOf(address) },
          { limit: 'startsPerNetwork', target: network },
          { limit: 'startsOverall', target: 'everywhere' },
        ],
        [...starts, ...failures],
      );
      const { guard } = deps.configuration();
      const counted = (hit: Hit) => rowOf(rows, hit.key).count;
      const ratios = [
        ...starts.map((hit, index) => counted(hit) / maximum(index % 2 === 0 ? 'startsPerAccount' : 'startsPerAccountOverall')),
        // One wrong proof fewer than is free: the next one is to be judged as well.
        ...failures.map(
          (hit, index) => (counted(hit) + 1) / (index % 2 === 0 ? guard.failuresPerAccount : guard.failuresPerAccountOverall).count,
        ),
      ];
      return { decision, work: workFactor(ratios, guard.work.hardest) };
    },

    /** Judges the answers of one journey, which its row counts, whatever address it comes from: people behind one address do not block each other. */
    judgeAnswers({ answers, answersSince }: CountedAnswers): GuardDecision {
      if (answers <= maximum('answersPerJourney')) return { allowed: true };
      return { allowed: false, retryAt: answersSince + windowOf('answersPerJourney') };
    },

    /** The window in which they are counted. */
    answerWindow: () => ({ now: deps.clock.now(), milliseconds: windowOf('answersPerJourney') }),

    /** Counts a request that no journey stands behind: a token that is missing or that nobody was given. */
    countStray: async (address: string): Promise<GuardDecision> =>
      (await count([{ limit: 'strayRequestsPerAddress', target: hostOf(address) }])).decision,

    /** Takes one back that was counted before it was known that something stands behind it. */
    giveBackStray: async (address: string): Promise<void> => {
      await countOne(deps.store, hitOf('strayRequestsPerAddress', hostOf(address), -1));
    },

    /** Counts an answer to a notice ("this was not me"). It has a limit of its own, which nothing else uses up. */
    countNoticeAnswer: async (address: string): Promise<GuardDecision> =>
      (await count([{ limit: 'noticeAnswersPerAddress', target: hostOf(address) }])).decision,

    /** Counts a proof that is asked for anew. Others behind the same address have no part in it: they could keep who is signed in from acting. */
    countStepUp: async (session: string, address: string): Promise<GuardDecision> => {
      const told = () => slowedDown({ limit: 'stepUpsPerSession', target: hostOf(address) });
      return (await count([{ limit: 'stepUpsPerSession', target: session }], [], told)).decision;
    },

    /**
     * Counts a search for people: for the session, and for who searches, in whichever sessions. May be told, as they are signed in. Whoever
     * has stolen sessions uses up what those have and no more: a fresh proof begins a new count for its session, and opens a second share of
     * who searches, of the same size.
     * @param session absent: a program with its token, which has none. `provenAt`: when the oldest of what it rests on was given; `isFresh`:
     *   all of that lately
     * @param where the directory that is searched, each of which counts by itself; empty for all of them
     * @param tell what is written down of the first refusal of a window
     * @returns `proofHelps`: with a fresh proof it would be allowed
     */
    countSearch: async (
      { session, agent, where }: { session?: { id: string; provenAt: number; isFresh: boolean }; agent: string; where: string },
      tell: (limit: 'searchesPerSession' | 'searchesPerAgent') => AuditEvent,
    ): Promise<GuardDecision & { proofHelps?: boolean }> => {
      const told = ({ limit }: Counted) => tell(limit === 'searchesPerSession' ? 'searchesPerSession' : 'searchesPerAgent');
      const ofAgent = { limit: 'searchesPerAgent' as const, target: `${agent}|${where}` };
      if (session === undefined) return (await count([ofAgent], [], told)).decision;
      const ofSession = { limit: 'searchesPerSession' as const, target: `${session.id}|${session.provenAt}|${where}` };
      const { decision, refusedBy } = await count([ofSession, ofAgent], [], told);
      if (decision.allowed || refusedBy === 'searchesPerSession') return { ...decision, proofHelps: !decision.allowed };
      const ofProven = { limit: 'searchesPerAgent' as const, target: `${agent}|proven|${where}` };
      if (session.isFresh) return (await count([ofProven], [], told)).decision;
      const hit = hitOf(ofProven.limit, ofProven.target, 0);
      const left = maximum(ofProven.limit) - rowOf(await deps.store.counters.hitAll([hit], deps.clock.now()), hit.key).count;
      return { ...decision, proofHelps: left > 0 };
    },

    /**
     * Asks a budget for one more of each target, all in one statement. What is not granted is not counted, so that asking in
     * vain uses up nothing. Must not be told.
     */
    async spend(store: Store, budget: Budget, asked: readonly Asked[], hasWorked: boolean): Promise<Grant> {
      const rows = await store.counters.hitAll(budgetHits(budget, asked, 1), deps.clock.now());
      const before = spentBefore(rows, budget, asked, 1);
      const { limits } = budgetOf(budget);
      const granted = before.every(({ spent, isKnown }) => grants(limits, spent, { hasWorked, isKnown }));
      const attacked = before.some(({ spent }) => isAttack(limits, spent));
      if (!granted) await store.counters.hitAll(budgetHits(budget, asked, -1), deps.clock.now());
      return { granted, attacked };
    },

    /**
     * Whether this installation may send `count` more texts; none counts nothing, and does the same work. The last part of them is
     * kept for those who ask from where they succeeded before: strangers with many names use up the rest alone. What is refused is not
     * counted. Must not be told. The first refusal of a day is an event.
     */
    async spendTexts(store: Store, count: number, isKnown: boolean): Promise<boolean> {
      const hit = hitOf('textsOverall', 'everywhere', count);
      const sent = await countOne(store, hit);
      const most = isKnown ? maximum('textsOverall') : strangersTexts(maximum('textsOverall'));
      if (count === 0 || sent <= most) return true;
      const told = tellingOf('texts');
      const rows = await store.counters.hitAll([givenBack(hit), told], deps.clock.now());
      if (rowOf(rows, told.key).count === 1) {
        await recordEvent(store, deps.clock, { type: 'guard.slowed-down', limit: 'textsOverall', from: 'everywhere' });
      }
      return false;
    },

    /**
     * Whether a proof about these targets is judged at all. Runs in the transaction that also compares the answer and counts a
     * wrong one, and locks the counters until its end, so that of many answers at once each sees the failures of those before it.
     * `anyFailures`: there is something that a complete proof clears.
     */
    async mayTry(
      store: Store,
      asked: readonly Asked[],
      names: readonly string[],
      address: string,
      hasWorked: boolean,
    ): Promise<{ granted: boolean; anyFailures: boolean }> {
      const hits = [...budgetHits('failures', asked, 0), ...nameFailures(names, networkOf(address), 0)];
      const rows = await store.counters.hitAll(hits, deps.clock.now());
      const { limits } = budgetOf('failures');
      const before = spentBefore(rows, 'failures', asked, 0);
      return {
        granted: before.every(({ spent, isKnown }) => grants(limits, spent, { hasWorked, isKnown })),
        anyFailures: failureKeys(asked).some((counter) => rowOf(rows, counter).count > 0),
      };
    },

    /** Counts a wrong proof that was judged, in the caller's transaction. */
    async countFailure(store: Store, asked: readonly Asked[], names: readonly string[], address: string): Promise<{ attacked: boolean }> {
      const hits = [...budgetHits('failures', asked, 1), ...nameFailures(names, networkOf(address), 1)];
      const rows = await store.counters.hitAll(hits, deps.clock.now());
      const { limits } = budgetOf('failures');
      return { attacked: spentBefore(rows, 'failures', asked, 0).some(({ spent }) => isAttack(limits, spent)) };
    },

    /** Takes a wrong proof back that was counted before it was judged, in the caller's transaction. */
    async giveBackFailure(store: Store, asked: readonly Asked[], names: readonly string[], address: string): Promise<void> {
      await store.counters.hitAll([...budgetHits('failures', asked, -1), ...nameFailures(names, networkOf(address), -1)], deps.clock.now());
    },

    /** Whether one more mail may tell a manager that somebody waits for them; what is refused is not counted. Not being told keeps nobody out. */
    async mayMailManager(store: Store, manager: string): Promise<boolean> {
      const hit = { key: key('manager-mails', manager), windowMilliseconds: HOUR, by: 1 };
      if ((await countOne(store, hit)) <= deps.configuration().factors.manager.mailsPerHour) return true;
      await countOne(store, givenBack(hit));
      return false;
    },

    /** True once in a day for each thing that an owner is told: `what` names it, the target included. */
    async tellsNow(store: Store, what: string): Promise<boolean> {
      return (await countOne(store, tellingOf(what))) === 1;
    },

    /** Wrong proofs from strangers that count, and until when theirs are worth nothing (0: they are judged). */
    async failuresOf(target: string): Promise<{ failures: number; pausedUntil: number }> {
      const [row] = await deps.store.counters.read([strangersKey('failures', target)]);
      const { limits, windowMilliseconds } = budgetOf('failures');
      const now = deps.clock.now();
      if (row === undefined) return NO_FAILURES;
      const endsAt = row.windowStartedAt + windowMilliseconds;
      if (endsAt <= now || now + WRONG_CLOCK <= row.windowStartedAt) return NO_FAILURES;
      return { failures: row.count, pausedUntil: row.count >= limits.strangersWithWork ? endsAt : 0 };
    },

    /** A complete proof ends the failures of its place and of strangers. What everybody can see of a name stays. */
    async clearFailures(store: Store, asked: readonly Asked[]): Promise<void> {
      await store.counters.clear(failureKeys(asked));
    },

    /** An operator ends what was used up of a target's budgets; for a day no place has used up its share. */
    async release(store: Store, target: string): Promise<void> {
      await store.counters.clear([strangersKey('failures', target), strangersKey('messages', target)]);
      await store.counters.pause(releasedKey(target), deps.clock.now() + RELEASED_FOR);
    },
  };

  /** What had been granted before this request, which itself added `by`. */
  function spentBefore(rows: Rows, budget: Budget, asked: readonly Asked[], by: number): { spent: Spent; isKnown: boolean }[] {
    const now = deps.clock.now();
    return asked.map((one) => {
      const isReleased = rowOf(rows, releasedKey(one.target)).pausedUntil > now;
      const place = isReleased ? 0 : rowOf(rows, placeKey(budget, one)).count - by;
      const strangers = rowOf(rows, strangersKey(budget, one.target)).count - (one.isKnown ? 0 : by);
      return { spent: { place, strangers }, isKnown: one.isKnown };
    });
  }
}

export type Guard = ReturnType<typeof createGuard>;
