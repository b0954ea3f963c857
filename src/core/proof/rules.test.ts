import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLIENT_KINDS, FACTOR_KINDS, type FactorKind, GOALS } from '../../../shared/api/journeys.ts';
import { isProofComplete } from './completeness.ts';
import {
  combinationsOf,
  offeredCombinations,
  ownCombinations,
  type ProofRule,
  type RuleFacts,
  rulesConcerning,
  rulesThatMayApply,
  type Situation,
  scopesNamed,
} from './rules.ts';

const DIRECTORIES = ['people', 'partners', 'school'];
const NETWORKS = ['10.0.0.0/8', '192.0.2.0/24'];
const ADDRESSES = ['10.1.2.3', '192.0.2.9', '203.0.113.1'];

const PLACES = ['ou=staff', 'ou=guests'];
const GROUPS = ['admins', 'managers'];

const some = <T>(values: readonly T[]) => fc.option(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }), { nil: undefined });
const kinds = fc.uniqueArray(fc.constantFrom(...FACTOR_KINDS));
const rule: fc.Arbitrary<ProofRule> = fc.record({
  name: fc.string(),
  when: fc.record({
    goals: some(GOALS),
    clients: some(CLIENT_KINDS),
    networks: some(NETWORKS),
    directories: some(DIRECTORIES),
    places: some(PLACES),
    groups: some(GROUPS),
  }),
  accepted: fc.array(fc.uniqueArray(fc.constantFrom(...FACTOR_KINDS), { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
  choice: fc.option(fc.record({ enforced: kinds, anyOf: kinds, count: fc.integer({ min: 1, max: 2 }) }), { nil: undefined }),
});
const rules = fc.array(rule, { maxLength: 6 });

/** Everything that can be known of a journey and an account. */
interface World extends Situation, RuleFacts {
  address: string;
}
const worlds: World[] = GOALS.flatMap((goal) =>
  CLIENT_KINDS.flatMap((client) =>
    ADDRESSES.flatMap((address) =>
      DIRECTORIES.flatMap((directory) =>
        PLACES.flatMap((place) =>
          GROUPS.map((group) => ({
            ...{ goal, client, address, directory },
            membership: {
              places: Object.fromEntries(PLACES.map((name) => [name, name === place])),
              groups: Object.fromEntries(GROUPS.map((name) => [name, name === group])),
            },
          })),
        ),
      ),
    ),
  ),
);
const world = fc.constantFrom(...worlds);
/** What is hidden of a world. */
const hidden = fc.record({ address: fc.boolean(), names: fc.subarray([...PLACES, ...GROUPS]) });

function withHidden({ membership, ...known }: World, { address, names }: { address: boolean; names: string[] }): Situation & RuleFacts {
  const hide = (verdicts: Readonly<Record<string, boolean | null>>) =>
    Object.fromEntries(Object.entries(verdicts).map(([name, verdict]) => [name, names.includes(name) ? null : verdict]));
  return {
    ...known,
    address: address ? null : known.address,
    membership: { places: hide(membership.places), groups: hide(membership.groups) },
  };
}

const own = (all: readonly ProofRule[], known: Situation & RuleFacts) => ownCombinations(all, known, known);

/** Said in other words than the code does: which networks hold an address is told by its first number. */
function applies({ when }: ProofRule, { goal, client, address, directory, membership }: World): boolean {
  const near = NETWORKS.filter((network) => network.split('.')[0] === address.split('.')[0]);
  const conditions: [readonly string[] | undefined, readonly string[]][] = [
    [when.goals, [goal]],
    [when.clients, [client]],
    [when.networks, near],
    [when.directories, [directory]],
    [when.places, PLACES.filter((name) => membership.places[name])],
    [when.groups, GROUPS.filter((name) => membership.groups[name])],
  ];
  return conditions.every(([wanted, given]) => wanted === undefined || wanted.some((value) => given.includes(value)));
}

describe('rules of proof', () => {
  it('give an account what the first one that applies to it accepts, and nothing where none does', () => {
    fc.assert(
      fc.property(rules, world, (all, known) => {
        const first = all.find((one) => applies(one, known));
        expect(own(all, known)).toEqual(first === undefined ? [] : combinationsOf(first));
      }),
    );
  });

  it('offer, before anything is proven, what could be accepted from anybody in this situation', () => {
    fc.assert(
      fc.property(rules, world, (all, situation) => {
        const offered = offeredCombinations(all, situation);
        const people = worlds.filter(
          ({ goal, client, address }) => goal === situation.goal && client === situation.client && address === situation.address,
        );
        // Of nobody does it depend on who they are, and nobody is accepted by what was not offered.
        for (const person of people) {
          for (const kinds of own(all, person)) expect(offered.some((other) => sameKinds(other, kinds))).toBe(true);
        }
        for (const may of rulesThatMayApply(all, situation)) {
          const { directories, places, groups, ...rest } = may.when;
          expect(applies({ ...may, when: rest }, situation)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('where something is not known, accept only what is enough whatever it is, and so everything that is enough for all of them', () => {
    fc.assert(
      fc.property(rules, world, hidden, kinds, (all, real, what, proven) => {
        const known = withHidden(real, what);
        const complete = isProofComplete(own(all, known), proven);
        const possible = worlds.filter((other) => sameFacts(withHidden(other, what), known));
        expect(possible).toContain(real);
        if (complete) for (const other of possible) expect(isProofComplete(own(all, other), proven)).toBe(true);
        if (!all.some(({ when }) => Object.values(when).every((condition) => condition === undefined))) return;
        // Nobody is shut out who can give what each of the rules asks for.
        if (all.every((one) => isProofComplete(combinationsOf(one), proven))) expect(complete).toBe(true);
      }),
    );
  });

  it('never take completeness away for a proof more', () => {
    fc.assert(
      fc.property(rules, world, hidden, kinds, fc.constantFrom(...FACTOR_KINDS), (all, real, what, proven, more) => {
        const accepted = own(all, withHidden(real, what));
        if (isProofComplete(accepted, proven)) expect(isProofComplete(accepted, [...proven, more])).toBe(true);
      }),
    );
  });

  it('ask a directory for the places and groups of its own people alone', () => {
    const all: ProofRule[] = [
      { name: 'one', when: { directories: ['people'], groups: ['admins', 'managers'] }, accepted: [] },
      { name: 'two', when: { directories: ['partners', 'people'], places: ['ou=staff'], groups: ['admins'] }, accepted: [] },
      { name: 'three', when: {}, accepted: [] },
    ];
    expect(scopesNamed(all, 'people')).toEqual({ places: ['ou=staff'], groups: ['admins', 'managers'] });
    expect(scopesNamed(all, 'partners')).toEqual({ places: ['ou=staff'], groups: ['admins'] });
    expect(scopesNamed(all, 'school')).toEqual({ places: [], groups: [] });
  });

  it('are asked about everywhere where they name no directory', () => {
    expect(scopesNamed([{ name: 'one', when: { groups: ['admins'] }, accepted: [] }], 'school')).toEqual({
      places: [],
      groups: ['admins'],
    });
  });

  const staff: FactorKind[] = ['totp'];
  const others: FactorKind[] = ['email'];
  const near: Situation = { goal: 'reset-password', client: 'web', address: '10.0.0.1' };
  it.each<[string, ProofRule['when'], Situation]>([
    ['directories', { directories: ['people'] }, near],
    ['places', { places: ['ou=staff'] }, near],
    ['groups', { groups: ['admins'] }, near],
    ['networks, where the address is not known', { networks: ['10.0.0.0/8'] }, { ...near, address: null }],
  ])('by %s leave what follows them to be offered', (_what, when, situation) => {
    const all: ProofRule[] = [
      { name: 'some', when, accepted: [staff] },
      { name: 'everybody', when: {}, accepted: [others] },
      { name: 'never', when: {}, accepted: [['passkey']] },
    ];
    expect(offeredCombinations(all, situation)).toEqual([staff, others]);
    expect(offeredCombinations(all.slice(1), situation)).toEqual([others]);
  });

  it('ask for what is enough either way of an account of which it is not told whether it belongs', () => {
    const all: ProofRule[] = [
      { name: 'admins', when: { groups: ['admins'] }, accepted: [staff] },
      { name: 'everybody', when: {}, accepted: [others] },
    ];
    const belongs = (verdict: boolean | null): RuleFacts => ({
      directory: 'people',
      membership: { places: {}, groups: { admins: verdict } },
    });
    expect(ownCombinations(all, near, belongs(true))).toEqual([staff]);
    expect(ownCombinations(all, near, belongs(false))).toEqual([others]);
    expect(ownCombinations(all, near, belongs(null))).toEqual([['totp', 'email']]);
    expect(ownCombinations(all, near, inDirectory('people')), 'nothing was read').toEqual([['totp', 'email']]);
  });

  it('concern an account where it meets what they ask of it, or may meet it, whatever the situation', () => {
    const all: ProofRule[] = [
      { name: 'partners', when: { directories: ['partners'] }, accepted: [] },
      { name: 'admins', when: { groups: ['admins'], clients: ['cli'] }, accepted: [] },
      { name: 'staff', when: { places: ['ou=staff'], goals: ['sign-in'] }, accepted: [] },
      { name: 'everybody', when: {}, accepted: [] },
    ];
    const concerning = (admins: boolean | null, isStaff: boolean | null) =>
      rulesConcerning(all, { directory: 'people', membership: { groups: { admins }, places: { 'ou=staff': isStaff } } }).map(
        ({ name }) => name,
      );
    expect(concerning(false, false)).toEqual(['everybody']);
    expect(concerning(true, false)).toEqual(['admins', 'everybody']);
    expect(concerning(null, null)).toEqual(['admins', 'staff', 'everybody']);
  });

  it('do not take what every object has for what is known of an account', () => {
    for (const name of ['toString', 'constructor', '__proto__']) {
      const all: ProofRule[] = [
        { name: 'by group', when: { groups: [name] }, accepted: [staff] },
        { name: 'by place', when: { places: [name] }, accepted: [['passkey']] },
        { name: 'everybody', when: {}, accepted: [others] },
      ];
      expect(ownCombinations(all, near, inDirectory('people')), name).toEqual([['totp', 'passkey', 'email']]);
    }
  });

  it('accept what is written out, and then what a choice stands for, each once', () => {
    const choice = { enforced: ['email'], anyOf: ['totp', 'sms'], count: 1 } as const;
    expect(combinationsOf({ name: 'x', when: {}, accepted: [['passkey'], ['totp', 'email']], choice })).toEqual([
      ['passkey'],
      ['totp', 'email'],
      ['email', 'sms'],
    ]);
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
    expect(ownCombinations(all, situation, inDirectory('partners'))).toEqual([mail]);
    expect(ownCombinations(all, situation, inDirectory('people'))).toEqual([both]);
    expect(offeredCombinations(all, situation)).toEqual([mail, both]);
    const atWindows: Situation = { ...situation, client: 'windows-logon', goal: 'find-username' };
    expect(ownCombinations(all, atWindows, inDirectory('people'))).toEqual([]);
    expect(offeredCombinations(all, atWindows)).toEqual([mail]);
  });
});

const inDirectory = (directory: string): RuleFacts => ({ directory, membership: { places: {}, groups: {} } });

function sameFacts(one: Situation & RuleFacts, other: Situation & RuleFacts): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function sameKinds(one: readonly FactorKind[], other: readonly FactorKind[]): boolean {
  return one.toSorted().join() === other.toSorted().join();
}
