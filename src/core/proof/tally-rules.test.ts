import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ownCombinations, type ProofRule, type RuleFacts, type Situation } from './rules.ts';
import { createRulesTally } from './tally-rules.ts';

const OFFERED = ['reset-password', 'unlock-account'] as const;
const USUAL: Situation = { goal: 'reset-password', client: 'web', address: null };
const NETWORKS = { '192.0.2.0/24': '192.0.2.0', '198.51.100.0/24': '198.51.100.0' } as const;
const KINDS = ['email', 'totp', 'passkey'] as const;

const some = <T>(...values: T[]) => fc.option(fc.subarray(values, { minLength: 1 }), { nil: undefined });
const rules = fc
  .array(
    fc.record({
      when: fc.record({
        goals: some(...OFFERED, 'find-username' as const),
        clients: some('web' as const, 'windows-logon' as const),
        networks: some(...(Object.keys(NETWORKS) as (keyof typeof NETWORKS)[])),
        directories: some('a', 'b'),
        groups: some('g', 'h'),
      }),
      accepted: fc.array(fc.subarray([...KINDS], { minLength: 1 }), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((all) => all.map((rule, index): ProofRule => ({ ...rule, name: `rule ${index}` })));
const isOneOf = (all: readonly string[], one: string) => all.includes(one);
const verdict = fc.constantFrom(true, false, null);
const people = fc.array(
  fc.record({
    facts: fc.record({
      directory: fc.constantFrom('a', 'b'),
      membership: fc.record({ places: fc.constant({}), groups: fc.record({ g: verdict, h: verdict }) }),
    }),
    has: fc.subarray([...KINDS]),
    hidden: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);

/** Whether each rule up to one is met where that one can count, with every condition spelled out: no judgement of the product is asked. */
function walk(all: readonly ProofRule[], nth: number, person: RuleFacts): (boolean | null)[] {
  const own = (all[nth] as ProofRule).when;
  const goal = OFFERED.find((each) => own.goals?.includes(each) ?? true);
  if (goal === undefined) return [false];
  const client = own.clients?.includes('web') === false ? 'windows-logon' : 'web';
  const from = own.networks?.[0];
  return all.slice(0, nth + 1).map(({ when }) => {
    const conditions: (boolean | null)[] = [];
    if (when.goals !== undefined) conditions.push(when.goals.includes(goal));
    if (when.clients !== undefined) conditions.push(when.clients.includes(client));
    if (when.networks !== undefined) conditions.push(from === undefined ? null : when.networks.includes(from));
    if (when.directories !== undefined) conditions.push(when.directories.includes(person.directory));
    if (when.groups !== undefined) {
      const each = when.groups.map((group) => person.membership.groups[group] ?? null);
      conditions.push(each.includes(true) ? true : each.includes(null) ? null : false);
    }
    return conditions.includes(false) ? false : conditions.includes(null) ? null : true;
  });
}

it('counts each person by the rule that counts for them, in 1,000 generated sets of rules', () => {
  fc.assert(
    fc.property(rules, people, (all, crowd) => {
      const tally = createRulesTally(all, USUAL, OFFERED);
      const expected = all.map(({ name }) => ({ name, able: 0, stranded: 0, unknown: 0, doubtful: 0 }));
      let stranded = 0;
      for (const { facts, has, hidden } of crowd) {
        const reasonIn = (situation: Situation) => {
          const isEnough = ownCombinations(all, situation, facts).some((kinds) => kinds.every((kind) => isOneOf(has, kind)));
          return hidden ? 'directory-trouble' : isEnough ? null : 'not-enrolled';
        };
        for (const situation of tally.situations) tally.add(situation, facts, reasonIn(situation), 1);
        if (reasonIn(USUAL) !== null) stranded += 1;
        for (const [nth, rule] of all.entries()) {
          const row = expected[nth] as (typeof expected)[number];
          const met = walk(all, nth, facts);
          const [itself, before] = [met.at(-1), met.slice(0, -1)];
          if (itself === false || before.includes(true)) continue;
          if (itself === null) row.doubtful += 1;
          else if (hidden) row.unknown += 1;
          if (itself === null || hidden) continue;
          // Where a rule before it may count, what it takes must be given as well.
          const counting = [rule, ...all.slice(0, nth).filter((_, earlier) => before[earlier] === null)];
          const enough = counting.every(({ accepted }) => accepted.some((kinds) => kinds.every((kind) => isOneOf(has, kind))));
          row[enough ? 'able' : 'stranded'] += 1;
        }
      }
      expect(tally.rules).toEqual(expected);
      expect(Object.values(tally.reasons).reduce((sum, number) => sum + number, 0)).toBe(stranded);
    }),
    { numRuns: 1000 },
  );
});
