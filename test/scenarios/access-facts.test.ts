import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { can } from '../../src/core/access/can.ts';
import { readActor, readTarget } from '../../src/core/access/read-access-facts.ts';
import { roleSchema } from '../../src/core/configuration/roles-section.ts';
import type { Account, AccountRef, Directory } from '../../src/core/ports/directory.ts';
import { newLogin } from '../conformance/samples.ts';
import { sharedDs389, sharedSamba, sharedSlapd } from '../servers/shared-servers.ts';
import { REAL_KINDS, type RealDirectory, type RealPerson, reachRealDirectory } from './real-directories.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

// Who may act is asked of the directory each time; the members of a group are the only thing that is kept, for half a minute at most.

const servers = { 'active-directory': sharedSamba, openldap: sharedSlapd, '389ds': sharedDs389 };

describe.each(REAL_KINDS)('what roles go by, kind %s', (kind) => {
  let server: Awaited<ReturnType<(typeof servers)[typeof kind]>>;
  let real: RealDirectory;
  let keyturn: Keyturn;
  let directory: Directory;
  beforeAll(async () => {
    server = await servers[kind]();
    real = await reachRealDirectory(kind);
    keyturn = await startKeyturn({ directories: [real.section] });
    directory = keyturn.deps.directories.get('people');
  });
  afterAll(async () => {
    await keyturn?.close();
    await real?.proxy.stop();
  });

  const accountOf = async ({ login }: RealPerson): Promise<Account> => {
    const [account] = await directory.findAccounts(login);
    if (account === undefined) throw new Error(`${login} is not found`);
    return account;
  };
  const managers = roleSchema.parse({ name: 'managers', may: ['unlock-account'], heldBy: { directManager: true } });

  it('is the manager, the group and the state of this moment', async () => {
    const [boss, report] = [await real.createPerson(), await real.createPerson()];
    const [actor, target] = [await accountOf(boss), await accountOf(report)];
    const group = newLogin('agents');
    const agents = roleSchema.parse({
      name: 'agents',
      may: ['unlock-account'],
      heldBy: { groups: [group] },
      over: { directories: ['people'] },
    });
    const decide = async (roles = [managers]) =>
      can(
        roles,
        await readActor(keyturn.deps, directory, roles, actor),
        'unlock-account',
        await readTarget(keyturn.deps, directory, roles, target),
      );
    const allowed = (...roles: string[]) => ({
      allowed: true,
      roles,
      basis: roles.includes('managers') ? 'manager' : 'receipt',
      otherWays: [],
      resetBy: ['link'],
    });

    expect(await decide()).toMatchObject({ allowed: false, because: 'not-known' });
    await server.modify(report.dn, { manager: boss.dn });
    expect(await decide()).toEqual(allowed('managers'));
    const other = await real.createPerson();
    await server.modify(report.dn, { manager: other.dn });
    expect(await decide()).toMatchObject({ allowed: false, because: 'no-role' });

    await server.createGroup(group, [boss.dn]);
    const groupDn = (await directory.readGroups(actor)).find(({ name }) => name === group)?.id ?? '';
    expect(await decide([agents])).toEqual(allowed('agents'));
    await server.modify(groupDn, { member: [other.dn] });
    // Members of a group are kept for half a minute, and no longer.
    keyturn.clock.move(30_000);
    expect(await decide([agents])).toMatchObject({ allowed: false, because: 'no-role' });
  });

  it('keeps from an account whose owner holds a role by another one, also where nothing is told of that one', async () => {
    const [boss, report, other] = [await real.createPerson(), await real.createPerson(), await real.createPerson()];
    await server.modify(report.dn, { manager: boss.dn });
    const [actor, target, second] = [await accountOf(boss), await accountOf(report), await accountOf(other)];
    const group = newLogin('admins');
    await server.createGroup(group, [other.dn]);
    const admins = roleSchema.parse({
      name: 'admins',
      may: ['unlock-account'],
      heldBy: { groups: [group] },
      over: { directories: ['people'] },
    });
    const roles = [managers, admins];
    const decide = async () =>
      can(
        roles,
        await readActor(keyturn.deps, directory, roles, actor),
        'unlock-account',
        await readTarget(keyturn.deps, directory, roles, target),
      );
    expect(await decide()).toEqual({ allowed: true, roles: ['managers'], basis: 'manager', otherWays: [], resetBy: ['link'] });
    const link = { now: keyturn.clock.now(), by: 'test', countsFrom: keyturn.clock.now() + 60_000 };
    const linkTo = (id: string, added: AccountRef) =>
      keyturn.deps.store.people.link(target, added, { person: `p-${id}`, ids: [`a-${id}`, `b-${id}`], ...link });
    expect(await linkTo(report.login, second)).toBe(true);
    expect(await decide()).toMatchObject({ allowed: false, because: 'more-rights', roles: ['admins'] });
    await keyturn.deps.store.people.unlink(second);
    expect(await decide()).toEqual({ allowed: true, roles: ['managers'], basis: 'manager', otherWays: [], resetBy: ['link'] });
    expect(await linkTo(`${report.login}-gone`, { directory: 'no-more', id: second.id })).toBe(true);
    expect(await decide()).toMatchObject({ allowed: false, because: 'more-rights', roles: ['admins'] });
  });

  it('bars who is disabled', async () => {
    const [boss, report] = [await real.createPerson({ disabled: true }), await real.createPerson()];
    await server.modify(report.dn, { manager: boss.dn });
    const [actor, target] = [await accountOf(boss), await accountOf(report)];
    const facts = await readActor(keyturn.deps, directory, [managers], actor);
    expect(facts.barred).toBe('account-disabled');
    expect(can([managers], facts, 'unlock-account', await readTarget(keyturn.deps, directory, [managers], target))).toMatchObject({
      because: 'actor-barred',
    });
  });
});
