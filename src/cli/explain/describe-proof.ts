import type { Goal } from '../../../shared/api/journeys.ts';
import { type AccountVerdict, judgeAccount } from '../../core/accounts/judge-account.ts';
import type { Configuration } from '../../core/configuration/document.ts';
import { JOURNEY_GOALS } from '../../core/journey/goals/goals.ts';
import { type ExplainedRuleOfProof, explainRules, type RuleFate } from '../../core/proof/explain-rules.ts';
import { offeredCombinations, type Situation, type Verdict } from '../../core/proof/rules.ts';
import { rulesFor } from '../../core/proof/rules-for.ts';
import type { FoundAccount } from '../find-account.ts';
import { WORDS } from '../recovery/describe-verdict.ts';
import type { Runtime } from '../runtime.ts';
import { vouchedFor } from '../vouched-for.ts';

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
  runtime: Runtime,
  configuration: Configuration,
  { account, directory }: FoundAccount,
  where: Omit<Situation, 'goal'>,
): Promise<ExplainedProof[]> {
  const asked = configuration.recovery.goals.filter((goal) => JOURNEY_GOALS[goal].asksForProof);
  const all: Goal[] = [...asked, ...(configuration.signIn.enabled ? (['sign-in'] as const) : [])];
  return Promise.all(
    all.map(async (goal) => {
      const [rules, situation] = [rulesFor(configuration, goal), { ...where, goal }];
      const verdict = await judgeAccount(runtime, directory, account, {
        ...situation,
        rules,
        canBeVouchedFor: vouchedFor(runtime, configuration),
      });
      return { goal, verdict, rules: explainRules(rules, situation, verdict.facts), offered: offeredCombinations(rules, situation) };
    }),
  );
}

/** The same in lines; goals of which the same is to be said are said together. */
export function describeProof(told: readonly ExplainedProof[], { client, address }: Omit<Situation, 'goal'>): string[] {
  const said = new Map<string, Goal[]>();
  for (const each of told) {
    const lines = describeGoal(each).join('\n');
    said.set(lines, [...(said.get(lines) ?? []), each.goal]);
  }
  const from = address === null ? 'from a network that is not known' : `from ${address}`;
  return [...said].flatMap(([lines, goals]) => [`proof for ${goals.join(', ')} (client ${client}, ${from})`, lines]);
}

function describeGoal({ verdict: { reason, detail, combinations }, rules, offered }: ExplainedProof): string[] {
  const names = (kinds: readonly string[]) => kinds.join(' + ');
  const barred = reason === null || reason === 'not-enrolled' || reason === 'nothing-accepted' ? null : WORDS[reason].what;
  return [
    ...(barred === null ? [] : [`  whatever is proven: ${barred}${detail === null ? '' : ` (${detail})`}`]),
    ...rules.map(({ rule, fate, conditions }) => `  rule "${rule.name}": ${FATES[fate]}${because(fate, conditions)}`),
    `  offered to everybody at first: ${offered.length === 0 ? 'nothing' : offered.map(names).join(', or ')}`,
    ...(combinations.length === 0 && barred === null ? ['  accepted: nothing'] : []),
    ...combinations.map(({ kinds, missing }) =>
      missing.length === 0 ? `  complete: ${names(kinds)}` : `  not complete: ${names(kinds)}: no ${missing.join(', no ')}`,
    ),
  ];
}

const FATES: Readonly<Record<RuleFate, string>> = {
  applies: 'applies',
  'passed-over': 'passed over',
  'in-doubt': 'may apply: proofs must be enough by it and by what comes after it',
  'not-reached': 'not reached, as one before it applies',
};

function because(fate: RuleFate, conditions: ExplainedRuleOfProof['conditions']): string {
  if (fate === 'not-reached' || conditions.length === 0) return '';
  const wanted: Verdict = fate === 'passed-over' ? false : fate === 'in-doubt' ? null : true;
  const words = wanted === null ? 'it is not known whether these are met' : wanted ? 'these are met' : 'not met';
  const named = conditions.filter(({ verdict }) => verdict === wanted).map(({ condition }) => condition);
  return ` (${words}: ${named.join(', ')})`;
}
