import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { DecoyReason } from '../audit/events.ts';
import type { Configuration } from '../configuration/document.ts';
import type { EnrolmentAsk } from '../ports/enrolment-ask-store.ts';
import { fitsAccount, type RuleFacts } from '../proof/rules.ts';
import type { CombinationVerdict } from './judge-combinations.ts';
import { startOfDay } from './start-of-day.ts';

const DAY = 24 * 3_600_000;

/** One rule of `enrolment.required`. */
export type RequirementRule = Configuration['enrolment']['required'][number];

/** What decides whether somebody is asked to enrol, read before. */
export interface RequirementFacts {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** In which the days of the rules begin and end (IANA). */
  readonly timeZone: string;
  /** What the rules ask of the account. What is not in it is not known. */
  readonly account: RuleFacts;
  /** Why the account cannot be recovered by its owner, whatever is enrolled. `directory-trouble`: it could not be read. */
  readonly barred: Exclude<DecoyReason, 'not-enrolled'> | null;
  /** The combinations that are accepted of the account, and what is missing; what waits for its cool-down is not missing. null: not known. */
  readonly ways: readonly CombinationVerdict[] | null;
  /** The directory tells of everything that chooses the rule of proof. False: `ways` are those that are enough in any case. */
  readonly waysCertain: boolean;
  /** What people can add by themselves. */
  readonly addable: readonly FactorKind[];
  /** Those of them that need a code to arrive, and codes do not leave at present. */
  readonly notLeaving: readonly FactorKind[];
  /** What was asked before; null: nothing. */
  readonly asked: EnrolmentAsk | null;
}

/** Why somebody could not finish, were they to begin now. */
export type Stuck = 'codes-do-not-leave' | 'not-by-yourself';

/** Why somebody is asked nothing. */
export type NotAsked = 'no-rule' | 'never' | 'can-recover' | 'barred' | 'nothing-accepted' | 'not-yet' | 'put-off';

export interface AskedFor {
  readonly ask: 'remind' | 'force';
  readonly rule: RequirementRule;
  /** From when on it cannot be put off, milliseconds since 1970; null: there is none, or it is not known which rule applies. */
  readonly deadline: number | null;
  /** Something that decides is not told by the directory: nobody is forced then. */
  readonly uncertain: boolean;
  readonly stuck: Stuck | null;
  readonly ways: readonly CombinationVerdict[];
}

/** What is asked of somebody at present. */
export type Requirement = { readonly ask: 'nothing'; readonly because: NotAsked } | AskedFor;

/**
 * Decides whether somebody is asked to add what proves them. Forces only who certainly falls under a rule, certainly could not recover,
 * and can do something about it now; whatever of that is not known makes it a reminder, so that nobody is locked out by what is hidden.
 */
export function requirementOf(rules: readonly RequirementRule[], facts: RequirementFacts): Requirement {
  const { rule, certain, none } = ruleFor(rules, facts.account);
  if (rule === null) return nothing(none);
  if (facts.barred !== null && facts.barred !== 'directory-trouble')
    return nothing(facts.barred === 'nothing-accepted' ? facts.barred : 'barred');
  const ways = facts.ways ?? [];
  if (ways.some(({ missing }) => missing.length === 0)) return nothing('can-recover');
  const isRead = facts.ways !== null && facts.waysCertain && facts.barred === null;
  if (isRead && ways.length === 0) return nothing('nothing-accepted');
  if (rule.from !== undefined && startOfDay(rule.from, facts.timeZone) > facts.now) return nothing('not-yet');

  const uncertain = !certain || !isRead;
  const deadline = uncertain ? null : deadlineOf(rule, facts);
  const stuck = stuckOf(ways, facts);
  const isOver = deadline !== null && deadline <= facts.now;
  if (rule.ask === 'force' && isOver && stuck === null) return { ask: 'force', rule, deadline, uncertain, stuck, ways };
  if ((facts.asked?.putOffUntil ?? 0) > facts.now) return nothing('put-off');
  return { ask: 'remind', rule, deadline, uncertain, stuck, ways };
}

/** Until when somebody who puts it off now is left alone: never past the deadline. */
export function putOffUntil({ rule, deadline }: Pick<AskedFor, 'rule' | 'deadline'>, now: number): number {
  const later = now + rule.putOffDays * DAY;
  return deadline !== null && deadline > now ? Math.min(later, deadline) : later;
}

/** Days that are left, the one that has begun included. */
export function daysLeft(deadline: number, now: number): number {
  return Math.max(0, Math.ceil((deadline - now) / DAY));
}

/** The rule that applies; where that is not known, the first one that might and asks for something. */
function ruleFor(
  rules: readonly RequirementRule[],
  account: RuleFacts,
): { rule: RequirementRule | null; certain: boolean; none: 'no-rule' | 'never' } {
  const may: RequirementRule[] = [];
  let certain = true;
  for (const rule of rules) {
    const fits = fitsAccount(rule, account);
    if (fits === false) continue;
    may.push(rule);
    if (fits) break;
    certain = false;
  }
  const rule = may.find(({ ask }) => ask !== 'never') ?? null;
  return { rule, certain, none: may.length === 0 ? 'no-rule' : 'never' };
}

/** Days count from when the rule began, for who was asked before that by another one. */
function deadlineOf({ from, deadline, days }: RequirementRule, { asked, now, timeZone }: RequirementFacts): number | null {
  const began = from === undefined ? 0 : startOfDay(from, timeZone);
  const ends = [
    ...(deadline === undefined ? [] : [startOfDay(deadline, timeZone, 1)]),
    ...(days === undefined ? [] : [Math.max(asked?.firstAskedAt ?? now, began) + days * DAY]),
  ];
  return ends.length === 0 ? null : Math.max(...ends, asked?.deferredUntil ?? 0);
}

function stuckOf(ways: readonly CombinationVerdict[], { addable, notLeaving }: RequirementFacts): Stuck | null {
  const canAdd = (kinds: readonly FactorKind[]) => ways.some(({ missing }) => missing.every((kind) => kinds.includes(kind)));
  if (ways.length === 0 || canAdd(addable.filter((kind) => !notLeaving.includes(kind)))) return null;
  return canAdd(addable) ? 'codes-do-not-leave' : 'not-by-yourself';
}

function nothing(because: NotAsked): Requirement {
  return { ask: 'nothing', because };
}
