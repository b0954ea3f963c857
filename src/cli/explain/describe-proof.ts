import type { Goal } from '../../../shared/api/journeys.ts';
import type { ExplainedProof } from '../../core/journey/explain-proof.ts';
import type { ExplainedRuleOfProof, RuleFate } from '../../core/proof/explain-rules.ts';
import type { Situation, Verdict } from '../../core/proof/rules.ts';
import { WORDS } from '../recovery/describe-verdict.ts';

/** What somebody proves themselves with, in lines; goals of which the same is to be said are said together. */
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
