import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FoundPeopleAnswer, SeenPerson } from '../../shared/api/people.ts';
import { PEOPLE_FILTERS } from '../../shared/people-filters.ts';
import { PERSON_PERMISSIONS } from '../../shared/permissions.ts';
import { exportPeople } from '../../src/core/helpdesk/export-people.ts';
import { maskContact } from '../../src/core/helpdesk/mask-contact.ts';
import { findSession } from '../../src/core/sessions/find-session.ts';
import { newLogin } from '../conformance/samples.ts';
import { sharedSlapd } from '../servers/shared-servers.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { reachRealDirectory } from './real-directories.ts';
import { addPerson, embeddedSection, PROTECTED_GROUP } from './sample-directory.ts';
import { type SessionClient, type SessionReply, signIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

const CREW = 'Crew';
const roles = [
  {
    name: 'agents',
    may: ['see-people' as const, 'unlock-account' as const],
    heldBy: { directories: ['people'], groups: ['Agents'] },
    over: { directories: ['people'], groups: [CREW] },
  },
  {
    name: 'doers',
    may: ['unlock-account' as const],
    heldBy: { directories: ['people'], groups: ['Doers'] },
    over: { directories: ['people'], groups: [CREW] },
  },
];

const found = (reply: SessionReply) => reply.body as unknown as FoundPeopleAnswer;
const query = (of: Record<string, string>) => `/helpdesk/people?${new URLSearchParams({ directory: 'people', ...of })}`;

describeEachEngine('people, as an agent sees them, on %s', (engine) => {
  let keyturn: Keyturn;
  let agent: SessionClient;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection('people', { lockoutThreshold: 3, lockoutMinutes: null }), embeddedSection('cloud')],
      configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true }, roles },
    });
    agent = await signedIn(['Agents']);
  });

  async function signedIn(groups: string[]): Promise<SessionClient> {
    const login = newLogin('agent');
    await addPerson(keyturn, login, { groups });
    return signIn(keyturn, login, await keyturn.enrol(login));
  }
  async function person(more: Parameters<typeof addPerson>[2] = {}): Promise<{ login: string; id: string }> {
    const login = newLogin();
    await addPerson(keyturn, login, { groups: [CREW], ...more });
    const [account] = await keyturn.deps.directories.get(more.directory ?? 'people').findAccounts(login);
    if (account === undefined) throw new Error('no account');
    return { login, id: account.id };
  }
  const logins = async (of: Record<string, string>) => found(await agent.call('GET', query(of))).people.map(({ login }) => login);
  const see = (id: string, directory = 'people') => agent.call('GET', `/helpdesk/people/${directory}/${encodeURIComponent(id)}`);
  const events = async (wanted: string) => (await keyturn.deps.store.audit.read(0, 100_000)).filter(({ type }) => type === wanted);

  it('are found by parts of what they are called, and only within the scope of the role', async () => {
    const family = newLogin('fam');
    const inside = await person({ displayName: `Ada ${family}` });
    const outside = await person({ displayName: `Bob ${family}`, groups: ['Others'] });
    const elsewhere = await person({ displayName: `Eve ${family}`, directory: 'cloud' });
    expect(await logins({ text: family })).toEqual([inside.login]);
    expect(await logins({ text: `${family.slice(0, 5)} ada` })).toEqual([inside.login]);
    expect((await agent.call('GET', '/helpdesk/directories')).body).toEqual({
      directories: [{ id: 'people', label: 'Directory people', filters: [...PEOPLE_FILTERS], places: false, reminds: false }],
      threat: null,
    });
    // Who is out of scope is as who does not exist, at every door.
    const nobody = await see('00000000-0000-0000-0000-000000000000');
    for (const reply of [await see(outside.id), await see(elsewhere.id, 'cloud'), await see(inside.id, 'nowhere')])
      expect({ status: reply.status, code: reply.body.code }).toEqual({ status: nobody.status, code: nobody.body.code });
    for (const directory of ['cloud', 'nowhere'])
      expect([directory, (await agent.call('GET', query({ directory, text: family }))).body.code]).toEqual([directory, 'access.refused']);
  });

  it('are shown to nobody without the permission, however they ask', async () => {
    const target = await person();
    for (const held of [await signedIn([]), await signedIn(['Doers'])])
      for (const path of [
        '/helpdesk/directories',
        query({}),
        `/helpdesk/people.csv?directory=people`,
        `/helpdesk/people/people/${target.id}`,
      ])
        expect([path, (await held.call('GET', path)).body.code]).toEqual([path, 'access.refused']);
    expect((await agent.call('GET', query({ filter: 'sleeping' }))).status).toBe(400);
  });

  it('come page by page, each once, however many are hidden between them', async () => {
    const family = newLogin('page');
    const shown: string[] = [];
    for (let nth = 0; nth < 60; nth += 1) {
      const { login } = await person({ displayName: `${family} ${nth}`, groups: nth % 3 === 0 ? [CREW] : ['Others'] });
      if (nth % 3 === 0) shown.push(login);
    }
    const listed: string[] = [];
    let pages = 0;
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = found(await agent.call('GET', query({ text: family, ...(cursor === '' ? {} : { cursor }) })));
      // The last one of a page that was read may be somebody out of scope.
      const [account] = await keyturn.deps.directories.get('people').findAccounts(Buffer.from(page.cursor ?? '', 'base64url').toString());
      expect(account).toBeUndefined();
      listed.push(...page.people.map(({ login }) => login));
      cursor = page.cursor;
      pages += 1;
    }
    // They fit in one: a second one would tell that there are others of the name, and by how full the first is how many.
    expect(pages).toBe(1);
    expect(listed.toSorted()).toEqual(shown.toSorted());
    const before = (await events('people.exported')).length;
    const csv = await fetch(`${keyturn.url}/api/v1/helpdesk/people.csv?directory=people&text=${family}`, {
      headers: { authorization: `Bearer ${agent.token}` },
    });
    const lines = (await csv.text()).trim().split('\n');
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(lines[0]).toBe('directory,login,displayName,mail,location');
    expect(
      lines
        .slice(1)
        .map((line) => line.split(',')[1])
        .toSorted(),
    ).toEqual(shown.toSorted());
    const [row] = (await events('people.exported')).slice(before);
    expect(JSON.parse(row?.data ?? '{}')).toMatchObject({ count: 20, whole: true, text: true, filter: null, place: false });
    expect(row?.data).not.toContain(family);
  });

  it('are exported to nobody who asks for the head of the list alone, and would take nothing away', async () => {
    const before = (await events('people.exported')).length;
    for (const path of ['/helpdesk/people.csv?directory=people', '/history.csv', '/reports/locked.csv', '/helpdesk/live']) {
      const { status } = await fetch(`${keyturn.url}/api/v1${path}`, {
        method: 'HEAD',
        headers: { authorization: `Bearer ${agent.token}` },
      });
      expect([path, status]).toEqual([path, 404]);
    }
    expect((await agent.call('GET', query({}))).status).toBe(200);
    expect(await events('people.exported')).toHaveLength(before);
  });

  it('are exported no further once the agent is signed out', async () => {
    const leaver = await signedIn(['Agents']);
    const { login, id } = await person({ displayName: 'Many' });
    const row = await keyturn.deps.store.embedded.find('people', id);
    if (row === null) throw new Error('no row');
    // More than an export reads at once.
    for (let nth = 0; nth < 501; nth += 1)
      await keyturn.deps.store.embedded.insert({ ...row, id: randomUUID(), login: `${login}-${nth}`, mail: null, employeeNumber: null });
    const deps = { ...keyturn.deps, act: { at: keyturn.clock.now(), address: '127.0.0.1' } };
    const pages = exportPeople(deps, await findSession(deps, [leaver.token]), { directory: 'people', text: login });
    expect((await pages.next()).value).toHaveLength(500);
    expect((await leaver.call('DELETE', '/session')).status).toBe(204);
    await expect(pages.next()).rejects.toMatchObject({ code: 'session.ended' });
    const [exported] = (await events('people.exported')).slice(-1);
    expect(JSON.parse(exported?.data ?? '{}')).toMatchObject({ count: 500, whole: false });
  });

  it('are no formula in a spreadsheet, whatever they call themselves', async () => {
    const family = newLogin('calc');
    for (const sign of ['=', '+', '-', '@', '\t=']) await person({ displayName: `${sign}HYPERLINK("x") ${family}` });
    const csv = await fetch(`${keyturn.url}/api/v1/helpdesk/people.csv?directory=people&text=${family}`, {
      headers: { authorization: `Bearer ${agent.token}` },
    });
    const lines = (await csv.text()).trim().split('\n').slice(1);
    expect(lines.length).toBeGreaterThanOrEqual(5);
    for (const line of lines) expect(line).not.toMatch(/(^|,)"?[=+@\t-]/);
  });

  it('are filtered by what the directory knows, and by what is enrolled here', async () => {
    const family = newLogin('state');
    const [open, closed, must, ready] = [
      await person({ displayName: family }),
      await person({ displayName: family, disabled: true } as object),
      await person({ displayName: family, mustChange: true } as object),
      await person({ displayName: family }),
    ];
    await keyturn.enrol(ready.login);
    expect(await logins({ text: family, filter: 'disabled' })).toEqual([closed.login]);
    expect(await logins({ text: family, filter: 'must-change' })).toEqual([must.login]);
    expect(await logins({ text: family, enrolled: 'yes' })).toEqual([ready.login]);
    expect((await logins({ text: family, enrolled: 'no' })).toSorted()).toEqual([open.login, closed.login, must.login].toSorted());
    // One kind, and none of it: nobody has a passkey.
    for (const kind of ['email', 'totp']) {
      expect(await logins({ text: family, enrolled: kind })).toEqual([ready.login]);
      expect((await logins({ text: family, enrolled: `no-${kind}` })).toSorted()).toEqual(
        [open.login, closed.login, must.login].toSorted(),
      );
    }
    expect(await logins({ text: family, enrolled: 'passkey' })).toEqual([]);
    expect(await logins({ text: family, enrolled: 'no-passkey' })).toHaveLength(4);
    expect((await agent.call('GET', query({ text: family, enrolled: 'no-such-kind' }))).status).toBe(400);
    // All of them are at one place: there is none to choose.
    expect((await agent.call('GET', query({ text: family, place: 'people' }))).body).toMatchObject({ code: 'directory.cannot-filter' });
  });

  it('are seen with what matters to a call, masked, with the risks, and with what may be done and why not', async () => {
    const target = await person();
    const owner = await keyturn.enrol(target.login, 'margaret.hamilton@home.example');
    await keyturn.deps.store.freezes.freeze(owner.account, 'not-me', keyturn.clock.now());
    const seen = (await see(target.id)).body as unknown as SeenPerson;
    expect(seen).toMatchObject({
      account: { login: target.login, directoryLabel: 'Directory people' },
      protected: false,
      lock: { locked: false },
      state: { disabled: false },
      risks: ['frozen'],
      may: ['unlock-account'],
      inCase: ['unlock-account'],
      withSecond: [],
      mayNot: PERSON_PERMISSIONS.filter((action) => action !== 'unlock-account').map((action) => ({ action, because: 'no-role' })),
    });
    expect(seen.factors.map(({ kind, label }) => [kind, label])).toContainEqual(['email', 'm•••@h•••.example']);
    expect(JSON.stringify(seen)).not.toContain('margaret');
    const [first] = ((await see(target.id)).body as unknown as SeenPerson).events;
    expect(first).toMatchObject({ type: 'person.seen', sentence: expect.stringMatching(`^\\S+ looked at ${target.login}$`) });
    expect((await events('person.seen')).some(({ data }) => data.includes(target.id))).toBe(true);
    const guarded = await person({ groups: [CREW, PROTECTED_GROUP] });
    expect((await see(guarded.id)).body).toMatchObject({
      protected: true,
      may: [],
      mayNot: PERSON_PERMISSIONS.map((action) => ({ action, because: 'protected' })),
    });
  });

  it('have other accounts that are named to whom may see those as well', async () => {
    const [target, own, other] = [await person(), await person(), await person({ directory: 'cloud', groups: ['Cloud Admins'] })];
    const account = { directory: 'people', id: target.id };
    for (const { directory, id } of [
      { directory: 'people', id: own.id },
      { directory: 'cloud', id: other.id },
    ]) {
      const link = { person: randomUUID(), ids: [randomUUID(), randomUUID()] as const, now: 0, by: 'test', countsFrom: 0 };
      expect(await keyturn.deps.store.people.link(account, { directory, id }, link)).toBe(true);
    }
    const { linked } = (await see(target.id)).body as unknown as SeenPerson;
    expect(linked.toSorted((one, next) => one.directory.localeCompare(next.directory))).toEqual([
      { directory: 'Directory cloud', login: null },
      { directory: 'Directory people', login: own.login },
    ]);
  });
});

describe.each(['openldap', '389ds', 'active-directory'] as const)('people of %s', (kind) => {
  it('are found live, locked ones too, and no filter of theirs can be broken out of', async () => {
    const directory = await reachRealDirectory(kind);
    const boss = await directory.createPerson();
    const own = await startKeyturn({
      directories: [directory.section],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        roles: [
          { name: 'agents', may: ['see-people', 'unlock-account'], heldBy: { accounts: [boss.login] }, over: { directories: ['people'] } },
        ],
      },
    });
    try {
      const held = await signIn(own, boss.login, await own.enrol(boss.login), boss.password);
      const target = await directory.createPerson();
      const ask = async (of: Record<string, string>) => found(await held.call('GET', query(of)));
      expect((await ask({ text: target.login })).people.map(({ login }) => login)).toEqual([target.login]);
      await directory.lock(target);
      expect((await ask({ text: target.login, filter: 'locked' })).people.map(({ login }) => login)).toEqual([target.login]);
      for (const text of ['*', ')(uid=*', `${target.login})(|(uid=*`, '\\2a', '(&', '\u0000'])
        expect([text, (await ask({ text })).people]).toEqual([text, []]);
      const [row] = (await ask({ text: target.login })).people;
      const seen = (await held.call('GET', `/helpdesk/people/people/${encodeURIComponent(row?.id ?? '')}`)).body as unknown as SeenPerson;
      expect(seen).toMatchObject({ lock: { locked: true }, account: { login: target.login }, may: ['unlock-account'] });
    } finally {
      await own.close();
      await directory.proxy.stop();
    }
  });
});

describe('a list of people', () => {
  it('is written down as taken by who reads no further, before the node stops, which waits for nobody', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'list-'));
    const shared = {
      directories: [embeddedSection()],
      database: `sqlite:${join(folder, 'keyturn.sqlite')}`,
      key: new Uint8Array(32).fill(7),
    };
    const own = await startKeyturn({ ...shared, configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true }, roles } });
    const login = newLogin('slow');
    await addPerson(own, login, { groups: ['Agents', CREW] });
    const held = await signIn(own, login, await own.enrol(login));
    const [account] = await own.deps.directories.get('people').findAccounts(login);
    const row = await own.deps.store.embedded.find('people', account?.id ?? '');
    if (row === null) throw new Error('no row');
    // More than the buffers of a connection hold.
    for (let nth = 0; nth < 1600; nth += 1)
      await own.deps.store.embedded.insert({
        ...row,
        id: randomUUID(),
        login: `${login}-${nth}`,
        mail: null,
        displayName: 'x'.repeat(15_000),
      });
    const { hostname, port } = new URL(own.url);
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write(
      `GET /api/v1/helpdesk/people.csv?directory=people HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${held.token}\r\n\r\n`,
    );
    await once(socket, 'data');
    socket.pause();
    await own.close();
    socket.destroy();
    const again = await startKeyturn(shared);
    const taken = (await again.deps.store.audit.read(0, 1000)).filter(({ type }) => type === 'people.exported');
    expect(taken.map(({ data }) => JSON.parse(data))).toMatchObject([{ actor: { login }, whole: false }]);
    await again.close();
    await rm(folder, { recursive: true });
  });

  it('tells nothing of who is out of scope by its cursor, which is good for nothing else and made by nobody else', async () => {
    const directory = await reachRealDirectory('openldap');
    const boss = await directory.createPerson();
    const family = newLogin('list');
    const server = await sharedSlapd();
    const [beyond, within] = [
      await server.createOrganizationalUnit(newLogin('beyond')),
      await server.createOrganizationalUnit(newLogin('within')),
    ];
    const own = await startKeyturn({
      directories: [directory.section],
      configuration: {
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        roles: [
          {
            name: 'agents',
            may: ['see-people', 'unlock-account'],
            heldBy: { accounts: [boss.login] },
            over: { directories: ['people'], places: [within] },
          },
        ],
      },
    });
    try {
      const held = await signIn(own, boss.login, await own.enrol(boss.login), boss.password);
      // Servers give them in this order.
      for (let nth = 0; nth < 110; nth += 1) await directory.createPerson({ login: `${family}-out-${nth}`, parentDn: beyond });
      for (let nth = 0; nth < 45; nth += 1) await directory.createPerson({ login: `${family}-in-${nth}`, parentDn: within });
      const ask = (of: Record<string, string>) => held.call('GET', query({ text: family, ...of }));
      const [first, again] = [found(await ask({})), found(await ask({}))];
      // Of nobody there is no next page, however many they are: not of a text, nor of a place.
      for (const of of [{ text: `${family}-out` }, { place: beyond }])
        expect([of, found(await ask(of))]).toEqual([of, { people: [], cursor: null, untold: false }]);
      expect(first.people).toHaveLength(40);
      // How many were passed over is nobody's business: it stands in it neither as it is nor encoded, nor by its length.
      const plain = ['150', '149', '151'].flatMap((text) => [text, Buffer.from(text).toString('base64url')]);
      for (const text of plain) expect(Buffer.from(first.cursor ?? '', 'base64url').toString('latin1')).not.toContain(text);
      expect(first.cursor).not.toBe(again.cursor);
      expect(first.cursor).toMatch(/^[\w-]{80,}$/);
      // It goes on where it was, and nowhere else: no place is chosen that would have a whole directory read for a guess.
      const rest = found(await ask({ cursor: first.cursor ?? '' }));
      expect([rest.people.length, rest.cursor]).toEqual([5, null]);
      for (const of of [
        ...['0', '1', '95', '999999999', 'x'.repeat(91)].map((cursor) => ({ cursor })),
        ...[{ text: boss.login }, { filter: 'locked' }].map((other) => ({ ...other, cursor: first.cursor ?? '' })),
      ])
        expect([of, (await ask(of)).body.code]).toEqual([of, 'request.malformed']);
    } finally {
      await own.close();
      await directory.proxy.stop();
    }
  });
});

it('what is masked tells nobody the address or the number', () => {
  fc.assert(
    fc.property(fc.emailAddress(), fc.stringMatching(/^\+[1-9]\d{7,13}$/), (address, number) => {
      const [mail, phone] = [maskContact('email', address), maskContact('sms', number)];
      const name = address.slice(0, address.lastIndexOf('@'));
      if (name.length > 2) expect(mail).not.toContain(name);
      expect(phone).not.toContain(number.slice(3, -2));
      expect(phone.replaceAll(/\D/g, '').length).toBeLessThanOrEqual(4);
    }),
  );
  for (const odd of ['', '@', 'x', '@home.example']) expect(maskContact('email', odd)).toBe('••••');
});
