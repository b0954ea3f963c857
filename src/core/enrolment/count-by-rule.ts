import type { Goal } from '../../../shared/api/journeys.ts';
import { type Asked, judgeAccount } from '../accounts/judge-account.ts';
import type { DecoyReason } from '../audit/events.ts';
import type { Configuration } from '../configuration/document.ts';
import { hasAgents } from '../configuration/has-agents.ts';
import type { CoreDeps } from '../core-deps.ts';
import { JOURNEY_GOALS } from '../journey/goals/goals.ts';
import { usualSituation } from '../journey/usual-situation.ts';
import type { Account, Directory } from '../ports/directory.ts';
import { rulesFor } from '../proof/rules-for.ts';
import { createRulesTally, type RulesTally, type RuleTally } from '../proof/tally-rules.ts';

/** So many people are judged side by side: each is some round trips, and the directory serves others besides. */
const SIDE_BY_SIDE = 8;

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

export interface CountOptions {
  readonly canBeVouchedFor: Asked['canBeVouchedFor'];
  /** Called after each portion of people. False ends the count. */
  onPortion(looked: number): Promise<boolean>;
}

/**
 * Counts everybody in these directories by the rules of proof, each judged as a recovery or a sign-in would judge them now. Holds no more than
 * one page of people at a time.
 * @returns null: it was ended before the end
 * @throws AppError `directory.*` or `store.*` when a server does not answer any more: nothing is known then
 */
export async function countByRule(
  deps: Pick<CoreDeps, 'store' | 'keys' | 'log' | 'clock'>,
  configuration: Configuration,
  directories: readonly Directory[],
  { canBeVouchedFor, onPortion }: CountOptions,
): Promise<PeopleNumbers | null> {
  const tallies = talliesOf(configuration);
  const [recovery, signIn] = tallies;
  let looked = 0;
  let goesOn = true;
  const judge = async (directory: Directory, account: Account) => {
    for (const tally of tallies)
      for (const situation of tally.situations) {
        const rules = rulesFor(configuration, situation.goal);
        const { facts, reason } = await judgeAccount(deps, directory, account, { ...situation, rules, canBeVouchedFor });
        tally.add(situation, facts, reason);
      }
  };
  for (const directory of directories)
    await directory.forEachPerson(async (accounts) => {
      for (let from = 0; from < accounts.length && goesOn; from += SIDE_BY_SIDE) {
        const some = accounts.slice(from, from + SIDE_BY_SIDE);
        await Promise.all(some.map((account) => judge(directory, account)));
        looked += some.length;
        goesOn = await onPortion(looked);
      }
    });
  if (!goesOn) return null;
  const reasons = recovery?.reasons ?? {};
  const stranded = Object.values(reasons).reduce((sum, number) => sum + number, 0);
  return { looked, stranded, reasons, recovery: recovery?.rules ?? [], signIn: signIn?.rules ?? [] };
}

/** Of the rules for recovering, and of those for signing in where one can. */
function talliesOf(configuration: Configuration): RulesTally[] {
  const { recovery, signIn } = configuration;
  const goals: Goal[] = [...recovery.goals, ...(hasAgents(configuration) ? (['confirm-call'] as const) : [])];
  const usual = usualSituation(configuration, 'web');
  const asking = goals.filter((goal) => JOURNEY_GOALS[goal].asksForProof);
  const ofRecovery = createRulesTally(recovery.rules, usual, asking);
  return signIn.enabled ? [ofRecovery, createRulesTally(signIn.rules, { ...usual, goal: 'sign-in' }, ['sign-in'])] : [ofRecovery];
}
