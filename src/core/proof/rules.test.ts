import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLIENT_KINDS, FACTOR_KINDS, type FactorKind, GOALS } from '../../../shared/api/journeys.ts';
import { isProofComplete } from './completeness.ts';
import { combinationsOf, offeredCombinations, ownCombinations, type ProofRule, rulesThatMayApply, type Situation } from './rules.ts';

const DIRECTORIES = ['people', 'partners', 'school'];
const NETWORKS = ['10.0.0.0/8', '192.0.2.0/24'];
const ADDRESSES = ['10.1.2.3', '192.0.2.9', '203.0.113.1'];

const some = <T>(values: readonly T[]) => fc.option(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }), { nil: undefined });
const kinds = fc.uniqueArray(fc.constantFrom(...FACTOR_KINDS));
const rule: fc.Arbitrary<ProofRule> = fc.record({
  name: fc.string(),
  when: fc.record({ goals: some(GOALS), clients: some(CLIENT_KINDS), networks: some(NETWORKS), directories: some(DIRECTORIES) }),
  accepted: fc.array(fc.uniqueArray(fc.constantFrom(...FACTOR_KINDS), { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
  choice: fc.option(fc.record({ enforced: kinds, anyOf: kinds, count: fc.integer({ min: 1, max: 2 }) }), { nil: undefined }),
});
const rules = fc.array(rule, { maxLength: 6 });
const known: fc.Arbitrary<Situation & { address: string }> = fc.record({
  goal: fc.constantFrom(...GOALS),
  client: fc.constantFrom(...CLIENT_KINDS),
  address: fc.constantFrom(...ADDRESSES),
});
const directory = fc.constantFrom(...DIRECTORIES);

/** Said in other words than the code does: which networks hold an address is told by its first number. */
function applies({ when }: ProofRule, { goal, client, address }: Situation & { address: string }, of: string): boolean {
  const near = NETWORKS.filter((network) => network.split('.')[0] === address.split('.')[0]);
  if (when.goals !== undefined && !when.goals.includes(goal)) return false;
  if (when.clients !== undefined && !when.clients.includes(client)) return false;
  if (when.networks !== undefined && !when.networks.some((network) => near.includes(network))) return false;
  return when.directories === undefined || when.directories.includes(of);
}

describe('rules of proof', () => {
  it('give an account what the first one that applies to it accepts, and nothing where none does', () => {
    fc.assert(
      fc.property(rules, known, directory, (all, situation, of) => {
        const first = all.find((one) => applies(one, situation, of));
        expect(ownCombinations(all, situation, { directory: of })).toEqual(first === undefined ? [] : combinationsOf(first));
      }),
    );
  });

  it('offer, before anything is proven, what could be accepted from anybody in this situation, and nothing else', () => {
    fc.assert(
      fc.property(rules, known, (all, situation) => {
        const offered = offeredCombinations(all, situation);
        const own = DIRECTORIES.map((of) => ownCombinations(all, situation, { directory: of }));
        for (const kinds of own.flat()) expect(offered.some((other) => sameKinds(other, kinds))).toBe(true);
        // A rule behind one that applies to everybody is never reached.
        for (const may of rulesThatMayApply(all, situation)) {
          expect(DIRECTORIES.some((of) => applies(may, situation, of))).toBe(true);
        }
        const everybody = all.find((one) => one.when.directories === undefined && applies(one, situation, 'people'));
        if (everybody !== undefined) expect(rulesThatMayApply(all, situation).at(-1)).toBe(everybody);
      }),
    );
  });

  it('where the network is not known, accept what would be enough from each', () => {
    fc.assert(
      fc.property(rules, known, directory, kinds, (all, situation, of, proven) => {
        const unknown = ownCombinations(all, { ...situation, address: null }, { directory: of });
        if (!isProofComplete(unknown, proven)) return;
        for (const address of ADDRESSES) {
          expect(isProofComplete(ownCombinations(all, { ...situation, address }, { directory: of }), proven)).toBe(true);
        }
      }),
    );
  });

  it('never take completeness away for a proof more', () => {
    fc.assert(
      fc.property(rules, known, directory, kinds, fc.constantFrom(...FACTOR_KINDS), (all, situation, of, proven, more) => {
        const own = ownCombinations(all, situation, { directory: of });
        if (isProofComplete(own, proven)) expect(isProofComplete(own, [...proven, more])).toBe(true);
      }),
    );
  });

  it('count in their order', () => {
    const mail: FactorKind[] = ['email'];
    const both: FactorKind[] = ['email', 'totp'];
    const all: ProofRule[] = [
      { name: 'partners', when: { directories: ['partners'] }, accepted: [mail] },
      { name: 'nobody at Windows', when: { clients: ['windows-logon'], goals: ['find-username'] }, accepted: [] },
      { name: 'everybody', when: {}, accepted: [both] },
      { name: 'never', when: {}, accepted: [['totp']] },
    ];
    const situation: Situation = { goal: 'reset-password', client: 'web', address: '10.0.0.1' };
    expect(ownCombinations(all, situation, { directory: 'partners' })).toEqual([mail]);
    expect(ownCombinations(all, situation, { directory: 'people' })).toEqual([both]);
    expect(offeredCombinations(all, situation)).toEqual([mail, both]);
    const atWindows: Situation = { ...situation, client: 'windows-logon', goal: 'find-username' };
    expect(ownCombinations(all, atWindows, { directory: 'people' })).toEqual([]);
    expect(offeredCombinations(all, atWindows)).toEqual([mail]);
  });
});

function sameKinds(one: readonly FactorKind[], other: readonly FactorKind[]): boolean {
  return one.toSorted().join() === other.toSorted().join();
}
