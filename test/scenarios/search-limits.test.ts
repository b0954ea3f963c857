import { beforeAll, expect, it } from 'vitest';
import { makeToken } from '../../src/core/tokens/make-token.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { inSession, type SessionClient, type SessionReply, signIn } from './sign-in-client.ts';
import type { Enrolled, Keyturn } from './start-keyturn.ts';

const HOUR = 3_600_000;
const IN_SESSION = 6;
const BY_AGENT = 15;
const over = { directories: ['people', 'cloud'], groups: ['Staff'] };
const tooOften = { status: 429, body: { code: 'people.searched-too-often', retryAfter: expect.any(Number) } };

describeEachEngine('searches for people, on %s', (engine) => {
  let nodes: Keyturn[] = [];
  beforeAll(async () => {
    const options = {
      directories: [embeddedSection(), embeddedSection('cloud')],
      configuration: {
        guard: {
          ...GENEROUS_LIMITS,
          searchesPerSession: { count: IN_SESSION, windowSeconds: 3600 },
          searchesPerAgent: { count: BY_AGENT, windowSeconds: 86_400 },
        },
        signIn: { enabled: true },
        roles: [
          {
            name: 'seers',
            may: ['see-people' as const, 'unlock-account' as const, 'remind-people' as const],
            heldBy: { directories: ['people'], groups: ['Agents'] },
            over,
          },
          {
            name: 'keepers',
            may: ['manage-configuration' as const, 'manage-roles' as const],
            heldBy: { directories: ['people'], groups: ['Keepers'] },
          },
        ],
      },
    };
    const first = await engine.start(options);
    nodes = [...new Set([first, await engine.startAnother()])];
    for (let nth = 0; nth < 40; nth += 1) await addPerson(first, newLogin('listed'), { groups: ['Staff'] });
  });
  const keyturn = () => nodes[0] as Keyturn;

  async function newSeer(group = 'Agents'): Promise<Enrolled & { login: string }> {
    const login = newLogin('agent');
    await addPerson(keyturn(), login, { groups: [group] });
    return { login, ...(await keyturn().enrol(login)) };
  }
  /** What an agent asks for, at one node after the other. */
  let asked = 0;
  const search = (token: string, path = '/helpdesk/people?directory=people') => {
    asked += 1;
    return inSession((nodes[asked % nodes.length] as Keyturn).url, token, 'GET', path);
  };
  const noted = async (agent: string) =>
    (await keyturn().deps.store.audit.read(0, 100_000))
      .filter(({ type, data }) => type === 'people.searched-too-often' && data.includes(agent))
      .map(({ data }) => JSON.parse(data) as { limit: string; session?: string; actor: object });
  const statuses = (replies: readonly { status: number }[], status: number) => replies.filter((each) => each.status === status).length;

  it('end in a session with the limit, however many come at once, with the time to wait and once in the log', async () => {
    const seer = await newSeer();
    const held = await signIn(keyturn(), seer.login, seer);
    const replies = await Promise.all(Array.from({ length: IN_SESSION + 4 }, () => search(held.token)));
    expect([statuses(replies, 200), statuses(replies, 429)]).toEqual([IN_SESSION, 4]);
    const refused = await search(held.token);
    expect(refused).toMatchObject(tooOften);
    expect(refused.body.retryAfter).toBeGreaterThan(3000);
    expect(refused.body.retryAfter).toBeLessThanOrEqual(3600);
    // Another directory counts by itself, whichever are made up together, and so do whole names; a list can be taken away.
    expect((await search(held.token, '/helpdesk/people?directory=cloud')).status).toBe(200);
    const tried: number[] = [];
    for (let nth = 0; nth <= IN_SESSION; nth += 1)
      tried.push((await search(held.token, `/helpdesk/people?directory=made-up-${nth}`)).status);
    expect(tried).toEqual([...Array.from({ length: IN_SESSION }, () => 403), 429]);
    expect(await held.call('POST', '/help/find', { account: seer.login })).toMatchObject(tooOften);
    const [account] = await keyturn().deps.directories.get('people').findAccounts(seer.login);
    expect((await held.call('GET', `/helpdesk/people/people/${account?.id}`)).body.code).toBe('access.refused');
    const list = await fetch(`${keyturn().url}/api/v1/helpdesk/people.csv?directory=people`, {
      headers: { authorization: `Bearer ${held.token}` },
    });
    expect([list.status, (await list.text()).trim().split('\n').length]).toEqual([200, 41]);
    const once = { limit: 'searchesPerSession', session: expect.any(String), actor: { kind: 'delegate', login: seer.login } };
    expect(await noted(seer.login)).toMatchObject([once, once]);
    keyturn().clock.move(HOUR);
    const again = await signIn(keyturn(), seer.login, seer);
    expect((await search(again.token)).status).toBe(200);
  });

  it('end for an agent in whichever session, and for nobody else', async () => {
    const [seer, other] = [await newSeer(), await newSeer()];
    const sessions: SessionClient[] = [];
    // Sessions that were proven within the hour have a second half of the day: limits-of-agents.test.ts says why.
    for (let nth = 0; nth < 6; nth += 1) {
      keyturn().clock.move(31_000);
      sessions.push(await signIn(keyturn(), seer.login, seer));
    }
    const replies: SessionReply[] = [];
    for (const { token } of sessions) for (let nth = 0; nth < IN_SESSION; nth += 1) replies.push(await search(token));
    expect(statuses(replies, 200)).toBe(2 * BY_AGENT);
    const refused = replies.find(({ status }) => status !== 200);
    expect(refused).toMatchObject(tooOften);
    expect(refused?.body.retryAfter).toBeGreaterThan(23 * 3600);
    expect(await noted(seer.login)).toMatchObject([{ limit: 'searchesPerAgent' }, { limit: 'searchesPerAgent' }]);
    expect((await search((await signIn(keyturn(), other.login, other)).token)).status).toBe(200);
  });

  it('are names that are tried out in the administration too, by whichever of its questions', async () => {
    const keeper = await newSeer('Keepers');
    const held = await signIn(keyturn(), keeper.login, keeper);
    const questions = [
      ['/admin/try', { client: 'web' }],
      ['/admin/explain', {}],
    ] as const;
    const replies: SessionReply[] = [];
    for (let nth = 0; nth < 2 * IN_SESSION; nth += 1) {
      const [path, more] = questions[nth % 2] ?? questions[0];
      replies.push(await held.call('POST', path, { account: { name: nth % 3 === 0 ? keeper.login : `nobody-${nth}` }, ...more }));
    }
    expect(replies.slice(0, IN_SESSION).every(({ status }) => status !== 429)).toBe(true);
    for (const reply of replies.slice(IN_SESSION)) expect(reply).toMatchObject(tooOften);
    expect(await noted(keeper.login)).toMatchObject([{ limit: 'searchesPerSession', actor: { login: keeper.login } }]);
  });

  it('count where people are reminded, of whom nobody gets a mail: how many were found tells the same', async () => {
    const seer = await newSeer();
    const held = await signIn(keyturn(), seer.login, seer);
    const remind = (wanted: object) => held.call('POST', '/helpdesk/reminders', { wanted: { directory: 'people', ...wanted } });
    // A long list is one search, with all its pages.
    for (let [cursor, pages]: [unknown, number] = [undefined, 0]; pages === 0 || cursor !== null; pages += 1) {
      const page = await remind(cursor === undefined ? {} : { cursor });
      expect(page.status).toBe(200);
      cursor = page.body.cursor;
    }
    const tried = await Promise.all(
      Array.from({ length: IN_SESSION + 2 }, (_, nth) => remind({ text: `listed${'abcdefgh'.charAt(nth)}` })),
    );
    expect([statuses(tried, 200), statuses(tried, 429)]).toEqual([IN_SESSION - 1, 3]);
    expect(await search(held.token)).toMatchObject(tooOften);
    expect(await noted(seer.login)).toMatchObject([{ limit: 'searchesPerSession' }]);
  });

  it('of a program count for its token', async () => {
    const by = { actor: { kind: 'operator' as const }, author: 'test' };
    const make = (name: string) => makeToken(keyturn().deps, { name, may: ['see-people'], days: 1, over: { groups: ['Staff'] } }, by);
    const [one, other] = [await make(newLogin('program')), await make(newLogin('program'))];
    const replies = [];
    for (let nth = 0; nth < BY_AGENT + 2; nth += 1) replies.push(await search(one.text));
    expect([statuses(replies, 200), statuses(replies, 429)]).toEqual([BY_AGENT, 2]);
    expect((await search(other.text)).status).toBe(200);
  });
});
