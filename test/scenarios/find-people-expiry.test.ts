import { describe, expect, it } from 'vitest';
import type { FoundPeopleAnswer, PeopleDirectories } from '../../shared/api/people.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { reachRealDirectory } from './real-directories.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

const DAY = 86_400_000;
const query = (of: Record<string, string>) => `/helpdesk/people?${new URLSearchParams({ directory: 'people', ...of })}`;
const configurationFor = (login: string, directories = ['people']) => ({
  guard: GENEROUS_LIMITS,
  signIn: { enabled: true },
  roles: [
    {
      name: 'agents',
      may: ['see-people' as const],
      heldBy: { directories: ['people'], accounts: [login] },
      over: { directories },
    },
  ],
});

/** Sign-in names, in order, or the code of the refusal. */
async function ask(held: SessionClient, of: Record<string, string>): Promise<unknown> {
  const { status, body } = await held.call('GET', query(of));
  if (status !== 200) return body.code;
  const { people, untold } = body as unknown as FoundPeopleAnswer;
  expect(untold).toBe(false);
  return people.map(({ login }) => login).toSorted();
}

describeEachEngine('people of an embedded directory, on %s', (engine) => {
  it('are found by passwords that have ended, or end within so many days', async () => {
    const boss = newLogin('agent');
    const keyturn: Keyturn = await engine.start({
      directories: [embeddedSection('people', { maximumAgeDays: 100 }), embeddedSection('endless', { maximumAgeDays: null })],
      configuration: configurationFor(boss, ['people', 'endless']),
    });
    await addPerson(keyturn, boss);
    const family = newLogin('age');
    const store = keyturn.deps.store.embedded;
    /** Whose password ends in so many milliseconds. */
    const person = async (name: string, left: number, more: { mustChange?: boolean; directory?: string } = {}) => {
      const login = `${family}-${name}`;
      const directory = more.directory ?? 'people';
      await addPerson(keyturn, login, { directory });
      const [account] = await keyturn.deps.directories.get(directory).findAccounts(login);
      const row = await store.find(directory, account?.id ?? '');
      if (row === null) throw new Error('no row');
      const passwordSetAt = keyturn.clock.now() + left - 100 * DAY;
      expect(await store.update({ ...row, passwordSetAt, mustChange: more.mustChange ?? false })).toBe(true);
      return login;
    };
    const [gone, justGone, soon, later, late] = [
      await person('gone', -30 * DAY),
      await person('just-gone', -1),
      await person('soon', 600_000),
      await person('later', 20 * DAY),
      await person('late', 99 * DAY),
    ];
    await person('must-gone', -DAY, { mustChange: true });
    await person('must-soon', DAY, { mustChange: true });
    await person('endless', -900 * DAY, { directory: 'endless' });
    const held = await signIn(keyturn, boss, await keyturn.enrol(boss));
    const find = (of: Record<string, string>) => ask(held, { text: family, ...of });
    expect(await find({ filter: 'expired' })).toEqual([gone, justGone].toSorted());
    expect(await find({ filter: 'expiring' })).toEqual([soon]);
    expect(await find({ filter: 'expiring', days: '1' })).toEqual([soon]);
    expect(await find({ filter: 'expiring', days: '30' })).toEqual([later, soon]);
    expect(await find({ filter: 'expiring', days: '90' })).not.toContain(late);
    for (const days of ['0', '91', 'x', '1.5', '-1'])
      expect([days, await find({ filter: 'expiring', days })]).toEqual([days, 'request.malformed']);
    for (const filter of ['expired', 'expiring']) expect(await find({ filter, directory: 'endless' })).toEqual([]);
    // As the page of each of them says it.
    for (const [login, expired] of [
      [gone, true],
      [justGone, true],
      [soon, false],
    ] as const) {
      const [account] = await keyturn.deps.directories.get('people').findAccounts(login);
      const { body } = await held.call('GET', `/helpdesk/people/people/${account?.id}`);
      expect([login, body]).toMatchObject([login, { password: { expired } }]);
    }
  });
});

describe('people of 389 Directory Server', () => {
  it('are found by passwords that have ended, or end within so many days, as the server tells it of each', async () => {
    const directory = await reachRealDirectory('389ds');
    const boss = await directory.createPerson();
    const own = await startKeyturn({ directories: [directory.section], configuration: configurationFor(boss.login) });
    try {
      const family = newLogin('age');
      const person = async (name: string, endsAt: number | null) => {
        const created = await directory.createPerson({ login: `${family}-${name}` });
        const time = endsAt === null ? [] : [`${new Date(endsAt).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`];
        await directory.set(created, { passwordExpirationTime: time });
        return created.login;
      };
      const now = own.clock.now();
      const [gone, soon, later] = [
        await person('gone', now - 5_000),
        await person('soon', now + 13 * DAY),
        await person('later', now + 20 * DAY),
      ];
      await person('late', now + 99 * DAY);
      await person('must', 0);
      await person('never', null);
      const held = await signIn(own, boss.login, await own.enrol(boss.login), boss.password);
      const find = (of: Record<string, string>) => ask(held, { text: family, ...of });
      expect(await find({ filter: 'expired' })).toEqual([gone]);
      expect(await find({ filter: 'expiring' })).toEqual([soon]);
      expect(await find({ filter: 'expiring', days: '1' })).toEqual([]);
      expect(await find({ filter: 'expiring', days: '30' })).toEqual([later, soon]);
      expect(await find({ filter: 'must-change' })).toEqual([`${family}-must`]);
      const [account] = await own.deps.directories.get('people').findAccounts(gone);
      expect((await held.call('GET', `/helpdesk/people/people/${account?.id}`)).body).toMatchObject({ password: { expired: true } });

      // Those on later pages are of the same search, though its time goes on.
      const many: string[] = [];
      for (let nth = 0; nth < 30; nth += 1) many.push(await person(`m${nth}`, now - DAY));
      const first = (await held.call('GET', query({ text: `${family}-m`, filter: 'expired' }))).body as unknown as FoundPeopleAnswer;
      own.clock.move(2_000);
      const { body } = await held.call('GET', query({ text: `${family}-m`, filter: 'expired', cursor: first.cursor ?? '' }));
      const second = body as unknown as FoundPeopleAnswer;
      expect([...first.people, ...second.people].map(({ login }) => login).toSorted()).toEqual(many.toSorted());
    } finally {
      await own.close();
      await directory.proxy.stop();
    }
  });
});

it('people of a plain ldap directory cannot be asked for by the end of their passwords, and are not read whole for it', async () => {
  const directory = await reachRealDirectory('openldap', {
    ...{ kind: 'ldap', disabledPeople: 'not-told', lockout: { failures: 5, minutes: 30 } },
  });
  const boss = await directory.createPerson();
  const own = await startKeyturn({ directories: [directory.section], configuration: configurationFor(boss.login) });
  try {
    const held = await signIn(own, boss.login, await own.enrol(boss.login), boss.password);
    const { directories } = (await held.call('GET', '/helpdesk/directories')).body as unknown as PeopleDirectories;
    for (const filter of ['expired', 'expiring'] as const) {
      expect(directories[0]?.filters).not.toContain(filter);
      expect(await ask(held, { filter })).toBe('directory.cannot-filter');
    }
    // Not known is neither "good" nor "never".
    const [account] = await own.deps.directories.get('people').findAccounts(boss.login);
    const { body } = await held.call('GET', `/helpdesk/people/people/${account?.id}`);
    expect(body).toMatchObject({ password: { expired: null, expiresAt: null } });
    expect((await held.call('GET', '/me')).body).toMatchObject({ account: { passwordExpired: null, passwordExpiresAt: null } });
  } finally {
    await own.close();
    await directory.proxy.stop();
  }
});

describe.each(['openldap', 'active-directory'] as const)('people of %s', (kind) => {
  it('are found by the end that their policy gives their passwords, page by page, each once, as the node sees the time go on', async () => {
    const directory = await reachRealDirectory(kind);
    const boss = await directory.createPerson();
    const own = await startKeyturn({ directories: [directory.section], configuration: configurationFor(boss.login) });
    try {
      const family = newLogin('age');
      const many: string[] = [];
      for (let nth = 0; nth < 30; nth += 1) many.push((await directory.createPerson({ login: `${family}-${nth}` })).login);
      const held = await signIn(own, boss.login, await own.enrol(boss.login), boss.password);
      const page = async (of: Record<string, string>) => {
        const { status, body } = await held.call('GET', query({ text: family, ...of }));
        expect(status).toBe(200);
        return body as unknown as FoundPeopleAnswer;
      };
      // All of them end after 90 days, by the policy of the test servers.
      for (const of of [{ filter: 'expired' }, { filter: 'expiring' }, { filter: 'expiring', days: '89' }])
        expect(await page(of)).toEqual({ people: [], cursor: null, untold: false });
      const first = await page({ filter: 'expiring', days: '90' });
      expect(first).toMatchObject({ untold: false, cursor: expect.any(String) });
      expect(first.people).toHaveLength(25);
      own.clock.move(2_000);
      const second = await page({ filter: 'expiring', days: '90', cursor: first.cursor ?? '' });
      expect(second.cursor).toBeNull();
      expect([...first.people, ...second.people].map(({ login }) => login).toSorted()).toEqual(many.toSorted());
    } finally {
      await own.close();
      await directory.proxy.stop();
    }
  });
});
