import { describe, expect, it } from 'vitest';
import {
  INSTALLATION_PERMISSIONS,
  type OtherWay,
  PERMISSIONS,
  PERSON_PERMISSIONS,
  type Permission,
  type PersonPermission,
  type ResetWay,
  STANDING_PERMISSIONS,
} from '../../../shared/permissions.ts';
import type { Account } from '../ports/directory.ts';
import type { DirectManager } from '../ports/manager.ts';
import {
  type AccessBasis,
  type AccessRefusal,
  type ActorFacts,
  can,
  canManage,
  canSee,
  canStanding,
  fold,
  holdsStanding,
  type TargetFacts,
} from './can.ts';
import type { Role } from './roles.ts';

const holder = (id: string, groups: Record<string, boolean | null> = {}, places: Record<string, boolean | null> = {}) => ({
  account: { directory: 'people', id },
  login: id,
  membership: { groups, places },
});
const actor = (more: Partial<ActorFacts> = {}): ActorFacts => ({ ...holder('frida'), linked: [], barred: null, ...more });
const target = (more: Partial<TargetFacts> = {}): TargetFacts => ({
  ...holder('alice'),
  linked: [],
  protected: false,
  manager: { known: false, because: 'not-told' },
  ...more,
});
const led = (id: string | null): DirectManager => ({
  known: true,
  manager: id === null ? null : ({ directory: 'people', id } as Account),
});

const agents: Role = {
  name: 'agents',
  may: ['reset-password', 'unlock-account'],
  heldBy: { groups: ['Agents'], directManager: false },
  over: { places: ['ou=berlin'] },
};
const unlockers: Role = { ...agents, name: 'unlockers', may: ['unlock-account'], heldBy: { accounts: ['Frida'], directManager: false } };
const managers: Role = { name: 'managers', may: ['reset-password'], heldBy: { directManager: true } };
const isAgent = holder('frida', { Agents: true });
const inBerlin = { membership: { groups: { Agents: false }, places: { 'ou=berlin': true } } };
const elsewhere = { membership: { groups: { Agents: false }, places: { 'ou=berlin': false } } };
const hiddenPlace = { membership: { groups: { Agents: false }, places: { 'ou=berlin': null } } };

type Case = [
  what: string,
  roles: Role[],
  actor: ActorFacts,
  action: PersonPermission,
  target: TargetFacts,
  expected: string[] | AccessRefusal,
];

describe('who may', () => {
  it.each<Case>([
    ['an agent in scope', [agents], actor(isAgent), 'reset-password', target(inBerlin), ['agents']],
    ['an agent out of scope', [agents], actor(isAgent), 'reset-password', target(elsewhere), 'out-of-scope'],
    ['an agent, scope not told', [agents], actor(isAgent), 'reset-password', target(hiddenPlace), 'not-known'],
    ['an agent, scope not read', [agents], actor(isAgent), 'reset-password', target(), 'not-known'],
    ['an agent, protected', [agents], actor(isAgent), 'reset-password', target({ ...inBerlin, protected: true }), 'protected'],
    [
      'an agent whose group is not told',
      [agents],
      actor(holder('frida', { Agents: null })),
      'unlock-account',
      target(inBerlin),
      'not-known',
    ],
    ['no agent', [agents], actor(holder('frida', { Agents: false })), 'unlock-account', target(inBerlin), 'no-role'],
    ['nobody, without roles', [], actor(isAgent), 'reset-password', target(inBerlin), 'no-role'],
    ['another permission', [unlockers], actor(), 'reset-password', target(inBerlin), 'no-role'],
    ['by sign-in name, whatever its case', [unlockers], actor(), 'unlock-account', target(inBerlin), ['unlockers']],
    ['two roles', [agents, unlockers], actor(isAgent), 'unlock-account', target(inBerlin), ['agents', 'unlockers']],
    [
      'an agent on another account of theirs',
      [agents],
      actor({ ...isAgent, linked: [target(inBerlin).account] }),
      'reset-password',
      target(inBerlin),
      'oneself',
    ],
    ['an agent on themselves', [agents], actor(isAgent), 'reset-password', target({ ...inBerlin, ...isAgent }), 'oneself'],
    [
      'an agent who is disabled',
      [agents],
      actor({ ...isAgent, barred: 'account-disabled' }),
      'reset-password',
      target(inBerlin),
      'actor-barred',
    ],
    [
      'on another agent',
      [agents],
      actor(isAgent),
      'reset-password',
      target({ membership: { groups: { Agents: true }, places: { 'ou=berlin': true } } }),
      ['agents'],
    ],
    [
      'on somebody who may be an agent',
      [managers, agents],
      actor(holder('frida', { Agents: false })),
      'reset-password',
      target({ ...holder('alice', { Agents: null }), manager: led('frida') }),
      'more-rights',
    ],
    [
      'on an agent, for who holds another role alone',
      [unlockers, agents],
      actor(),
      'unlock-account',
      target({ membership: { groups: { Agents: true }, places: { 'ou=berlin': true } } }),
      'more-rights',
    ],
    [
      'on somebody who is an agent by another account',
      [managers, agents],
      actor(holder('frida', { Agents: false })),
      'reset-password',
      target({ ...holder('alice', { Agents: false }), linked: [holder('alice-2', { Agents: true })], manager: led('frida') }),
      'more-rights',
    ],
    [
      'on somebody whose other account nothing is known of',
      [managers, unlockers],
      actor(holder('bob')),
      'reset-password',
      target({ linked: [{ ...holder('alice-2'), login: null }], manager: led('bob') }),
      'more-rights',
    ],
    [
      'on somebody whose other account holds nothing',
      [managers, agents],
      actor(holder('frida', { Agents: false })),
      'reset-password',
      target({ ...holder('alice', { Agents: false }), linked: [holder('alice-2', { Agents: false })], manager: led('frida') }),
      ['managers'],
    ],
    ['the manager', [managers], actor(), 'reset-password', target({ manager: led('frida') }), ['managers']],
    ['the manager of another', [managers], actor(), 'reset-password', target({ manager: led('bob') }), 'no-role'],
    ['a manager, where none is told', [managers], actor(), 'reset-password', target(), 'not-known'],
    ['a manager, where there is none', [managers], actor(), 'reset-password', target({ manager: led(null) }), 'no-role'],
    [
      'the manager, narrowed down',
      [{ ...managers, over: { places: ['ou=berlin'] } }],
      actor(),
      'reset-password',
      target({ ...elsewhere, manager: led('frida') }),
      'out-of-scope',
    ],
    ['a group without a scope', [{ ...agents, over: undefined }], actor(isAgent), 'reset-password', target(inBerlin), 'out-of-scope'],
    [
      'a holder from another directory',
      [{ ...unlockers, heldBy: { ...unlockers.heldBy, directories: ['partners'] } }],
      actor(),
      'unlock-account',
      target(inBerlin),
      'no-role',
    ],
    [
      'a target in another directory',
      [{ ...unlockers, over: { directories: ['partners'] } }],
      actor(),
      'unlock-account',
      target(inBerlin),
      'out-of-scope',
    ],
  ])('%s', (_what, roles, who, action, whom, expected) => {
    const decision = can(roles, who, action, whom);
    expect(decision.allowed ? decision.roles : decision.because).toEqual(expected);
  });
});

describe('a role that says nothing of its scope', () => {
  const leads = target({ manager: led('frida') });
  const over = (heldBy: Role['heldBy']) => can([{ ...managers, heldBy }], actor(isAgent), 'reset-password', leads);

  it('is over the reports of who holds it as their manager, and over nobody where it is held in another way too', () => {
    expect(over({ directManager: true }).allowed).toBe(true);
    for (const heldBy of [{ groups: ['Agents'] }, { accounts: ['frida'] }, { groups: ['Agents'], accounts: ['frida'] }])
      expect(over({ ...heldBy, directManager: true })).toMatchObject({ allowed: false, because: 'out-of-scope', roles: ['managers'] });
  });

  it('is held by managers of the directories that it names alone', () => {
    expect(over({ directories: ['people'], directManager: true }).allowed).toBe(true);
    expect(over({ directories: ['partners'], directManager: true })).toMatchObject({ because: 'no-role', roles: [] });
  });
});

describe('a refusal', () => {
  const rome: Role = { ...agents, name: 'rome', over: { places: ['ou=rome'] } };
  const roles = [agents, unlockers, rome];

  it('names the roles that it is about, and no others', () => {
    const unlock = (who: ActorFacts, whom: TargetFacts, among = roles) => can(among, who, 'unlock-account', whom);
    const placed = (berlin: boolean | null, italian: boolean | null) =>
      target({ membership: { groups: { Agents: false }, places: { 'ou=berlin': berlin, 'ou=rome': italian } } });
    const bob = actor(holder('bob', { Agents: true }));
    expect(unlock(bob, placed(false, false))).toEqual({ allowed: false, because: 'out-of-scope', roles: ['agents', 'rome'] });
    // What may be in scope says more than what is not.
    expect(unlock(bob, placed(false, null))).toEqual({ allowed: false, because: 'not-known', roles: ['rome'] });
    expect(unlock(actor(holder('bob', { Agents: null })), placed(true, false))).toEqual({
      ...{ allowed: false, because: 'not-known', roles: ['agents'] },
    });
    expect(unlock(actor(holder('bob', { Agents: false })), placed(true, true))).toEqual({ allowed: false, because: 'no-role', roles: [] });
    const frida = target({
      ...holder('frida-2'),
      login: 'FRIDA',
      membership: { groups: { Agents: false }, places: { 'ou=berlin': true } },
    });
    expect(unlock(bob, frida)).toEqual({ allowed: false, because: 'more-rights', roles: ['unlockers'] });
    for (const whom of [target({ ...inBerlin, protected: true }), target({ ...holder('bob') })])
      expect(unlock(bob, whom)).toMatchObject({ allowed: false, roles: [] });
  });

  it('is that of oneself for the account itself, and for none that shares its id or its directory', () => {
    const own = (linked: ActorFacts['linked']) => can([agents], actor({ ...isAgent, linked }), 'unlock-account', target(inBerlin));
    expect(own([{ directory: 'people', id: 'alice' }])).toMatchObject({ because: 'oneself' });
    expect(
      own([
        { directory: 'partners', id: 'alice' },
        { directory: 'people', id: 'bob' },
      ]).allowed,
    ).toBe(true);
    const twin = target({ ...inBerlin, account: { directory: 'partners', id: 'frida' } });
    expect(can([agents], actor(isAgent), 'unlock-account', twin).allowed).toBe(true);
  });
});

describe('by what somebody acts', () => {
  const both: Role = { ...managers, heldBy: { directManager: true }, over: undefined };
  const loose: Role = { ...agents, name: 'loose', unverified: true };
  it.each<[string, Role[], TargetFacts, AccessBasis]>([
    ['an agent', [agents], target(inBerlin), 'receipt'],
    ['an agent whose only role does without', [loose], target(inBerlin), 'unverified'],
    ['an agent one of whose roles does not do without', [loose, agents], target(inBerlin), 'receipt'],
    ['an agent whose role says that it does not', [{ ...agents, unverified: false }], target(inBerlin), 'receipt'],
    ['a manager', [both], target({ manager: led('frida') }), 'manager'],
    ['a manager who is an agent as well', [loose, both], target({ ...inBerlin, manager: led('frida') }), 'manager'],
    ['an agent who is the manager of somebody else', [loose, both], target({ ...inBerlin, manager: led('bob') }), 'unverified'],
    ['an agent of whom it is not told', [agents, both], target(inBerlin), 'receipt'],
  ])('is, of %s, as it must be', (_what, roles, whom, expected) => {
    expect(can(roles, actor(isAgent), 'reset-password', whom)).toMatchObject({ allowed: true, basis: expected });
  });

  it.each<[(OtherWay[] | undefined)[], OtherWay[]]>([
    [[undefined], []],
    [[[]], []],
    [[['manager', 'read-back']], ['read-back', 'manager']],
    [
      [
        ['read-back', 'questions'],
        ['questions', 'manager'],
      ],
      ['questions'],
    ],
    [[['read-back'], undefined], []],
  ])('of roles with the ways %j a caller may be verified by %j', (ways, expected) => {
    const roles = ways.map((otherWays, index): Role => ({ ...agents, name: `role ${index}`, otherWays }));
    expect(can(roles, actor(isAgent), 'reset-password', target(inBerlin))).toMatchObject({ otherWays: expected });
  });

  it.each<[(ResetWay[] | undefined)[], ResetWay[]]>([
    [[undefined], ['link']],
    [[['link']], ['link']],
    [[['told']], ['told']],
    [[['told', 'link']], ['link', 'told']],
    [
      [['link', 'told'], ['told']],
      ['link', 'told'],
    ],
    [[['link', 'told'], ['link']], ['link']],
    [[['told'], ['link']], ['link']],
    [[['told'], undefined], ['link']],
    [[['sent-by-text', 'link-by-text']], ['link-by-text', 'sent-by-text']],
    [[['link', 'link-by-text'], ['link']], ['link']],
    [
      [
        ['link-by-text', 'sent-by-text'],
        ['link-by-text', 'told'],
      ],
      ['link-by-text'],
    ],
    [[['link-by-text'], ['sent-by-text']], []],
    [[['sent-by-text'], undefined], ['link']],
    [[[]], []],
  ])('of roles with %j a password is set by %j', (ways, expected) => {
    const roles = ways.map((resetBy, index): Role => ({ ...agents, name: `role ${index}`, resetBy }));
    expect(can(roles, actor(isAgent), 'reset-password', target(inBerlin))).toMatchObject({ resetBy: expected });
  });
});

describe.each(STANDING_PERMISSIONS)('who may %s', (permission) => {
  const seers: Role = { ...agents, name: 'seers', may: [permission] };
  const others: Role = { ...agents, name: 'others', over: undefined };
  const leads: Role = { name: 'leads', may: [permission], heldBy: { directManager: true } };
  const see = (who: ActorFacts, whom: TargetFacts | null, roles = [others, seers, leads]) => canStanding(roles, who, permission, whom);
  const protectedAgent = target({ membership: { groups: { Agents: true }, places: { 'ou=berlin': true } }, protected: true });

  it('does so by a role that says so, over them', () => {
    expect(see(actor(isAgent), target(inBerlin))).toEqual({ allowed: true, roles: ['seers'] });
    expect(see(actor(isAgent), protectedAgent), 'whoever it is: nothing is changed').toEqual({ allowed: true, roles: ['seers'] });
    expect(see(actor(isAgent), target(elsewhere))).toEqual({ allowed: false, because: 'out-of-scope', roles: ['seers'] });
    expect(see(actor(isAgent), target(hiddenPlace))).toEqual({ allowed: false, because: 'not-known', roles: ['seers'] });
    expect(see(actor(isAgent), target(inBerlin), [others])).toEqual({ allowed: false, because: 'no-role', roles: [] });
    expect(see(actor({ ...isAgent, barred: 'account-disabled' }), target(inBerlin))).toEqual({
      ...{ allowed: false, because: 'actor-barred', roles: [] },
    });
  });

  it('does so by no role for the other', () => {
    const rest = STANDING_PERMISSIONS.filter((each) => each !== permission);
    expect(see(actor(isAgent), target(inBerlin), [{ ...seers, may: rest }])).toMatchObject({ allowed: false, because: 'no-role' });
  });

  it('holds it by group or by name: a manager sees nobody by being one', () => {
    const report = target({ ...inBerlin, manager: led('frida') });
    expect(see(actor(holder('frida', { Agents: false })), report)).toEqual({ allowed: false, because: 'no-role', roles: [] });
    expect(see(actor(holder('frida', { Agents: null })), report)).toEqual({ allowed: false, because: 'not-known', roles: ['seers'] });
  });

  it('may see anybody at all where a role is held, whoever is in its scope', () => {
    expect(see(actor(isAgent), null)).toEqual({ allowed: true, roles: ['seers'] });
    expect(see(actor(holder('frida', { Agents: false })), null)).toEqual({ allowed: false, because: 'no-role', roles: [] });
    expect(see(actor(holder('frida', { Agents: null })), null)).toEqual({ allowed: false, because: 'not-known', roles: ['seers'] });
  });
});

it('to see somebody takes a role that says so, and no other one that is held', () => {
  const may = (permission: Permission): Role[] => [{ ...agents, may: [permission] }];
  expect(canSee(may('see-people'), actor(isAgent), target(inBerlin))).toEqual({ allowed: true, roles: [agents.name] });
  for (const other of PERMISSIONS.filter((each) => each !== 'see-people'))
    expect(canSee(may(other), actor(isAgent), target(inBerlin)), other).toEqual({ allowed: false, because: 'no-role', roles: [] });
});

describe('a role that is held', () => {
  const named: Role = { ...unlockers, heldBy: { accounts: ['Bob', 'MU\u0308LLER'], groups: ['Agents'], directManager: false } };
  const held = (login: string | null, inGroup: boolean | null, more: Partial<Role['heldBy']> = {}, id = 'x') =>
    holdsStanding({ ...named, heldBy: { ...named.heldBy, ...more } }, { ...holder(id, { Agents: inGroup }), login });

  it('by any of its ways is held, and what is not told is not held', () => {
    expect([held('bob', false), held('x', true), held('bob', null)]).toEqual([true, true, true]);
    expect([held('x', null), held(null, false), held(null, null)]).toEqual([null, null, null]);
    expect([held('x', false), held('bo', false)]).toEqual([false, false]);
    expect(held('bob', true, { directories: ['partners'] })).toBe(false);
    expect(held(null, null, { directories: ['partners'] })).toBe(false);
    expect(held('bob', false, { directories: ['partners', 'people'] })).toBe(true);
    expect([held(null, false, { accounts: undefined }), held('bob', true, { accounts: undefined, groups: undefined })]).toEqual([
      false,
      false,
    ]);
    expect(held('x', true, { accounts: undefined })).toBe(true);
  });

  it('by a sign-in name is held however that is written', () => {
    expect([held('müller', false), held('M\u00dcller', false), held('muller', false)]).toEqual([true, true, false]);
    expect(fold('MU\u0308ller')).toBe('müller');
  });
});

/** What stands in the way, or does not, whatever is to be done. */
type Situation = [what: string, who: ActorFacts, whom: TargetFacts, expected: string[] | AccessRefusal];

describe.each(PERSON_PERMISSIONS)('%s', (action) => {
  const one: Role = { ...agents, name: 'one', may: [action] };
  const two: Role = { ...one, name: 'two', heldBy: { groups: ['Second line'], directManager: false } };
  const others: Role = { ...one, name: 'others', may: PERMISSIONS.filter((permission) => permission !== action) };
  const both = holder('frida', { Agents: true, 'Second line': true });
  const lost = holder('frida', { Agents: false, 'Second line': false });
  const withGroups = (groups: Record<string, boolean>, berlin: boolean | null) =>
    target({ membership: { groups, places: { 'ou=berlin': berlin } } });
  const nobody = { Agents: false, 'Second line': false };

  it.each<Situation>([
    ['own', actor(both), { ...target(inBerlin), ...both }, 'oneself'],
    ['own, by another account', actor({ ...both, linked: [target().account] }), withGroups(nobody, true), 'oneself'],
    ['in scope', actor(holder('frida', { Agents: true, 'Second line': false })), withGroups(nobody, true), ['one']],
    ['out of scope', actor(both), withGroups(nobody, false), 'out-of-scope'],
    ['scope not told', actor(both), withGroups(nobody, null), 'not-known'],
    ['protected', actor(both), { ...withGroups(nobody, true), protected: true }, 'protected'],
    ['two roles', actor(both), withGroups(nobody, true), ['one', 'two']],
    ['one of two roles lost meanwhile', actor(holder('frida', { Agents: false, 'Second line': true })), withGroups(nobody, true), ['two']],
    ['both roles lost meanwhile', actor(lost), withGroups(nobody, true), 'no-role'],
    [
      'a role that cannot be read any more',
      actor(holder('frida', { Agents: null, 'Second line': false })),
      withGroups(nobody, true),
      'not-known',
    ],
    ['barred', actor({ ...both, barred: 'account-expired' }), withGroups(nobody, true), 'actor-barred'],
  ])('%s', (_what, who, whom, expected) => {
    const decision = can([one, two, others], who, action, whom);
    expect(decision.allowed ? decision.roles : decision.because).toEqual(expected);
  });
});

describe.each(INSTALLATION_PERMISSIONS)('%s', (action) => {
  const admins: Role = { name: 'admins', may: [action], heldBy: { groups: ['Admins'], directManager: false } };
  const others: Role = {
    name: 'others',
    may: PERMISSIONS.filter((permission) => permission !== action),
    heldBy: { accounts: ['erik'], directManager: true },
  };
  it.each<[what: string, who: ActorFacts, expected: string[] | AccessRefusal]>([
    ['held', actor(holder('frida', { Admins: true })), ['admins']],
    ['not held', actor(holder('frida', { Admins: false })), 'no-role'],
    ['not told', actor(holder('frida', { Admins: null })), 'not-known'],
    ['another role', actor(holder('erik', { Admins: false })), 'no-role'],
    ['barred', actor({ ...holder('frida', { Admins: true }), barred: 'recovery-frozen' }), 'actor-barred'],
  ])('%s', (_what, who, expected) => {
    const decision = canManage([others, admins], who, action);
    expect(decision.allowed ? decision.roles : decision.because).toEqual(expected);
  });
});
