import type { Client, FactorKind, Goal } from '../../../shared/api/journeys.ts';
import type { Membership, NamedScopes } from '../ports/membership.ts';
import { type Choice, type Combination, distinctCombinations, enoughForBoth, expandChoice } from './combinations.ts';
import { isInNetworks } from './networks.ts';

/** One rule of proof, as the configuration has it: what is accepted from whom. The first one that applies counts, and no other. */
export interface ProofRule {
  readonly name: string;
  readonly when: {
    readonly goals?: readonly Goal[] | undefined;
    readonly clients?: readonly Client['kind'][] | undefined;
    /** CIDR. */
    readonly networks?: readonly string[] | undefined;
    readonly directories?: readonly string[] | undefined;
    readonly places?: readonly string[] | undefined;
    readonly groups?: readonly string[] | undefined;
  };
  readonly accepted: readonly Combination[];
  readonly choice?: Choice | undefined;
  /** What it accepts while no threat is raised, where one is (`threat/tighten.ts`): what is added counts by that again one day. */
  readonly usual?: readonly Combination[] | undefined;
}

/** What is known of a journey before anybody has proven anything. */
export interface Situation {
  readonly goal: Goal;
  readonly client: Client['kind'];
  /** From where it was begun; null: not known, as for an operator who asks what a person could do. */
  readonly address: string | null;
}

/** What rules ask of an account. `membership` has what they name for its directory; what is not in it is not known. */
export interface RuleFacts {
  readonly directory: string;
  readonly membership: Membership;
}

/** Everything that a rule accepts. Nothing: who it applies to cannot recover by themselves. */
export function combinationsOf({ accepted, choice }: ProofRule): FactorKind[][] {
  return distinctCombinations([...accepted, ...(choice === undefined ? [] : expandChoice(choice))]);
}

/** null: it cannot be told. */
export type Verdict = boolean | null;

/** One that is false decides; then one that is not known. */
export function all(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes(false)) return false;
  return verdicts.includes(null) ? null : true;
}

/** Whether goal, client and network meet the conditions of a rule. */
export function fitsSituation({ when }: Pick<ProofRule, 'when'>, { goal, client, address }: Situation): Verdict {
  const isNear = (networks: readonly string[]): Verdict => (address === null ? null : isInNetworks(address, networks));
  return all([
    when.goals?.includes(goal) !== false,
    when.clients?.includes(client) !== false,
    when.networks === undefined || isNear(when.networks),
  ]);
}

/** One that is true decides; then one that is not known. */
export function any(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes(true)) return true;
  return verdicts.includes(null) ? null : false;
}

/** Whether an account meets the conditions on directory, place and group. */
export function fitsAccount({ when }: Pick<ProofRule, 'when'>, { directory, membership }: RuleFacts): Verdict {
  const isOneOf = (names: readonly string[] | undefined, known: Readonly<Record<string, Verdict>>): Verdict =>
    names === undefined || any(names.map((name) => (Object.hasOwn(known, name) ? (known[name] ?? null) : null)));
  return all([
    when.directories?.includes(directory) !== false,
    isOneOf(when.places, membership.places),
    isOneOf(when.groups, membership.groups),
  ]);
}

/** The places and groups that rules name for the people of a directory: what has to be read of each of them. */
export function scopesNamed(rules: readonly (Pick<ProofRule, 'name' | 'when'> & Partial<ProofRule>)[], directory: string): NamedScopes {
  const own = rules.filter(({ when }) => when.directories?.includes(directory) ?? true);
  return {
    places: [...new Set(own.flatMap(({ when }) => when.places ?? []))],
    groups: [...new Set(own.flatMap(({ when }) => when.groups ?? []))],
  };
}

/** The rules that could apply to an account in any situation, for any goal: also where it cannot be told. */
export function rulesConcerning(rules: readonly ProofRule[], account: RuleFacts): ProofRule[] {
  return rules.filter((rule) => fitsAccount(rule, account) !== false);
}

/** Whether a rule asks nothing of the account: it applies to everybody in the situations that it is for. */
function isForEverybody({ when }: ProofRule): boolean {
  return when.directories === undefined && when.places === undefined && when.groups === undefined;
}

/**
 * The rules that could apply to somebody in this situation: up to the first one that applies to everybody. From the configuration
 * alone, so that they are the same for every name.
 */
export function rulesThatMayApply(rules: readonly ProofRule[], situation: Situation): ProofRule[] {
  const may = rules.filter((rule) => fitsSituation(rule, situation) !== false);
  const last = may.findIndex((rule) => isForEverybody(rule) && fitsSituation(rule, situation) === true);
  return last < 0 ? may : may.slice(0, last + 1);
}

/** The combinations of all rules that could apply: what is offered before the first right proof, to everybody alike. */
export function offeredCombinations(rules: readonly ProofRule[], situation: Situation): FactorKind[][] {
  return distinctCombinations(rulesThatMayApply(rules, situation).flatMap(combinationsOf));
}

/**
 * What an account's own rule accepts: the first one that applies to it. Where it cannot be told whether a rule applies, what is
 * accepted must be enough both by it and by what would count without it: that something is hidden never makes it easier.
 * Empty: nothing is accepted, also where no rule applies.
 */
export function ownCombinations(rules: readonly ProofRule[], situation: Situation, account: RuleFacts): FactorKind[][] {
  const [rule, ...others] = rules;
  if (rule === undefined) return [];
  const applies = all([fitsSituation(rule, situation), fitsAccount(rule, account)]);
  if (applies === true) return combinationsOf(rule);
  const otherwise = ownCombinations(others, situation, account);
  return applies === false ? otherwise : enoughForBoth(combinationsOf(rule), otherwise);
}
