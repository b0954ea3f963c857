import fc from 'fast-check';
import { describe, it } from 'vitest';
import { PERMISSIONS, PERSON_PERMISSIONS, type PersonPermission } from '../../../shared/permissions.ts';
import type { Account } from '../ports/directory.ts';
import { type ActorFacts, can, holdsStanding, type TargetFacts } from './can.ts';
import type { Role } from './roles.ts';

const GROUPS = ['Agents', 'Admins'];
const PLACES = ['ou=berlin', 'ou=rome'];
const IDS = ['frida', 'alice', 'bob'];
const verdict = fc.constantFrom(true, false, null);
const some = <T>(values: readonly T[]) => fc.option(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }), { nil: undefined });
const role: fc.Arbitrary<Role> = fc.record({
  name: fc.uuid(),
  may: fc.uniqueArray(fc.constantFrom(...PERMISSIONS), { minLength: 1 }),
  heldBy: fc.record({ directories: some(['people', 'partners']), groups: some(GROUPS), accounts: some(IDS), directManager: fc.boolean() }),
  over: fc.option(fc.record({ directories: some(['people', 'partners']), places: some(PLACES), groups: some(GROUPS) }), { nil: undefined }),
});
const facts = fc.record({
  account: fc.record({ directory: fc.constantFrom('people', 'partners'), id: fc.constantFrom(...IDS) }),
  login: fc.constantFrom(...IDS),
  membership: fc.record({
    places: fc.record({ 'ou=berlin': verdict, 'ou=rome': verdict }, { requiredKeys: [] }),
    groups: fc.record({ Agents: verdict, Admins: verdict }, { requiredKeys: [] }),
  }),
});
const manager = fc.oneof(
  fc
    .constantFrom(...IDS, null)
    .map((id) => ({ known: true as const, manager: id === null ? null : ({ directory: 'people', id } as Account) })),
  fc.constantFrom('not-told' as const, 'not-found' as const, 'several' as const).map((because) => ({ known: false as const, because })),
);
const anActor = fc
  .tuple(facts, fc.option(fc.constantFrom('account-disabled' as const, 'recovery-frozen' as const), { freq: 9 }))
  .map(([holderFacts, barred]): ActorFacts => ({ ...holderFacts, linked: [], barred }));
const aTarget = fc
  .tuple(facts, fc.boolean(), manager, fc.array(facts, { maxLength: 2 }))
  .map(([holderFacts, isProtected, who, linked]): TargetFacts => ({ ...holderFacts, linked, protected: isProtected, manager: who }));
const world = fc.record({
  roles: fc.array(role, { maxLength: 5 }),
  who: anActor,
  action: fc.constantFrom(...PERSON_PERMISSIONS),
  whom: aTarget,
});
const holdsFor = (property: (given: { roles: Role[]; who: ActorFacts; action: PersonPermission; whom: TargetFacts }) => boolean): void =>
  fc.assert(fc.property(world, property), { numRuns: 3000 });

/** The same world, with all that is not known set to this. */
const filled = <T extends ActorFacts | TargetFacts>(given: T, as: boolean): T => ({
  ...given,
  membership: {
    places: Object.fromEntries(PLACES.map((name) => [name, given.membership.places[name] ?? as])),
    groups: Object.fromEntries(GROUPS.map((name) => [name, given.membership.groups[name] ?? as])),
  },
});

describe('whatever the roles are', () => {
  it('something allows: without a role nobody may do anything', () => {
    holdsFor(({ who, action, whom }) => !can([], who, action, whom).allowed);
  });
  it('what is allowed is allowed by roles that name the permission', () => {
    holdsFor(({ roles, who, action, whom }) => {
      const decision = can(roles, who, action, whom);
      return !decision.allowed || decision.roles.every((name) => roles.find((each) => each.name === name)?.may.includes(action) === true);
    });
  });
  it('nobody acts on who holds, or may hold, what they do not hold, by whichever account', () => {
    holdsFor(({ roles, who, action, whom }) => {
      if (!can(roles, who, action, whom).allowed) return true;
      const lacking = roles.filter((each) => holdsStanding(each, who) !== true);
      return [whom, ...whom.linked].every((each) => lacking.every((one) => holdsStanding(one, each) === false));
    });
  });
  it('another account that is linked to the target allows nothing more', () => {
    fc.assert(
      fc.property(world, facts, ({ roles, who, action, whom }, more) => {
        const wider = can(roles, who, action, { ...whom, linked: [...whom.linked, more] });
        return !wider.allowed || can(roles, who, action, whom).allowed;
      }),
      { numRuns: 3000 },
    );
  });
  it('nobody acts on themselves, on who is protected, or while barred, and no further role changes that', () => {
    fc.assert(
      fc.property(world, role, ({ roles, who, action, whom }, more) => {
        const all = [...roles, more];
        const isOneself = who.account.directory === whom.account.directory && who.account.id === whom.account.id;
        return !((isOneself || whom.protected || who.barred !== null) && can(all, who, action, whom).allowed);
      }),
      { numRuns: 3000 },
    );
  });
  it('nobody acts on who holds, or may hold, a role that they do not hold themselves', () => {
    holdsFor(({ roles, who, action, whom }) => {
      const groupOf = (given: ActorFacts | TargetFacts, { heldBy }: Role, unknown: boolean): boolean =>
        (heldBy.directories?.includes(given.account.directory) ?? true) &&
        ((heldBy.accounts?.includes(given.login) ?? false) ||
          (heldBy.groups ?? []).some((name) => given.membership.groups[name] ?? unknown));
      const higher = roles.some((each) => groupOf(whom, each, true) && !groupOf(who, each, false));
      return !(higher && can(roles, who, action, whom).allowed);
    });
  });
  it('what is not known never allows: it would be allowed too if all of it were so, or all of it not', () => {
    holdsFor(({ roles, who, action, whom }) => {
      if (!can(roles, who, action, whom).allowed) return true;
      return [true, false].every((mine) =>
        [true, false].every((theirs) => {
          // What is known of the holder of a role can only grow by what is learnt of them.
          const decision = can(roles, filled(who, mine), action, filled(whom, theirs));
          return decision.allowed || decision.because === 'more-rights';
        }),
      );
    });
  });
  it('an unknown group of the target never makes up for one that the actor lacks', () => {
    holdsFor(
      ({ roles, who, action, whom }) => !can(roles, who, action, whom).allowed || can(roles, who, action, filled(whom, true)).allowed,
    );
  });
});
