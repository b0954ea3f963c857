import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { FactorKind } from '../../../shared/api/journeys.ts';
import { RECOVERY_FACTOR_KINDS, SIGN_IN_FACTOR_KINDS } from '../factors/kinds.ts';
import { kindsInWords } from '../factors/kinds-in-words.ts';
import type { ProofRule } from '../proof/rules.ts';
import { createReport, type Report } from './check-context.ts';
import { checkLinkedAccounts } from './check-linked-accounts.ts';
import { checkRules } from './check-rules.ts';
import { checkSignIn } from './check-sign-in.ts';
import type { Configuration } from './document.ts';

/*
 * Every generated set of rules is judged twice: by the checks, and by trying. What is tried knows nothing of the checks or of the traits of
 * the kinds: it lets attackers in who hold this or that, gives each rule all combinations of proofs that there are, walks through all
 * situations, and plays two accounts against each other.
 */

const OFFERED = ['reset-password', 'unlock-account'] as const;

/** A section with rules of proof: the kinds that they may name, and what an attacker can do with them. */
interface Section {
  readonly kinds: readonly FactorKind[];
  /** What one attacker holds. */
  readonly attackers: readonly (readonly FactorKind[])[];
  /** What a journey may begin with. */
  readonly opening: readonly FactorKind[];
  /** Goals that rules may name, and that somebody may come with. */
  readonly goals: readonly string[];
  check(rules: readonly ProofRule[], report: Report): void;
}

const SECTIONS = {
  recovery: {
    kinds: ['email', 'sms', 'totp', 'passkey', 'questions', 'recovery-code', 'linked-account', 'temporary-pass', 'manager'],
    attackers: [
      // A mailbox, a telephone number, the things of a person, what they know, or who vouches for them;
      ['email'],
      ['sms'],
      ['totp', 'recovery-code'],
      ['questions', 'linked-account'],
      ['temporary-pass', 'manager'],
      // and who holds all that NIST SP 800-63B-4 restricts.
      ['sms', 'questions'],
    ],
    opening: ['email', 'sms', 'totp', 'passkey', 'recovery-code', 'temporary-pass'],
    goals: [...OFFERED, 'find-username'],
    check(rules, report) {
      checkRules({ section: 'recovery', rules, goals: OFFERED }, report);
      checkLinkedAccounts({ recovery: { rules }, factors: { coolDownHours: 24 }, directories: [] } as unknown as Configuration, report);
    },
  },
  signIn: {
    kinds: ['password', 'email', 'sms', 'totp', 'passkey', 'questions', 'recovery-code', 'temporary-pass'],
    attackers: [['email'], ['sms'], ['totp', 'recovery-code'], ['password', 'questions'], ['temporary-pass'], ['sms', 'questions']],
    opening: ['password', 'email', 'sms', 'totp', 'passkey', 'recovery-code', 'temporary-pass'],
    goals: [],
    check(rules, report) {
      checkSignIn({ rules } as unknown as Configuration['signIn'], report);
    },
  },
} as const satisfies Readonly<Record<string, Section>>;

const NETWORKS = { '10.0.0.0/8': '10.9.9.9', '10.1.0.0/16': '10.1.1.1', '2001:db8::/32': '2001:db8::1' } as const;
/** By how their addresses begin. */
const BEGINNINGS: Readonly<Record<string, string>> = { '10.0.0.0/8': '10.', '10.1.0.0/16': '10.1.', '2001:db8::/32': '2001:db8:' };
const isIn = (address: string, network: string) => address.startsWith(BEGINNINGS[network] ?? 'none');

const some = <T>(...values: T[]) => fc.option(fc.subarray(values, { minLength: 1 }), { nil: undefined, freq: 2 });
const generatedFor = ({ kinds, goals }: Section) =>
  fc
    .array(
      fc.record({
        when: fc.record({
          goals: goals.length === 0 ? fc.constant(undefined) : some(...goals),
          clients: some('web' as const, 'windows-logon' as const),
          networks: some(...(Object.keys(NETWORKS) as (keyof typeof NETWORKS)[])),
          directories: some('a', 'b'),
          groups: some('g', 'h'),
          places: some('p'),
        }),
        // A rule that accepts nothing is there to bar people, and is weak in no way.
        accepted: fc.array(fc.subarray([...kinds], { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
        choice: fc.option(
          fc.shuffledSubarray([...kinds], { minLength: 2, maxLength: 5 }).chain((chosen) =>
            fc.nat({ max: Math.min(2, chosen.length - 1) }).chain((enforced) =>
              fc.integer({ min: 1, max: chosen.length - enforced }).map((count) => ({
                ...{ enforced: chosen.slice(0, enforced), anyOf: chosen.slice(enforced), count },
              })),
            ),
          ),
          { nil: undefined, freq: 2 },
        ),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .chain((all) =>
      // Now and then one that takes everybody, and one that is there already.
      fc
        .record({ plain: fc.integer({ min: -3, max: all.length - 1 }), twice: fc.integer({ min: -3, max: all.length - 1 }) })
        .map(({ plain, twice }) => {
          const rules = all.map((rule, index) => (index === plain ? { ...rule, when: {} } : rule));
          const again = rules[twice];
          return (again === undefined ? rules : [...rules, again]).map((rule, index) => ({ ...rule, name: `rule ${index}` }) as ProofRule);
        }),
    );

const holds = (some: readonly string[], all: readonly string[]) => all.every((each) => some.includes(each));

/** All combinations that there are of some kinds. */
const everyOf = (kinds: readonly FactorKind[]) =>
  Array.from({ length: 2 ** kinds.length }, (_, number) => kinds.filter((_kind, bit) => ((number >> bit) & 1) === 1));

function isByChoice({ choice }: ProofRule, proofs: readonly string[]): boolean {
  if (choice === undefined || !holds(proofs, choice.enforced)) return false;
  return choice.anyOf.filter((kind) => proofs.includes(kind)).length >= choice.count;
}
const isEnough = (rule: ProofRule, proofs: readonly string[]) =>
  rule.accepted.some((kinds) => holds(proofs, kinds)) || isByChoice(rule, proofs);

/** What a choice takes and nothing too much. */
function leastOf(rule: ProofRule, every: readonly FactorKind[][]): FactorKind[][] {
  const all = every.filter((kinds) => isByChoice(rule, kinds));
  return all.filter((kinds) => !all.some((fewer) => fewer.length < kinds.length && holds(kinds, fewer)));
}
/** In one order, in the words of the checks. */
const sorted = (kinds: readonly FactorKind[]) => inOrder(kinds.map((kind) => kindsInWords([kind])));
const inOrder = (words: readonly string[]) => words.toSorted().join(' + ');

function isWeakIn({ attackers, opening }: Section, kinds: readonly FactorKind[]): boolean {
  return attackers.some((attacker) => holds(attacker, kinds)) || !kinds.some((kind) => opening.includes(kind));
}

/** Everywhere that somebody could come from, the goals, clients and directories that no rule names among them. */
const WORLDS = [...OFFERED, 'another'].flatMap((goal) =>
  ['web', 'windows-logon', 'another'].flatMap((client) =>
    ['a', 'b', 'another'].flatMap((directory) =>
      [...Object.values(NETWORKS), '203.0.113.1'].flatMap((address) =>
        [[], ['g'], ['h'], ['g', 'h']].flatMap((groups) =>
          [[], ['p']].map((places) => ({ goal, client, directory, address, groups, places })),
        ),
      ),
    ),
  ),
);
function meets({ when }: ProofRule, world: (typeof WORLDS)[number]): boolean {
  const isOne = (named: readonly string[] | undefined, own: readonly string[]) => named?.some((each) => own.includes(each)) ?? true;
  return (
    isOne(when.goals, [world.goal]) &&
    isOne(when.clients, [world.client]) &&
    isOne(when.directories, [world.directory]) &&
    isOne(when.groups, world.groups) &&
    isOne(when.places, world.places) &&
    (when.networks?.some((network) => isIn(world.address, network)) ?? true)
  );
}

/** Whether somebody gets into an account with these proofs and the passwords of these accounts. */
function getsIn(account: 'A' | 'B', rule: ProofRule, proofs: readonly string[], passwords: readonly string[]): boolean {
  const other = passwords.some((each) => each !== account) ? ['linked-account'] : [];
  return isEnough(rule, [...proofs, ...other]);
}

it('knows every kind that rules may name', () => {
  expect(SECTIONS.recovery.kinds.toSorted()).toEqual(RECOVERY_FACTOR_KINDS.toSorted());
  expect(SECTIONS.signIn.kinds.toSorted()).toEqual(SIGN_IN_FACTOR_KINDS.toSorted());
});

it.each([
  // Whether one account recovers another is asked of a recovery alone.
  ['recovery', { weak: 0, weakChoice: 0, needless: 0, easier: 0, never: 0, left: 0, open: 0, cycle: 0 }],
  ['signIn', { weak: 0, weakChoice: 0, needless: 0, easier: 0, never: 0, left: 0 }],
] as const)(
  'finds in %s every rule that is weak, leads in a circle, strands people or never counts, and no other, in 1,000 sets of rules',
  (name, counted) => {
    const section: Section = SECTIONS[name];
    const reported: Record<string, number> = { ...counted };
    const count = (what: string, times: number) => {
      if (times > 0) reported[what] = (reported[what] ?? 0) + times;
    };
    const every = everyOf(section.kinds);
    const isWeak = (kinds: readonly FactorKind[]) => isWeakIn(section, kinds);
    fc.assert(
      fc.property(generatedFor(section), (rules) => {
        const { problems, report } = createReport();
        section.check(rules, report);
        const told = (path: string, pattern: RegExp) => problems.some((problem) => problem.path === path && pattern.test(problem.message));
        /** The combinations of which something is said at a place, each spelled in one order. */
        const named = (path: string, pattern: RegExp) =>
          problems
            .filter((problem) => problem.path === path && pattern.test(problem.message))
            .map(({ message }) => inOrder((/^[\w+ -]+/.exec(message)?.[0] ?? '').replace(/ is not accepted elsewhere$/, '').split(' + ')))
            .toSorted();
        for (const [index, rule] of rules.entries()) {
          const at = `${name}.rules[${index}]`;
          for (const [nth, kinds] of rule.accepted.entries()) {
            const weak = isWeak(kinds);
            expect(told(`${at}.accepted[${nth}]`, /^(Very weak|Weak|Nobody can give it)/), `${at} ${kinds.join('+')}`).toBe(weak);
            count('weak', Number(weak));
            // Whoever gives it would get in without it as well. Of two that are the same the first one stays.
            const others = rule.accepted.filter(
              (other, position) => position !== nth && !(position > nth && sorted(other) === sorted(kinds)),
            );
            const needless = every.every((proofs) => !holds(proofs, kinds) || others.some((other) => holds(proofs, other)));
            expect(told(`${at}.accepted[${nth}]`, /^Never needed/), `${at} ${kinds.join('+')} needless`).toBe(needless);
            count('needless', Number(needless));
          }
          const least = leastOf(rule, every);
          const weakOnes = least.filter(isWeak).map(sorted).toSorted();
          expect(named(`${at}.choice`, /: (Very weak|Weak|Nobody can give it)/), `${at} choice`).toEqual(weakOnes);
          count('weakChoice', weakOnes.length);
          const own = new Map([...rule.accepted, ...least].map((kinds) => [sorted(kinds), kinds]));
          // Anybody can say that they are this client.
          const easier = [...own].filter(
            ([, kinds]) =>
              rule.when.clients !== undefined && !rules.some((other) => other.when.clients === undefined && isEnough(other, kinds)),
          );
          expect(named(`${at}.when.clients`, /is not accepted elsewhere/), `${at} clients`).toEqual(
            easier.map(([spelled]) => spelled).toSorted(),
          );
          count('easier', easier.length);
          for (const [spelled, kinds] of own) {
            if (!kinds.includes('linked-account')) continue;
            const rest = kinds.filter((kind) => kind !== 'linked-account');
            // Nobody's password is known, and the other account falls all the same: this one then falls by it.
            const open = rules.some((other) => getsIn('B', other, rest, []));
            // The password of this account is known, and the other one falls by it.
            const cycle = !open && rules.some((other) => getsIn('B', other, rest, ['A']));
            expect(named(at, /adds nothing/).includes(spelled), `${at} open`).toBe(open);
            expect(named(at, /: a cycle/).includes(spelled), `${at} cycle`).toBe(cycle);
            count('open', Number(open));
            count('cycle', Number(cycle));
          }
          const counts = WORLDS.some((world) => rules.findIndex((each) => meets(each, world)) === index);
          const never = told(at, /^Never applies/) || told(`${at}.when.goals`, /^Never applies/);
          expect(never, `${at} never: ${JSON.stringify(rules)}`).toBe(!counts);
          count('never', Number(never));
        }
        const left = WORLDS.some((world) => !rules.some((rule) => meets(rule, world)));
        expect(told(`${name}.rules`, /^There is no rule without conditions/)).toBe(left);
        count('left', Number(left));
      }),
      { numRuns: 1000 },
    );
    // Each was there often enough to be missed.
    for (const [what, times] of Object.entries(reported)) expect(times, what).toBeGreaterThan(50);
  },
);
