import type { Goal } from '../../../shared/api/journeys.ts';
import type { NamedAccount } from '../access/find-named.ts';
import { type AccountVerdict, type Asked, judgeAccount } from '../accounts/judge-account.ts';
import type { Configuration } from '../configuration/document.ts';
import type { CoreDeps } from '../core-deps.ts';
import { type ExplainedRuleOfProof, explainRules } from '../proof/explain-rules.ts';
import { offeredCombinations, type Situation } from '../proof/rules.ts';
import { rulesFor } from '../proof/rules-for.ts';
import { JOURNEY_GOALS } from './goals/goals.ts';

/** What somebody proves themselves with for one goal, and by which rule. */
export interface ExplainedProof {
  readonly goal: Goal;
  readonly verdict: AccountVerdict;
  readonly rules: readonly ExplainedRuleOfProof[];
  /** Before the first right proof, to everybody alike. */
  readonly offered: readonly (readonly string[])[];
}

/** For each goal of this configuration that asks for proof. Changes nothing; what the directory does not tell is a reason like any other. */
export async function explainProof(
  deps: Pick<CoreDeps, 'store' | 'keys' | 'log' | 'clock'>,
  configuration: Configuration,
  { account, directory }: NamedAccount,
  where: Omit<Situation, 'goal'>,
  canBeVouchedFor: Asked['canBeVouchedFor'],
): Promise<ExplainedProof[]> {
  const asked = configuration.recovery.goals.filter((goal) => JOURNEY_GOALS[goal].asksForProof);
  const all: Goal[] = [...asked, ...(configuration.signIn.enabled ? (['sign-in'] as const) : [])];
  return Promise.all(
    all.map(async (goal) => {
      const [rules, situation] = [rulesFor(configuration, goal), { ...where, goal }];
      const verdict = await judgeAccount(deps, directory, account, { ...situation, rules, canBeVouchedFor });
      return { goal, verdict, rules: explainRules(rules, situation, verdict.facts), offered: offeredCombinations(rules, situation) };
    }),
  );
}
