import type { FactorKind, Goal } from '../../../shared/api/journeys.ts';
import type { Candidate } from '../accounts/candidate.ts';
import { isServed } from '../configuration/directory-abilities.ts';
import type { Configuration } from '../configuration/document.ts';
import { hasAgents } from '../configuration/has-agents.ts';
import { distinctCombinations, enoughForBoth } from '../proof/combinations.ts';
import { isProofComplete, nextKinds } from '../proof/completeness.ts';
import { acceptedOf } from '../proof/first-sign-in.ts';
import { combinationsOf, offeredCombinations, ownCombinations, rulesConcerning, type Situation } from '../proof/rules.ts';
import { rulesFor } from '../proof/rules-for.ts';
import { countingCombinations } from '../threat/counting-kinds.ts';
import type { JourneyDeps } from './journey-deps.ts';
import type { JourneyState } from './journey-state.ts';

type Deps = Pick<JourneyDeps, 'configuration'>;

/** What the rules of proof go by before anything is proven. A journey keeps the network in which it began. */
export function situationOf({ goal, client, address }: JourneyState): Situation {
  return { goal, client: client.kind, address };
}

/** The same for every kind of client that the journey has come to. */
function situationsOf(state: JourneyState): Situation[] {
  const begun = situationOf(state);
  return [...new Set([begun.client, ...(state.handedTo ?? [])])].map((client) => ({ ...begun, client }));
}

/**
 * What is enough for every kind of client that the journey has come to: what is easier for one of them is not carried to another, and what
 * another asks for is not left out.
 */
function enoughInAll(state: JourneyState, combinations: (situation: Situation) => FactorKind[][]): FactorKind[][] {
  const each = situationsOf(state).map(combinations);
  // Where two say the same it is left as it is written: nothing that is offered changes with the device.
  return each.reduce((all, more) => (JSON.stringify(all) === JSON.stringify(more) ? all : enoughForBoth(all, more)));
}

/** The goals offered to a client: of those configured, the ones that a directory can serve and for which some proof could count. */
export function offeredGoals(configuration: Configuration, where: Omit<Situation, 'goal'>): Goal[] {
  const { recovery, signIn, directories } = configuration;
  const canProve = (goal: Goal) => offeredCombinations(rulesFor(configuration, goal), { ...where, goal }).length > 0;
  const goals: Goal[] = [
    ...recovery.goals,
    ...(hasAgents(configuration) ? (['confirm-call'] as const) : []),
    ...(signIn.enabled ? (['sign-in'] as const) : []),
  ];
  return goals.filter((goal) => isServed(goal, directories) && canProve(goal));
}

/** Whether another goal is offered to every kind of client that a journey has come to. */
export function isOfferedToo({ configuration }: Deps, state: JourneyState, goal: Goal): boolean {
  return situationsOf(state).every((situation) => offeredGoals(configuration(), situation).includes(goal));
}

/**
 * The combinations that count in a journey now. Before the first right proof: those of all rules that could apply, the same for every
 * name. After it: what the owners of the accounts that are left can give of what the rule of each accepts.
 */
export function combinationsNow(deps: Deps, state: JourneyState): FactorKind[][] {
  // Who is signed in is known: nothing is offered that they do not have.
  if (state.proven.length === 0 && state.stepUp === undefined)
    return enoughInAll(state, (situation) => offeredCombinations(rulesFor(deps.configuration(), state.goal), situation));
  const own = (state.candidates ?? []).flatMap((candidate) => {
    const has = [...state.proven, ...candidate.has];
    return combinationsFor(deps, state, candidate).filter((kinds) => kinds.every((kind) => has.includes(kind)));
  });
  return distinctCombinations(own);
}

/** The kinds that may be asked for now. */
export function kindsNow(deps: Deps, state: JourneyState): FactorKind[] {
  return nextKinds(combinationsNow(deps, state), state.proven);
}

/** Of these accounts the ones whose own rule is met by what was proven. */
export function completeAmong(deps: Deps, state: JourneyState, candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter((candidate) => isProofComplete(combinationsFor(deps, state, candidate), state.proven));
}

/** Whether what was proven would be enough for another goal as well: a journey ends in nothing that asks for more than it did. */
export function isEnoughFor(deps: Deps, state: JourneyState, candidate: Candidate, goal: Goal): boolean {
  return isProofComplete(combinationsFor(deps, { ...state, goal }, candidate), state.proven);
}

/** Whether a kind is part of anything that the account's rule accepts. */
export function acceptsKind(deps: Deps, state: JourneyState, candidate: Candidate, kind: FactorKind): boolean {
  return combinationsFor(deps, state, candidate).some((kinds) => kinds.includes(kind));
}

/**
 * Whether what was proven meets every rule that could ever apply to the account and in which a new proof of this kind would count: also
 * those for other goals, networks and clients. What is added rests on a proof, and is worth no more than that.
 */
export function isEnoughToAdd(deps: Deps, state: JourneyState, candidate: Candidate, kind: FactorKind): boolean {
  const { recovery, signIn } = deps.configuration();
  // Who may reset the password has it.
  const proven: FactorKind[] = isEnoughFor(deps, state, candidate, 'reset-password') ? [...state.proven, 'password'] : state.proven;
  return rulesConcerning([...recovery.rules, ...(signIn.enabled ? signIn.rules : [])], candidate.facts)
    .filter((rule) => (rule.usual ?? combinationsOf(rule)).some((kinds) => kinds.includes(kind)))
    .every((rule) => isProofComplete(combinationsOf(rule), proven));
}

function combinationsFor(deps: Deps, state: JourneyState, { facts, has }: Candidate): FactorKind[][] {
  // Who asks for a step-up names what they want themselves.
  if (state.stepUp !== undefined) return countingCombinations(deps.configuration(), state.stepUp.wanted);
  const rules = rulesFor(deps.configuration(), state.goal);
  const own = enoughInAll(state, (situation) => ownCombinations(rules, situation, facts));
  return acceptedOf(own, state.goal, has);
}
