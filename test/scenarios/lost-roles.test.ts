import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endSessionsOfLostRoles } from '../../src/core/access/held-roles.ts';
import { applyConfiguration } from '../../src/core/configuration/apply-configuration.ts';
import { exportConfiguration } from '../../src/core/configuration/export-configuration.ts';
import { endTokensOfLostMakers } from '../../src/core/tokens/end-tokens.ts';
import { makeToken } from '../../src/core/tokens/make-token.ts';
import { newLogin } from '../conformance/samples.ts';
import { sharedDs389, sharedPostgres, sharedSamba, sharedSlapd } from '../servers/shared-servers.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { REAL_KINDS, type RealDirectory, reachRealDirectory } from './real-directories.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { inSession, type SessionClient, signIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const servers = { 'active-directory': sharedSamba, openldap: sharedSlapd, '389ds': sharedDs389 };
/** A role must be gone so soon after the directory took it away; milliseconds. */
const BOUND = 60_000;

const rolesOf = (group: string) => [
  {
    name: 'agents',
    may: ['unlock-account' as const, 'manage-roles' as const],
    heldBy: { groups: [group] },
    over: { directories: ['people'] },
  },
];

describe.each(REAL_KINDS)('a role that is lost, kind %s', (kind) => {
  let server: Awaited<ReturnType<(typeof servers)[typeof kind]>>;
  let real: RealDirectory;
  let keyturn: Keyturn;
  const group = newLogin('agents');
  let groupDn: string;
  let remaining: string;
  beforeAll(async () => {
    server = await servers[kind]();
    real = await reachRealDirectory(kind);
    const first = await real.createPerson();
    remaining = first.dn;
    groupDn = await server.createGroup(group, [first.dn]);
    keyturn = await startKeyturn({
      directories: [real.section],
      configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true }, roles: rolesOf(group) },
    });
  });
  afterAll(async () => {
    await keyturn?.close();
    await real?.proxy.stop();
  });

  async function agent(): Promise<{ dn: string; held: SessionClient }> {
    const { login, password, dn } = await real.createPerson();
    await server.modify(groupDn, { member: [remaining, dn] });
    keyturn.clock.move(30_000);
    return { dn, held: await signIn(keyturn, login, await keyturn.enrol(login), password) };
  }
  const ofLostRoles = async () =>
    (await keyturn.deps.store.audit.read(0, 100_000)).filter(
      ({ type, data }) => type === 'session.all-ended' && data.includes('role-lost'),
    );

  it('ends the sessions of who held it within a minute, also when they do nothing, and of nobody else', async () => {
    const { held } = await agent();
    expect((await held.call('GET', '/session/roles')).body).toEqual({
      roles: ['agents'],
      may: ['unlock-account', 'manage-roles'],
      asManager: [],
      threat: null,
      incomplete: false,
    });
    const bystander = await real.createPerson();
    const other = await signIn(keyturn, bystander.login, await keyturn.enrol(bystander.login), bystander.password);
    expect((await other.call('GET', '/session/roles')).body).toMatchObject({ roles: [], may: [] });
    keyturn.clock.move(BOUND);
    await endSessionsOfLostRoles(keyturn.deps);
    expect((await held.call('GET', '/session')).status).toBe(200);
    const before = (await ofLostRoles()).length;

    await server.modify(groupDn, { member: [remaining] });
    keyturn.clock.move(BOUND - 10_000);
    await endSessionsOfLostRoles(keyturn.deps);
    expect(await held.call('GET', '/session')).toMatchObject({ status: 401, body: { code: 'session.ended' } });
    expect((await other.call('GET', '/session')).status).toBe(200);
    expect(await ofLostRoles()).toHaveLength(before + 1);
  });

  it('ends them at once where something is asked by it', async () => {
    const { held } = await agent();
    const report = await real.createPerson();
    expect((await held.call('POST', '/help/find', { account: report.login })).body).toMatchObject({ may: ['unlock-account'] });
    await server.modify(groupDn, { member: [remaining] });
    keyturn.clock.move(30_000);
    expect((await held.call('POST', '/help/find', { account: report.login })).body.code).toBe('session.ended');
    expect((await held.call('GET', '/session')).body.code).toBe('session.ended');
  });

  it('ends the tokens that were made by it, and not while the directory cannot be asked', async () => {
    const { login, dn } = await real.createPerson();
    const [account] = await keyturn.deps.directories.get('people').findAccounts(login);
    const maker = { directory: 'people', id: account?.id ?? '' };
    await server.modify(groupDn, { member: [remaining, dn] });
    const wanted = { name: `of ${login}`, may: ['view-history' as const], days: 1 };
    const { text } = await makeToken(keyturn.deps, wanted, { actor: { kind: 'delegate' }, author: login, maker });
    const status = async () => (await inSession(keyturn.url, text, 'GET', '/token')).status;
    real.proxy.setMode('refuse');
    real.proxy.cutAll();
    expect(await endTokensOfLostMakers(keyturn.deps)).toBe(0);
    real.proxy.setMode('forward');
    await until(
      async () => (await keyturn.deps.directories.get('people').findAccounts(login)).length === 1,
      'the directory to answer again',
    );
    expect([await endTokensOfLostMakers(keyturn.deps), await status()]).toEqual([0, 200]);
    await server.modify(groupDn, { member: [remaining] });
    keyturn.clock.move(30_000);
    expect([await endTokensOfLostMakers(keyturn.deps), await status()]).toEqual([1, 401]);
  });

  it('is not taken for lost while the directory cannot be asked, and lets nobody act', async () => {
    const { held } = await agent();
    const report = await real.createPerson();
    await held.call('GET', '/session/roles');
    real.proxy.setMode('refuse');
    real.proxy.cutAll();
    keyturn.clock.move(BOUND);
    await endSessionsOfLostRoles(keyturn.deps);
    expect((await held.call('POST', '/help/find', { account: report.login })).status).toBeGreaterThanOrEqual(500);
    expect(keyturn.logLines.some((line) => line.includes('access.roles-not-known'))).toBe(true);
    real.proxy.setMode('forward');
    await until(async () => (await held.call('GET', '/session/roles')).status === 200, 'the directory to answer again');
    expect((await held.call('GET', '/session/roles')).body).toMatchObject({ roles: ['agents'] });
  });
});

it('is found out in one directory while another one hangs', async () => {
  const real = await reachRealDirectory('openldap');
  const local = embeddedSection('local');
  const both = { groups: ['Agents'], directories: ['local'] };
  // More than are asked about at the same time.
  const people = await Promise.all(Array.from({ length: 6 }, () => real.createPerson()));
  const keyturn = await startKeyturn({
    directories: [real.section, local],
    configuration: {
      guard: GENEROUS_LIMITS,
      signIn: { enabled: true },
      roles: [
        { name: 'local agents', may: ['unlock-account'], heldBy: both, over: { directories: ['local'] } },
        {
          name: 'agents',
          may: ['unlock-account'],
          heldBy: { accounts: people.map(({ login }) => login), directories: ['people'] },
          over: { directories: ['people'] },
        },
      ],
    },
  });
  try {
    for (const { login, password } of people) {
      const held = await signIn(keyturn, login, await keyturn.enrol(login), password);
      expect((await held.call('GET', '/session/roles')).body).toMatchObject({ roles: ['agents'] });
    }
    const login = newLogin('frida');
    await addPerson(keyturn, login, { directory: 'local', groups: ['Agents'] });
    const held = await signIn(keyturn, login, await keyturn.enrol(login));
    expect((await held.call('GET', '/session/roles')).body).toMatchObject({ roles: ['local agents'] });
    const [account] = await keyturn.deps.directories.get('local').findAccounts(login);
    const row = await keyturn.deps.store.embedded.find('local', account?.id ?? '');
    if (row === null) throw new Error('gone');
    await keyturn.deps.store.embedded.update({ ...row, groups: [] });
    real.proxy.setMode('stall');
    keyturn.clock.move(BOUND - 10_000);
    let isOver = false;
    const sweep = endSessionsOfLostRoles(keyturn.deps).then(() => {
      isOver = true;
    });
    await until(async () => (await held.call('GET', '/session')).status === 401, 'the session to end');
    expect(isOver).toBe(false);
    // The one that hangs has not even been given up yet.
    expect(keyturn.logLines.filter((line) => line.includes('directory.server-passed-over'))).toEqual([]);
    real.proxy.setMode('forward');
    await sweep;
  } finally {
    await keyturn.close();
    await real.proxy.stop();
  }
});

it('ends them on every node, also by one that they never were at, and when the configuration takes the role away', async () => {
  const database = await (await sharedPostgres()).createDatabase('lost-roles');
  const key = new Uint8Array(randomBytes(32));
  const options = {
    directories: [embeddedSection()],
    database: database.url,
    key,
    configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true }, roles: rolesOf('Agents') },
  };
  const one = await startKeyturn(options);
  const two = await startKeyturn({ ...options, clock: one.clock });
  try {
    const signInAgent = async (login: string) => {
      await addPerson(one, login, { groups: ['Agents'] });
      const held = await signIn(one, login, await one.enrol(login));
      expect((await held.call('GET', '/session/roles')).body).toMatchObject({ roles: ['agents'] });
      return held;
    };
    const [frida, erik] = [await signInAgent('frida'), await signInAgent('erik')];
    const [account] = await two.deps.directories.get('people').findAccounts('frida');
    const row = await two.deps.store.embedded.find('people', account?.id ?? '');
    if (row === null) throw new Error('gone');
    await two.deps.store.embedded.update({ ...row, groups: [] });
    one.clock.move(BOUND - 10_000);
    await Promise.all([endSessionsOfLostRoles(two.deps), endSessionsOfLostRoles(one.deps), endSessionsOfLostRoles(two.deps)]);
    for (const { url } of [one, two]) expect((await inSession(url, frida.token, 'GET', '/session')).body.code).toBe('session.ended');
    for (const { url } of [one, two]) expect((await inSession(url, erik.token, 'GET', '/session')).status).toBe(200);
    const ended = (await two.deps.store.audit.read(0, 100_000)).filter(({ type }) => type === 'session.all-ended');
    expect(ended.map(({ data }) => JSON.parse(data) as unknown)).toMatchObject([
      { because: 'role-lost', count: 1, actor: { kind: 'system' } },
    ]);

    const { document } = await exportConfiguration(two.deps.store, {});
    const checkContext = { demo: true, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] };
    const applied = {
      document: { ...(document as object), roles: [] },
      expectedVersion: 1,
      actor: { kind: 'system' as const },
      author: 'test',
      comment: '',
    };
    await applyConfiguration({ ...two.deps, checkContext }, applied);
    await until(() => one.deps.configuration().roles.length === 0, 'the configuration without roles');
    one.clock.move(BOUND / 2);
    await until(async () => (await inSession(one.url, erik.token, 'GET', '/session')).status === 401, 'the role to be gone');
  } finally {
    await Promise.all([one.close(), two.close()]);
    await database.drop();
  }
});
