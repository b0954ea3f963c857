import { AppError } from '../../../shared/errors.ts';
import { canonicalJson } from '../audit/canonical-json.ts';
import type { DecoyReason } from '../audit/events.ts';
import type { CheckContext } from '../configuration/check-context.ts';
import type { Configuration } from '../configuration/document.ts';
import { parseStoredConfiguration } from '../configuration/parse-stored-configuration.ts';
import type { CoreDeps } from '../core-deps.ts';
import { countByRule, type PeopleNumbers, talliesOf } from '../enrolment/count-by-rule.ts';
import { createProfileJudge, oncePerMembership, type Profile, type ProfileVerdict } from '../enrolment/people-profiles.ts';
import { usualSituation } from '../journey/usual-situation.ts';
import type { PeopleCountRow } from '../ports/people-count-store.ts';
import { combinationsOf, ownCombinations, type ProofRule, type Situation } from '../proof/rules.ts';
import { rulesFor } from '../proof/rules-for.ts';
import { weaknessesOf } from '../proof/weaknesses.ts';
import {
  type Counted,
  type CountedPerson,
  NAMED,
  type NotLookedUp,
  notLookedUp,
  readCounted,
  readCountedPeople,
} from './counted-people.ts';
import { judgeChange, type WantedChange } from './judge-change.ts';

type Deps = Pick<CoreDeps, 'store' | 'clock'>;

/** Profiles that are judged before others get their turn: some milliseconds. */
const AT_ONCE = 500;

/** Of what people can do: to recover, to sign in. */
export const CAN = ['recovery', 'signIn'] as const;
export type Can = (typeof CAN)[number];

/** Settings besides rules that what was read of people rests on. A draft that changes them is counted as if it did not. */
const READ_BY = [['directories'], ['factors', 'manager']] as const;

/** What a draft does to what people can do. */
export interface Moved {
  /** People who can and could not. */
  readonly gained: number;
  /** People who could and cannot any more. */
  readonly lost: number;
  /** People from whom a weak combination is accepted that was not, in any situation that a rule is for. */
  readonly weakened: number;
}

export interface DraftNumbers {
  readonly before: PeopleNumbers;
  readonly after: PeopleNumbers;
  readonly moved: Readonly<Record<Can, Moved>>;
}

/** What a draft would do, by what the last count has read of everybody. */
export interface DraftCount {
  /** The count it goes by; null: nobody was counted, or nothing of who was is kept any more. */
  readonly row: PeopleCountRow | null;
  /** What its rules ask for and the count has not looked up: nothing can be said then. null: nothing. */
  readonly notLookedUp: NotLookedUp | null;
  /** What people rest on and is another than when they were counted: the numbers do not tell of it. */
  readonly notCounted: readonly string[];
  readonly numbers: DraftNumbers | null;
}

/** Somebody whom a draft lets do what they could not, or keeps from it. */
export interface MovedPerson extends CountedPerson {
  readonly can: Can;
  readonly change: 'gained' | 'lost';
  /** Why they cannot: afterwards, or before. null: nobody can do it then. */
  readonly reason: DecoyReason | null;
}

/** What was counted, and both configurations; what is moved by each sort of people who are alike. */
interface Compared {
  readonly count: DraftCount;
  readonly counted: Counted | null;
  readonly moves: readonly (readonly Pick<MovedPerson, 'can' | 'change' | 'reason'>[])[];
}

/**
 * Counts people by a configuration that is not in force. Asks no directory: it goes by what the last count has read of everybody.
 * @param gone nobody waits for it any more
 * @returns `first`: some of those who are moved, those first who lose something; null: it was given up, as nobody waits for it
 * @throws AppError `configuration.not-in-order` where it could not be put into force; as `judgeChange`
 */
export async function countDraft(
  deps: Deps,
  context: CheckContext,
  wanted: WantedChange,
  gone: AbortSignal,
): Promise<(DraftCount & { readonly first: readonly MovedPerson[] }) | null> {
  const compared = await compare(deps, context, wanted, gone);
  const first: MovedPerson[] = [];
  if (compared === null) return null;
  for await (const people of movedIn(deps, compared, 'first')) {
    if (gone.aborted) return null;
    first.push(...people.slice(0, NAMED - first.length));
    if (first.length === NAMED) break;
  }
  return { ...compared.count, first };
}

/**
 * Everybody for whom a draft changes what they can do, as they were when they were counted; those first who lose it.
 * @throws AppError as `countDraft`, and as `readCountedPeople`
 */
export async function* peopleMoved(deps: Deps, context: CheckContext, wanted: WantedChange): AsyncGenerator<readonly MovedPerson[]> {
  const compared = await compare(deps, context, wanted);
  if (compared !== null) yield* movedIn(deps, compared, 'all');
}

/** @param which all of them, or as many as are named, in the same order */
async function* movedIn(deps: Deps, { count, counted, moves }: Compared, which: 'first' | 'all'): AsyncGenerator<readonly MovedPerson[]> {
  if (count.row === null || counted === null) return;
  for (const change of ['lost', 'gained'] as const) {
    const concerned = moves.flatMap((each, alike) => (each.some((move) => move.change === change) ? [alike] : []));
    if (concerned.length === 0) continue;
    const firstIn = new Set(concerned.flatMap((alike) => counted.firstIn[alike] ?? []));
    const every = Array.from({ length: counted.portions }, (_, index) => index + 1);
    const portions = which === 'all' ? every : every.filter((portion) => firstIn.has(portion));
    for await (const people of readCountedPeople(deps.store, count.row.id, portions)) {
      yield people.flatMap((person) =>
        (moves[person.alike] ?? []).filter((move) => move.change === change).map((move) => ({ ...person, ...move })),
      );
    }
  }
}

/** @returns null: it was given up */
async function compare(deps: Deps, context: CheckContext, wanted: WantedChange, gone?: AbortSignal): Promise<Compared | null> {
  const { store } = deps;
  const after = await requireInOrder(deps, context, wanted);
  if (gone?.aborted) return null;
  const row = await store.peopleCounts.lastDone();
  const [from, by] = await Promise.all([
    store.configurations.read(wanted.base),
    row === null ? null : store.configurations.read(row.configuration),
  ]);
  const counted = row === null ? null : await readCounted(store, row.id);
  const nothing = { row, notLookedUp: null, notCounted: [], numbers: null };
  if (row === null || counted === null || by === null || from === null)
    return { count: { ...nothing, row: null }, counted: null, moves: [] };
  const before = parseStoredConfiguration(from).configuration;
  const rules = [before, after].flatMap(({ recovery, signIn }) => [...recovery.rules, ...(signIn.enabled ? signIn.rules : [])]);
  const missing = notLookedUp(counted.lookedUp, rules);
  const notCounted = changedSince(parseStoredConfiguration(by).configuration, after);
  if (missing !== null) return { count: { ...nothing, notLookedUp: missing, notCounted }, counted: null, moves: [] };
  const compared = await move(deps, [before, after], counted, gone);
  // Counted by the very version that the draft is made from: its numbers are there.
  const known = row.configuration === wanted.base && row.numbers !== null ? (JSON.parse(row.numbers) as PeopleNumbers) : null;
  const was = known ?? (await countByRule(deps, before, counted.alikes, gone));
  const would = await countByRule(deps, after, counted.alikes, gone);
  if (compared === null || was === null || would === null) return null;
  const { moved, moves } = compared;
  const numbers = { before: was, after: would, moved };
  return { count: { row, notLookedUp: null, notCounted, numbers }, counted, moves };
}

/** The draft, with every default. @throws AppError `configuration.not-in-order`; as `judgeChange` */
export async function requireInOrder(deps: Deps, context: CheckContext, wanted: WantedChange): Promise<Configuration> {
  const { configuration } = await judgeChange(deps, context, wanted);
  if (configuration === null) throw new AppError('configuration.not-in-order');
  return configuration;
}

function changedSince(then: Configuration, now: Configuration): string[] {
  const at = (document: unknown, path: readonly string[]) =>
    canonicalJson(path.reduce((value, key) => (value as Record<string, unknown>)[key], document) as never);
  return READ_BY.filter((path) => at(then, path) !== at(now, path)).map((path) => path.join('.'));
}

type Two = readonly [before: Configuration, after: Configuration];

async function move(
  { clock }: Deps,
  both: Two,
  { alikes }: Counted,
  gone: AbortSignal | undefined,
): Promise<(Pick<Compared, 'moves'> & { moved: DraftNumbers['moved'] }) | null> {
  const zero = () => ({ gained: 0, lost: 0, weakened: 0 });
  const moved = { recovery: zero(), signIn: zero() };
  const situations = situationsOf(both);
  const judges = { recovery: both.map((each) => judgeOf(each, 'recovery')), signIn: both.map((each) => judgeOf(each, 'signIn')) };
  const weakened = {
    recovery: situations.recovery.map((situation) => weakenedIn(both, situation)),
    signIn: situations.signIn.map((situation) => weakenedIn(both, situation)),
  };
  const moves: Pick<MovedPerson, 'can' | 'change' | 'reason'>[][] = [];
  for (const [index, { profile, people }] of alikes.entries()) {
    const own: (typeof moves)[number] = [];
    for (const can of CAN) {
      const [could, canNow] = judges[can].map((judge) => judge(profile)) as [Verdict, Verdict];
      if (could.able !== canNow.able) {
        const change = canNow.able ? 'gained' : 'lost';
        moved[can][change] += people;
        own.push({ can, change, reason: (canNow.able ? could : canNow).reason });
      }
      if (weakened[can].some((isWeakened) => isWeakened(profile))) moved[can].weakened += people;
    }
    moves.push(own);
    if (index % AT_ONCE === AT_ONCE - 1) await clock.sleep(0);
    if (gone?.aborted) return null;
  }
  return { moved, moves };
}

interface Verdict {
  readonly able: boolean;
  readonly reason: DecoyReason | null;
}

/** Who can do it, from wherever they are. */
function judgeOf(configuration: Configuration, can: Can): (profile: Profile) => Verdict {
  if (can === 'signIn' && !configuration.signIn.enabled) return () => ({ able: false, reason: null });
  const usual = usualSituation(configuration, 'web');
  const goal = can === 'signIn' ? 'sign-in' : usual.goal;
  const judge = createProfileJudge({ ...usual, goal, rules: rulesFor(configuration, goal) });
  const verdictOf = ({ reason }: ProfileVerdict) => ({ able: reason === null, reason });
  return (profile) => verdictOf(judge(profile));
}

/** Every situation that a rule before or after is for, where anything weak is accepted afterwards. */
function situationsOf(both: Two): Record<Can, Situation[]> {
  const { recovery, signIn } = both[1];
  const isWeak = (rules: readonly ProofRule[]) =>
    rules.some((rule) => combinationsOf(rule).some((kinds) => weaknessesOf(kinds).length > 0));
  const all = both.flatMap((each) => talliesOf(each).flatMap(({ situations }) => situations));
  const distinct = [...new Map(all.map((each) => [canonicalJson({ ...each }), each])).values()];
  const isSignIn = ({ goal }: Situation) => goal === 'sign-in';
  return {
    recovery: isWeak(recovery.rules) ? distinct.filter((each) => !isSignIn(each)) : [],
    signIn: signIn.enabled && isWeak(signIn.rules) ? distinct.filter(isSignIn) : [],
  };
}

/**
 * Whether something weak is accepted of somebody that was not, worked out once for all who share their membership. Nothing is accepted of who
 * is barred.
 */
function weakenedIn([before, after]: Two, situation: Situation): (profile: Profile) => boolean {
  const isWeakenedFor = oncePerMembership((facts) => {
    const weak = (configuration: Configuration) => {
      if (situation.goal === 'sign-in' && !configuration.signIn.enabled) return [];
      const own = ownCombinations(rulesFor(configuration, situation.goal), situation, facts);
      return own.filter((kinds) => weaknessesOf(kinds).length > 0).map((kinds) => kinds.toSorted().join());
    };
    const had = weak(before);
    return weak(after).some((each) => !had.includes(each));
  });
  return ({ membership, directory, barred }) => {
    if (membership === null || barred[situation.goal as keyof typeof barred] !== undefined) return false;
    return isWeakenedFor(directory, membership);
  };
}
