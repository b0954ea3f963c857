import type { Goal } from '../../../shared/api/journeys.ts';
import type { DecoyReason } from '../audit/events.ts';
import type { Configuration } from '../configuration/document.ts';
import { hasAgents } from '../configuration/has-agents.ts';
import type { CoreDeps } from '../core-deps.ts';
import { JOURNEY_GOALS } from '../journey/goals/goals.ts';
import { usualSituation } from '../journey/usual-situation.ts';
import type { Account, Directory } from '../ports/directory.ts';
import { rulesFor } from '../proof/rules-for.ts';
import { createRulesTally, type RulesTally, type RuleTally } from '../proof/tally-rules.ts';
import { type Alike, createAlikes, createProfileJudge, type ProfileQuestions, readProfile } from './people-profiles.ts';

/** So many people are read side by side: each is some round trips, and the directory serves others besides. */
const SIDE_BY_SIDE = 8;
/** So many profiles are judged before others get their turn: some milliseconds. */
const AT_ONCE = 500;

/** Everybody, by the rule of proof that counts for each. */
export interface PeopleNumbers {
  readonly looked: number;
  /** People who could not recover now, in the usual situation, and why not. */
  readonly stranded: number;
  readonly reasons: Partial<Record<DecoyReason, number>>;
  readonly recovery: readonly RuleTally[];
  /** Empty where nobody can sign in. */
  readonly signIn: readonly RuleTally[];
}

/** Somebody who was looked at; `alike`: with whom they are put together. */
export interface LookedAt {
  readonly account: Account;
  readonly alike: number;
}

export interface LookOptions extends ProfileQuestions {
  /** Called after each portion of people. False ends it. */
  onPortion(people: readonly LookedAt[]): Promise<boolean>;
}

/**
 * Looks at everybody in these directories, by what rules of proof go by. Holds no more than one page of people at a time, and one profile
 * of all who are alike.
 * @returns null: it was ended before the end
 * @throws AppError `directory.*` or `store.*` when a server does not answer any more: nothing is known then
 */
export async function lookAtEverybody(
  deps: Pick<CoreDeps, 'store' | 'keys' | 'log' | 'clock'>,
  directories: readonly Directory[],
  { onPortion, ...questions }: LookOptions,
): Promise<readonly Alike[] | null> {
  const alikes = createAlikes();
  let goesOn = true;
  for (const directory of directories)
    await directory.forEachPerson(async (accounts) => {
      for (let from = 0; from < accounts.length && goesOn; from += SIDE_BY_SIDE) {
        const some = accounts.slice(from, from + SIDE_BY_SIDE);
        const profiles = await Promise.all(some.map((account) => readProfile(deps, directory, account, questions)));
        goesOn = await onPortion(some.map((account, index) => ({ account, alike: alikes.add(profiles[index] as (typeof profiles)[0]) })));
      }
    });
  return goesOn ? alikes.all : null;
}

/**
 * Counts people by the rules of a configuration, each judged as a recovery or a sign-in would judge them when they were looked at. Asks
 * nobody; others get their turn on the way.
 * @param gone nobody waits for it any more
 * @returns null: it was given up, as nobody waits for it
 */
export async function countByRule(
  deps: Pick<CoreDeps, 'clock'>,
  configuration: Configuration,
  alikes: readonly Alike[],
): Promise<PeopleNumbers>;
export async function countByRule(
  deps: Pick<CoreDeps, 'clock'>,
  configuration: Configuration,
  alikes: readonly Alike[],
  gone: AbortSignal | undefined,
): Promise<PeopleNumbers | null>;
export async function countByRule(
  { clock }: Pick<CoreDeps, 'clock'>,
  configuration: Configuration,
  alikes: readonly Alike[],
  gone?: AbortSignal,
): Promise<PeopleNumbers | null> {
  const tallies = talliesOf(configuration);
  const [recovery, signIn] = tallies;
  const asked = tallies.flatMap((tally) =>
    tally.situations.map((situation) => {
      const judge = createProfileJudge({ ...situation, rules: rulesFor(configuration, situation.goal) });
      return { tally, situation, judge };
    }),
  );
  let looked = 0;
  for (const [index, { profile, people }] of alikes.entries()) {
    looked += people;
    for (const { tally, situation, judge } of asked) {
      const { facts, reason } = judge(profile);
      tally.add(situation, facts, reason, people);
    }
    if (index % AT_ONCE === AT_ONCE - 1) await clock.sleep(0);
    if (gone?.aborted) return null;
  }
  const reasons = recovery?.reasons ?? {};
  const stranded = Object.values(reasons).reduce((sum, number) => sum + number, 0);
  return { looked, stranded, reasons, recovery: recovery?.rules ?? [], signIn: signIn?.rules ?? [] };
}

/** Of the rules for recovering, and of those for signing in where one can. */
export function talliesOf(configuration: Configuration): RulesTally[] {
  const { recovery, signIn } = configuration;
  const goals: Goal[] = [...recovery.goals, ...(hasAgents(configuration) ? (['confirm-call'] as const) : [])];
  const usual = usualSituation(configuration, 'web');
  const asking = goals.filter((goal) => JOURNEY_GOALS[goal].asksForProof);
  const ofRecovery = createRulesTally(recovery.rules, usual, asking);
  return signIn.enabled ? [ofRecovery, createRulesTally(signIn.rules, { ...usual, goal: 'sign-in' }, ['sign-in'])] : [ofRecovery];
}
