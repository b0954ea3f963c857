import type { DecoyReason } from '../audit/events.ts';
import { explainRules } from './explain-rules.ts';
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

/** `where`: the situation in which a rule is looked at; null: in none. */
interface Counted {
  readonly tally: RuleTally;
  readonly where: Situation | null;
}

/** Counts people by the rule of proof that counts for each of them. Pure. */
export function createRulesTally(rules: readonly ProofRule[], usual: Situation, offered: readonly Situation['goal'][]): RulesTally {
  const counted = rules.map((rule): Counted => {
    const tally = { name: rule.name, able: 0, stranded: 0, unknown: 0, doubtful: 0 };
    return { tally, where: situationOfRule(rule, usual, offered) };
  });
  const keyOf = ({ goal, client, address }: Situation) => `${goal} ${client} ${address}`;
  const asked = [usual, ...counted.map(({ where }) => where)];
  const situations = new Map(asked.flatMap((each) => (each === null ? [] : [[keyOf(each), each]])));
  const reasons: Partial<Record<DecoyReason, number>> = {};
  return {
    situations: [...situations.values()],
    rules: counted.map(({ tally }) => tally),
    reasons,
    add(situation, facts, reason, people) {
      const key = keyOf(situation);
      if (reason !== null && key === keyOf(usual)) reasons[reason] = (reasons[reason] ?? 0) + people;
      for (const [index, { fate }] of explainRules(rules, situation, facts).entries()) {
        const { tally, where } = counted[index] as Counted;
        if (where === null || keyOf(where) !== key) continue;
        if (fate === 'in-doubt') tally.doubtful += people;
        if (fate === 'applies') tally[reason === null ? 'able' : reason === 'directory-trouble' ? 'unknown' : 'stranded'] += people;
      }
    },
  };
}
