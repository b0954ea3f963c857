import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FACTOR_KINDS, type FactorKind } from '../../../shared/api/journeys.ts';
import { OTHER_WAYS, PERSON_PERMISSIONS } from '../../../shared/permissions.ts';
import { can } from '../access/can.ts';
import type { Role } from '../access/roles.ts';
import type { Candidate } from '../accounts/candidate.ts';
import { configurationSchema } from '../configuration/document.ts';
import type { JourneyState } from '../journey/journey-state.ts';
import { completeAmong, isEnoughToAdd } from '../journey/what-counts.ts';
import { isSubset } from '../proof/combinations.ts';
import { combinationsOf, offeredCombinations, ownCombinations, type ProofRule } from '../proof/rules.ts';
import { rulesEmptied, tighten } from './tighten.ts';

const kinds = fc.uniqueArray(fc.constantFrom(...FACTOR_KINDS), { minLength: 1, maxLength: 4 });
const rule = fc.record({
  name: fc.constant('rule'),
  when: fc.record({
    groups: fc.option(fc.constantFrom(['in'], ['out'], ['hidden']), { nil: undefined }),
    goals: fc.option(fc.constantFrom(['reset-password' as const], ['unlock-account' as const]), { nil: undefined }),
  }),
  accepted: fc.array(kinds, { maxLength: 3 }),
  choice: fc.option(
    fc.record({
      enforced: fc.uniqueArray(fc.constantFrom(...FACTOR_KINDS), { maxLength: 2 }),
      anyOf: kinds,
      count: fc.integer({ min: 1, max: 2 }),
    }),
    { nil: undefined },
  ),
});
const rules = fc.array(rule, { maxLength: 4 });
const threat = fc.record({
  withoutKinds: fc.uniqueArray(fc.constantFrom('sms' as const, 'questions' as const, 'email' as const, 'manager' as const)),
  verifiedCallersOnly: fc.boolean(),
  fullCoolDown: fc.boolean(),
  ownDeviceOnly: fc.boolean(),
  twoAgents: fc.boolean(),
});
const minimal = configurationSchema.parse({
  version: 1,
  organisation: { publicUrl: 'https://password.example.com' },
  directories: [{ kind: 'embedded', id: 'people', label: 'People' }],
  mail: { kind: 'capture' },
});
const membership = { places: {}, groups: { in: true, out: false, hidden: null } };
const person = { directory: 'people', membership };
const situation = { goal: 'reset-password' as const, client: 'web' as const, address: '192.0.2.7' };
const isEnough = (combinations: readonly FactorKind[][], given: readonly FactorKind[]) =>
  combinations.some((each) => isSubset(each, given));
const withRules = (own: ProofRule[], more: object) =>
  ({ ...minimal, recovery: { ...minimal.recovery, rules: own }, signIn: { ...minimal.signIn, rules: own }, ...more }) as typeof minimal;

describe('a raised threat', () => {
  it('never lets anybody prove themselves by what would not be enough otherwise, and never by a kind that does not count', () => {
    fc.assert(
      fc.property(rules, threat, fc.uniqueArray(fc.constantFrom(...FACTOR_KINDS)), (own, section, given) => {
        const usual = withRules(own as ProofRule[], { threat: section });
        const raised = tighten(usual);
        for (const part of ['recovery', 'signIn'] as const) {
          const [before, after] = [usual[part].rules, raised[part].rules];
          if (isEnough(ownCombinations(after, situation, person), given))
            expect(isEnough(ownCombinations(before, situation, person), given)).toBe(true);
          expect(
            ownCombinations(after, situation, person)
              .flat()
              .filter((kind) => section.withoutKinds.some((each) => each === kind)),
          ).toEqual([]);
          for (const offered of offeredCombinations(after, situation))
            expect(isEnough(offeredCombinations(before, situation), offered)).toBe(true);
        }
      }),
    );
  });

  it('never lets anybody add a proof, or do by a journey, what the same proofs would not be enough for otherwise', () => {
    const goals = fc.constantFrom('reset-password' as const, 'unlock-account' as const, 'sign-in' as const, 'confirm-call' as const);
    const some = fc.uniqueArray(fc.constantFrom(...FACTOR_KINDS));
    fc.assert(
      fc.property(
        rules,
        rules,
        threat,
        some,
        some,
        goals,
        fc.constantFrom(...FACTOR_KINDS),
        (recovery, own, section, proven, has, goal, kind) => {
          const rulesOf = { recovery: { ...minimal.recovery, rules: recovery }, signIn: { ...minimal.signIn, enabled: true, rules: own } };
          const usual = { ...minimal, ...rulesOf, threat: section } as typeof minimal;
          const raised = tighten(usual);
          const [candidate, state] = [
            { facts: person, has } as unknown as Candidate,
            { goal, client: { kind: 'web' }, address: null, proven },
          ];
          const judge = (configuration: typeof minimal) => {
            const deps = { configuration: () => configuration };
            const adds = isEnoughToAdd(deps, state as unknown as JourneyState, candidate, kind);
            return { adds, completes: completeAmong(deps, state as unknown as JourneyState, [candidate]).length > 0 };
          };
          const [before, after] = [judge(usual), judge(raised)];
          expect(before).toEqual({ adds: before.adds || after.adds, completes: before.completes || after.completes });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('may leave a rule with nothing, which bars, and says so of every rule to which that happens', () => {
    fc.assert(
      fc.property(rules, threat, (own, section) => {
        const usual = withRules(own as ProofRule[], { threat: section });
        const emptied = rulesEmptied(usual);
        expect(rulesEmptied(tighten(usual))).toEqual(emptied);
        for (const part of ['recovery', 'signIn'] as const)
          for (const [index, each] of usual[part].rules.entries()) {
            const all = combinationsOf(each);
            const isEmptied =
              all.length > 0 && all.every((combination) => combination.some((one) => section.withoutKinds.includes(one as never)));
            expect(emptied.some((one) => one.section === part && one.index === index)).toBe(isEmptied);
          }
      }),
    );
  });

  it('never lets an agent act without a receipt who needs one otherwise, nor for anybody whom they may not help', () => {
    const roles = fc.array(
      fc.record({
        name: fc.constantFrom('one', 'two'),
        may: fc.constant([...PERSON_PERMISSIONS]),
        heldBy: fc.record({ groups: fc.constantFrom(['in'], ['out'], ['hidden']), directManager: fc.boolean() }),
        over: fc.option(fc.constantFrom({ groups: ['in'] }, { groups: ['out'] }, {}), { nil: undefined }),
        unverified: fc.option(fc.boolean(), { nil: undefined }),
        otherWays: fc.option(fc.uniqueArray(fc.constantFrom(...OTHER_WAYS)), { nil: undefined }),
      }),
      { maxLength: 3 },
    );
    const account = (id: string) => ({ directory: 'people', id });
    const actor = { account: account('agent'), login: 'agent', membership, linked: [], barred: null };
    const target = { account: account('alice'), login: 'alice', membership, linked: [], protected: false };
    fc.assert(
      fc.property(roles, threat, fc.boolean(), (own, section, isManager) => {
        const usual = withRules([], { roles: own, threat: section });
        const manager = isManager ? { told: true as const, manager: account('agent') } : { told: true as const, manager: null };
        const judge = (held: readonly Role[]) => can(held, actor, 'reset-password', { ...target, manager: manager as never });
        const [before, after] = [judge(usual.roles), judge(tighten(usual).roles)];
        expect(after.allowed).toBe(before.allowed);
        if (!after.allowed || !before.allowed) return;
        for (const way of after.otherWays) expect(before.otherWays).toContain(way);
        if (section.ownDeviceOnly) expect(after.otherWays).toEqual([]);
        for (const way of after.otherWays) expect(section.withoutKinds as string[]).not.toContain(way);
        if (after.otherWays.includes('read-back')) expect(section.withoutKinds).not.toContain('sms');
        if (section.verifiedCallersOnly) expect(after.basis).not.toBe('unverified');
        if (before.basis !== 'unverified') expect(after.basis).toBe(before.basis);
      }),
    );
  });

  it('makes nothing wait for less, and nothing else different', () => {
    fc.assert(
      fc.property(threat, fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), (section, invited, anybody) => {
        const usual = withRules([], {
          threat: section,
          enrolment: { ...minimal.enrolment, invitations: { ...minimal.enrolment.invitations, coolDownHours: invited } },
          factors: { ...minimal.factors, coolDownHours: anybody },
        });
        const raised = tighten(usual);
        expect(raised.enrolment.invitations.coolDownHours).toBe(section.fullCoolDown ? Math.max(invited, anybody) : invited);
        const { recovery: _r, signIn: _s, roles: _o, enrolment: _e, helpdesk, withoutKinds, ...others } = raised;
        expect(helpdesk.approvals.length > 0).toBe(section.twoAgents);
        expect(withoutKinds).toEqual(section.withoutKinds);
        expect(usual).toMatchObject(others);
        expect(tighten(raised)).toEqual(raised);
      }),
    );
  });
});
