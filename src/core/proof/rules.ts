import type { Client, FactorKind, Goal } from '../../../shared/api/journeys.ts';
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
  };
  readonly accepted: readonly Combination[];
  readonly choice?: Choice | undefined;
}

/** What is known of a journey before anybody has proven anything. */
export interface Situation {
  readonly goal: Goal;
  readonly client: Client['kind'];
  /** From where it was begun; null: not known, as for an operator who asks what a person could do. */
  readonly address: string | null;
}

/** What rules ask of an account. */
export interface AccountFacts {
  readonly directory: string;
}

/** Everything that a rule accepts. Nothing: who it applies to cannot recover by themselves. */
export function combinationsOf({ accepted, choice }: ProofRule): FactorKind[][] {
  return distinctCombinations([...accepted, ...(choice === undefined ? [] : expandChoice(choice))]);
}

/** null: it cannot be told. */
type Verdict = boolean | null;

/** One that is false decides; then one that is not known. */
function all(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes(false)) return false;
  return verdicts.includes(null) ? null : true;
}

function fitsSituation({ when }: ProofRule, { goal, client, address }: Situation): Verdict {
  const isNear = (networks: readonly string[]): Verdict => (address === null ? null : isInNetworks(address, networks));
  return all([
    when.goals?.includes(goal) ?? true,
    when.clients?.includes(client) ?? true,
    when.networks === undefined || isNear(when.networks),
  ]);
}

function fitsAccount({ when }: ProofRule, { directory }: AccountFacts): Verdict {
  return when.directories?.includes(directory) ?? true;
}

/** Whether a rule asks nothing of the account: it applies to everybody in the situations that it is for. */
function isForEverybody({ when }: ProofRule): boolean {
  return when.directories === undefined;
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
export function ownCombinations(rules: readonly ProofRule[], situation: Situation, account: AccountFacts): FactorKind[][] {
  const [rule, ...others] = rules;
  if (rule === undefined) return [];
  const applies = all([fitsSituation(rule, situation), fitsAccount(rule, account)]);
  if (applies === true) return combinationsOf(rule);
  const otherwise = ownCombinations(others, situation, account);
  return applies === false ? otherwise : enoughForBoth(combinationsOf(rule), otherwise);
}
