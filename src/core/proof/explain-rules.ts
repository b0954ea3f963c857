import { fitsAccount, fitsSituation, type ProofRule, type RuleFacts, type Situation, type Verdict } from './rules.ts';

/** One condition of a rule, and whether it is met; null: it cannot be told. */
export interface ExplainedCondition {
  readonly condition: keyof ProofRule['when'];
  readonly verdict: Verdict;
}

/**
 * What becomes of a rule for one account in one situation:
 *
 * - `applies`      it is the one that counts, where no rule before it is in doubt
 * - `passed-over`  one of its conditions is not met
 * - `in-doubt`     it cannot be told: what is accepted must be enough by it and by what comes after it
 * - `not-reached`  a rule before it applies
 */
export type RuleFate = 'applies' | 'passed-over' | 'in-doubt' | 'not-reached';

export interface ExplainedRuleOfProof {
  readonly rule: ProofRule;
  readonly fate: RuleFate;
  /** Those that are given. */
  readonly conditions: readonly ExplainedCondition[];
}

const OF_THE_ACCOUNT = ['directories', 'places', 'groups'] as const;
const OF_THE_SITUATION = ['goals', 'clients', 'networks'] as const;

/** What becomes of each rule of proof, in their order, and by which of its conditions. */
export function explainRules(rules: readonly ProofRule[], situation: Situation, account: RuleFacts): ExplainedRuleOfProof[] {
  let isDecided = false;
  return rules.map((rule) => {
    const conditions = conditionsOf(rule, situation, account);
    if (isDecided) return { rule, fate: 'not-reached', conditions };
    const verdicts = conditions.map(({ verdict }) => verdict);
    const fate = verdicts.includes(false) ? 'passed-over' : verdicts.includes(null) ? 'in-doubt' : 'applies';
    isDecided = fate === 'applies';
    return { rule, fate, conditions };
  });
}

/** Each by itself, judged by what judges them together. */
function conditionsOf({ when }: ProofRule, situation: Situation, account: RuleFacts): ExplainedCondition[] {
  const given = (condition: keyof ProofRule['when']) => when[condition] !== undefined;
  return [
    ...OF_THE_SITUATION.filter(given).map((condition) => ({
      condition,
      verdict: fitsSituation({ when: { [condition]: when[condition] } }, situation),
    })),
    ...OF_THE_ACCOUNT.filter(given).map((condition) => ({
      condition,
      verdict: fitsAccount({ when: { [condition]: when[condition] } }, account),
    })),
  ];
}
