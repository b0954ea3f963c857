import fc from 'fast-check';
import { expect, it } from 'vitest';
import { distinctCombinations } from './combinations.ts';
import { explainRules } from './explain-rules.ts';
import { combinationsOf, ownCombinations, type ProofRule, type RuleFacts, type Situation } from './rules.ts';

const some = <T>(...values: T[]) => fc.option(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }), { nil: undefined });
const rule: fc.Arbitrary<ProofRule> = fc.record({
  name: fc.uuid(),
  when: fc.record({
    goals: some('reset-password' as const, 'unlock-account' as const),
    clients: some('web' as const, 'windows-logon' as const),
    networks: some('192.0.2.0/24', '198.51.100.0/24'),
    directories: some('people', 'partners'),
    places: some('ou=berlin', 'ou=rome'),
    groups: some('Staff', 'Admins'),
  }),
  accepted: fc.array(fc.uniqueArray(fc.constantFrom('email' as const, 'totp' as const, 'passkey' as const), { minLength: 1 }), {
    maxLength: 3,
  }),
});
const verdict = fc.constantFrom(true, false, null);
const facts: fc.Arbitrary<RuleFacts> = fc.record({
  directory: fc.constantFrom('people', 'partners'),
  membership: fc.record({
    places: fc.record({ 'ou=berlin': verdict, 'ou=rome': verdict }, { requiredKeys: [] }),
    groups: fc.record({ Staff: verdict, Admins: verdict }, { requiredKeys: [] }),
  }),
});
const situation: fc.Arbitrary<Situation> = fc.record({
  goal: fc.constantFrom('reset-password' as const, 'unlock-account' as const),
  client: fc.constantFrom('web' as const, 'windows-logon' as const),
  address: fc.constantFrom('192.0.2.7', '203.0.113.7', null),
});

it('tells the rule by which an account is judged in truth', () => {
  let decided = 0;
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 6 }), situation, facts, (rules, where, account) => {
      const told = explainRules(rules, where, account);
      expect(told.map((each) => each.rule)).toEqual(rules);
      const applying = told.filter(({ fate }) => fate === 'applies');
      expect(applying.length).toBeLessThanOrEqual(1);
      const [counts] = applying;
      const own = ownCombinations(rules, where, account);
      if (told.some(({ fate }) => fate === 'in-doubt')) return;
      decided += counts === undefined ? 0 : 1;
      expect(own).toEqual(counts === undefined ? [] : distinctCombinations(combinationsOf(counts.rule)));
    }),
    { numRuns: 2000 },
  );
  expect(decided).toBeGreaterThan(100);
});

it('names each condition that is given with its verdict', () => {
  const staff: ProofRule = { name: 'staff', when: { groups: ['Staff'], networks: ['192.0.2.0/24'] }, accepted: [['email']] };
  const rest: ProofRule = { name: 'rest', when: {}, accepted: [['totp']] };
  const account: RuleFacts = { directory: 'people', membership: { places: {}, groups: { Staff: false } } };
  expect(explainRules([staff, rest, staff], { goal: 'reset-password', client: 'web', address: null }, account)).toEqual([
    {
      rule: staff,
      fate: 'passed-over',
      conditions: [
        { condition: 'networks', verdict: null },
        { condition: 'groups', verdict: false },
      ],
    },
    { rule: rest, fate: 'applies', conditions: [] },
    { rule: staff, fate: 'not-reached', conditions: expect.any(Array) },
  ]);
});
