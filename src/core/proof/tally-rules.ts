import type { DecoyReason } from '../audit/events.ts';
import { explainRules, type RuleFate } from './explain-rules.ts';
import type { ProofRule, RuleFacts, Situation } from './rules.ts';
import { situationOfRule } from './situation-of-rule.ts';

/** How many people one rule of proof is for, each in a situation that it is for. */
export interface RuleTally {
  readonly name: string;
  /** It counts for them, and they can use it now. */
  able: number;
  /** It counts for them, and they cannot. */
  stranded: number;
  /** It counts for them, and the directory does not tell enough of them. */
  unknown: number;
  /** It cannot be told whether it counts for them. */
  doubtful: number;
}

export interface RulesTally {
  /** What has to be judged of each person. The first is the usual one. */
  readonly situations: readonly Situation[];
  /** One for each rule, in their order. */
  readonly rules: readonly RuleTally[];
  /** Why people cannot, in the usual situation. */
  readonly reasons: Partial<Record<DecoyReason, number>>;
  /** Adds people who are alike, as judged in one of the situations. */
  add(situation: Situation, facts: RuleFacts, reason: DecoyReason | null, people: number): void;
}

/** `where`: the situation in which a rule is looked at; null: in none. `at`: its name. */
interface Counted {
  readonly tally: RuleTally;
  readonly where: Situation | null;
  readonly at: string | null;
}

/** Counts people by the rule of proof that counts for each of them. Pure. */
export function createRulesTally(rules: readonly ProofRule[], usual: Situation, offered: readonly Situation['goal'][]): RulesTally {
  const keyOf = ({ goal, client, address }: Situation) => `${goal} ${client} ${address}`;
  const counted = rules.map((rule): Counted => {
    const tally = { name: rule.name, able: 0, stranded: 0, unknown: 0, doubtful: 0 };
    const where = situationOfRule(rule, usual, offered);
    return { tally, where, at: where === null ? null : keyOf(where) };
  });
  const asked = [usual, ...counted.map(({ where }) => where)];
  const situations = new Map(asked.flatMap((each) => (each === null ? [] : [[keyOf(each), each]])));
  const reasons: Partial<Record<DecoyReason, number>> = {};
  const known = new Map<string, WeakMap<RuleFacts, readonly RuleFate[]>>();
  /** Worked out once for facts that are shared. */
  const fatesOf = (key: string, situation: Situation, facts: RuleFacts): readonly RuleFate[] => {
    const ofSituation = known.get(key) ?? new WeakMap<RuleFacts, readonly RuleFate[]>();
    // Stryker disable next-line CallExpression: kept to save time alone; without it the same is worked out again
    known.set(key, ofSituation);
    const fates = ofSituation.get(facts) ?? explainRules(rules, situation, facts).map(({ fate }) => fate);
    // Stryker disable next-line CallExpression: kept to save time alone; without it the same is worked out again
    ofSituation.set(facts, fates);
    return fates;
  };
  return {
    situations: [...situations.values()],
    rules: counted.map(({ tally }) => tally),
    reasons,
    add(situation, facts, reason, people) {
      const key = keyOf(situation);
      if (reason !== null && key === keyOf(usual)) reasons[reason] = (reasons[reason] ?? 0) + people;
      for (const [index, fate] of fatesOf(key, situation, facts).entries()) {
        const { tally, at } = counted[index] as Counted;
        if (at !== key) continue;
        if (fate === 'in-doubt') tally.doubtful += people;
        if (fate === 'applies') tally[reason === null ? 'able' : reason === 'directory-trouble' ? 'unknown' : 'stranded'] += people;
      }
    },
  };
}
