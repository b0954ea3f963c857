import { kindsInWords } from '../factors/kinds-in-words.ts';
import { expandChoice, isSubset } from '../proof/combinations.ts';
import { combinationsOf, type ProofRule } from '../proof/rules.ts';
import { type Weakness, weaknessesOf } from '../proof/weaknesses.ts';
import type { Report } from './check-context.ts';
import type { DocumentPath } from './format-path.ts';
import { takenBefore } from './taken-before.ts';

/** Why one proof, or several of a kind, are too few. */
export const NIST_TWO_PROOFS = 'NIST SP 800-63B-4 4.2.2.2 asks for two proofs of different kinds';

/** What each weakness means, with the clause that speaks of it. */
const WEAKNESSES: Readonly<Record<Weakness, string>> = {
  'cannot-begin': 'Nobody can give it: each of its kinds is asked for only after another proof was right',
  'mail-alone': `Very weak: whoever reads the mailbox takes over the account, and the mailbox may hang on the same password. ${NIST_TWO_PROOFS}`,
  'knowledge-alone': `Very weak: what a person knows others can find out, and NIST SP 800-63B-4 3.1.1.2 forbids to ask for it. ${NIST_TWO_PROOFS}`,
  'restricted-alone': `Weak: NIST SP 800-63B-4 3.2.9 restricts these kinds, as others can take them over. ${NIST_TWO_PROOFS}`,
  'one-proof': `Weak: one proof alone opens the account. ${NIST_TWO_PROOFS}`,
  'one-channel': `Weak: all of it comes over one channel, and whoever has that has everything. ${NIST_TWO_PROOFS}`,
};

/** The rules of one section of the document. */
export interface RulesOf {
  section: 'recovery' | 'signIn';
  rules: readonly ProofRule[];
  goals: readonly string[];
}

/**
 * Checks of the rules of a section: rules that can never apply or leave people out, and combinations that prove too little or never
 * matter. `goals` are those that the section is for.
 */
export function checkRules({ section, rules, goals }: RulesOf, report: Report): void {
  for (const [index, rule] of rules.entries()) {
    const at = [section, 'rules', index];
    if (rules.findIndex(({ name }) => name === rule.name) < index) report('error', [...at, 'name'], 'Another rule has this name already');
    checkReached({ section, rules, goals }, index, report);
    checkForm(rule, at, report);
    checkWeak(rule, at, report);
    checkEasier(rules, at, rule, report);
  }
  if (!rules.some(isForEverybody)) {
    report(
      'warning',
      [section, 'rules'],
      `There is no rule without conditions: whoever meets those of none of them cannot ${section === 'signIn' ? 'sign in' : 'recover'}`,
    );
  }
}

/** Whether a rule has no conditions at all. */
function isForEverybody({ when }: ProofRule): boolean {
  return Object.values(when).every((condition) => condition === undefined);
}

function checkReached({ section, rules, goals }: RulesOf, index: number, report: Report): void {
  const rule = rules[index] as ProofRule;
  const at = [section, 'rules', index];
  const own = rule.when.goals;
  const isOffered = own?.some((goal) => goals.includes(goal)) ?? true;
  if (!isOffered) report('warning', [...at, 'when', 'goals'], 'Never applies: none of these goals is in `recovery.goals`');
  const before = takenBefore(rules, index, goals)?.map((position) => `"${rules[position]?.name}"`);
  if (before === undefined || !isOffered) return;
  report(
    'warning',
    at,
    `Never applies: ${before.length === 1 ? `the rule ${before[0]} takes` : `the rules ${before.join(' and ')} take`} everybody whom it is for`,
  );
}

function checkForm({ accepted, choice }: ProofRule, at: DocumentPath, report: Report): void {
  const twice = (kinds: readonly string[]) => new Set(kinds).size < kinds.length;
  for (const [index, kinds] of accepted.entries()) {
    const path = [...at, 'accepted', index];
    if (twice(kinds)) report('error', path, 'A kind is named twice; one proof of it would count for both');
  }
  if (choice === undefined) return;
  const path = [...at, 'choice'];
  if (twice([...choice.enforced, ...choice.anyOf])) report('error', path, 'A kind is named twice; one proof of it would count for both');
  if (choice.count > choice.anyOf.length) report('error', [...path, 'count'], 'More than anyOf has: nobody could give them');
}

/** What is weak, and what never matters because another combination of the rule asks for less. */
function checkWeak(rule: ProofRule, at: DocumentPath, report: Report): void {
  for (const [index, kinds] of rule.accepted.entries()) {
    const path = [...at, 'accepted', index];
    const [weakness] = weaknessesOf(kinds);
    if (weakness !== undefined) report('warning', path, WEAKNESSES[weakness]);
    const easier = rule.accepted.find((other, position) => position !== index && isEasier(other, kinds, position < index));
    if (easier !== undefined)
      report('warning', path, `Never needed: ${kindsInWords(easier)} is accepted too, and asks for less or the same`);
  }
  for (const kinds of rule.choice === undefined ? [] : expandChoice(rule.choice)) {
    const [weakness] = weaknessesOf(kinds);
    if (weakness !== undefined) report('warning', [...at, 'choice'], `${kindsInWords(kinds)}: ${WEAKNESSES[weakness]}`);
  }
}

function isEasier(other: readonly string[], kinds: readonly string[], earlier: boolean): boolean {
  return isSubset(other, kinds) && (new Set(other).size < new Set(kinds).size || earlier);
}

/** A request says itself which client it is: what is easier for one client is easier for everybody (ASVS 5.0 6.3.4). */
function checkEasier(rules: readonly ProofRule[], at: DocumentPath, rule: ProofRule, report: Report): void {
  if (rule.when.clients === undefined) return;
  const elsewhere = rules.filter((other) => other.when.clients === undefined).flatMap(combinationsOf);
  for (const kinds of combinationsOf(rule)) {
    if (elsewhere.some((combination) => isSubset(combination, kinds))) continue;
    report(
      'warning',
      [...at, 'when', 'clients'],
      `${kindsInWords(kinds)} is not accepted elsewhere, yet any program may say that it is this client: everybody can use it`,
    );
  }
}
