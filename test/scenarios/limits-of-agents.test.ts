import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newLogin } from '../conformance/samples.ts';
import { sharedPostgres } from '../servers/shared-servers.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { startIdly } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { inSession, type SessionClient, type SessionReply, signIn, stepUp } from './sign-in-client.ts';
import { type Enrolled, type Keyturn, startKeyturn } from './start-keyturn.ts';

// A limit is there against attackers. None of them may use it up against the one whom it protects.

const HOUR = 3_600_000;
const tooOften = { status: 429, body: { code: 'people.searched-too-often' } };
const askedAnew = { anyOf: [['password', 'totp']] };
type Seer = Enrolled & { login: string };

async function newSeer(keyturn: Keyturn): Promise<Seer> {
  const login = newLogin('agent');
  await addPerson(keyturn, login, { groups: ['Agents'] });
  return { login, ...(await keyturn.enrol(login)) };
}

describe('an agent who proves anew', () => {
  let keyturn: Keyturn;
  afterEach(() => keyturn?.close());
  const open = async (guard: object) => {
    keyturn = await startKeyturn({
      directories: [embeddedSection()],
      configuration: { guard: { ...GENEROUS_LIMITS, ...guard }, signIn: { enabled: true } },
    });
    return newSeer(keyturn);
  };
  const startSome = async (count: number, account: string) => {
    const statuses: number[] = [];
    for (let nth = 0; nth < count; nth += 1)
      statuses.push(
        await startIdly(keyturn.url, { account }).then(
          () => 201,
          (error: Error) => (/slow-down/.test(error.message) ? 429 : 0),
        ),
      );
    return statuses;
  };

  it.each([
    ['their address', 'startsPerAddress'],
    ['their network', 'startsPerNetwork'],
    ['the installation', 'startsOverall'],
  ])(
    'is not held up by others who begin journeys until the limit of %s is reached',
    async (_, limit) => {
      const seer = await open({ [limit]: { count: 4, windowSeconds: 3600 } });
      const held = await signIn(keyturn, seer.login, seer);
      expect(await startSome(5, newLogin('somebody'))).toEqual([201, 201, 201, 429, 429]);
      expect((await stepUp(keyturn, held, seer)).token).not.toBe(held.token);
    },
    120_000,
  );

  it('pays for it with no proof of work when they sign in the next time', async () => {
    const seer = await open({
      startsPerAccount: { count: 4, windowSeconds: 86_400 },
      startsPerAccountOverall: { count: 4, windowSeconds: 86_400 },
    });
    let held = await signIn(keyturn, seer.login, seer);
    for (let nth = 0; nth < 6; nth += 1) held = await stepUp(keyturn, held, seer);
    expect((await startIdly(keyturn.url, { account: seer.login, goal: 'sign-in' })).step.kind).not.toBe('proof-of-work');
  });

  it('is asked in one session so often and no more, whoever has its token, and signs in anew', async () => {
    const seer = await open({ stepUpsPerSession: { count: 3, windowSeconds: 600 } });
    const held = await signIn(keyturn, seer.login, seer);
    const begin = () => held.call('POST', '/session/step-up', askedAnew);
    const statuses: number[] = [];
    for (let nth = 0; nth < 5; nth += 1) statuses.push((await begin()).status);
    expect(statuses).toEqual([201, 201, 201, 429, 429]);
    expect(await begin()).toMatchObject({ body: { code: 'guard.slow-down', retryAfter: expect.any(Number) } });
    const events = (await keyturn.deps.store.audit.read(0, 10_000)).filter(({ type }) => type === 'guard.slowed-down');
    expect(events.map(({ data }) => JSON.parse(data))).toEqual([{ limit: 'stepUpsPerSession', from: '127.0.0.1' }]);
    const again = await signIn(keyturn, seer.login, seer);
    expect((await stepUp(keyturn, again, seer)).token).not.toBe(again.token);
  });
});

describe.each(['sqlite', 'postgres'] as const)('searches used up by whoever has stolen a session, on %s', (engine) => {
  const IN_SESSION = 6;
  const BY_AGENT = 15;
  let keyturn: Keyturn;
  let drop: () => Promise<unknown> = () => Promise.resolve();
  beforeAll(async () => {
    const database = engine === 'postgres' ? await (await sharedPostgres()).createDatabase('agents') : undefined;
    drop = database?.drop ?? drop;
    keyturn = await startKeyturn({
      directories: [embeddedSection()],
      ...(database === undefined ? {} : { database: database.url }),
      configuration: {
        guard: {
          ...GENEROUS_LIMITS,
          searchesPerSession: { count: IN_SESSION, windowSeconds: 3600 },
          searchesPerAgent: { count: BY_AGENT, windowSeconds: 86_400 },
        },
        signIn: { enabled: true, idleMinutes: 60 },
        roles: [
          {
            name: 'seers',
            may: ['see-people' as const],
            heldBy: { directories: ['people'], groups: ['Agents'] },
            over: { groups: ['Staff'] },
          },
        ],
      },
    });
  });
  afterAll(async () => {
    await keyturn?.close();
    await drop();
  });
  const search = ({ token }: SessionClient) => inSession(keyturn.url, token, 'GET', '/helpdesk/people?directory=people');
  const searchSome = async (held: SessionClient, count: number) => {
    const replies: SessionReply[] = [];
    for (let nth = 0; nth < count; nth += 1) replies.push(await search(held));
    return replies.filter(({ status }) => status === 200).length;
  };

  it('leave the agent those of a fresh proof, which ends what was stolen', async () => {
    const seer = await newSeer(keyturn);
    const stolen = await signIn(keyturn, seer.login, seer);
    expect(await searchSome(stolen, IN_SESSION + 2)).toBe(IN_SESSION);
    const refused = await search(stolen);
    expect(refused).toMatchObject(tooOften);
    expect(refused.body).toMatchObject(askedAnew);
    const held = await stepUp(keyturn, stolen, seer);
    expect(await searchSome(held, IN_SESSION + 2)).toBe(IN_SESSION);
    expect((await search(stolen)).status).toBe(401);
  });

  it('leave the agent the other half of their day, for who has proven anew within the hour, and no more than that', async () => {
    const seer = await newSeer(keyturn);
    const stolen: SessionClient[] = [];
    for (let nth = 0; nth < 3; nth += 1) stolen.push(await signIn(keyturn, seer.login, seer));
    let own = await signIn(keyturn, seer.login, seer);
    for (let half = 0; half < 2; half += 1) {
      keyturn.clock.move(HOUR / 2 + 60_000);
      for (const held of [...stolen, own]) expect((await held.call('GET', '/session')).status).toBe(200);
    }
    let used = 0;
    for (const held of stolen) used += await searchSome(held, IN_SESSION);
    expect(used).toBe(BY_AGENT);
    const refused = await search(own);
    expect(refused).toMatchObject(tooOften);
    expect(refused.body).toMatchObject(askedAnew);
    own = await stepUp(keyturn, own, seer);
    expect(await searchSome(own, IN_SESSION)).toBe(IN_SESSION);
    for (const held of stolen) expect(await search(held)).toMatchObject(tooOften);
    for (let left = BY_AGENT - IN_SESSION; left > 0; left -= IN_SESSION) {
      own = await stepUp(keyturn, own, seer);
      expect(await searchSome(own, IN_SESSION)).toBe(Math.min(left, IN_SESSION));
    }
    // Whoever can give the proofs is stopped all the same: a further one helps no more.
    own = await stepUp(keyturn, own, seer);
    const last = await search(own);
    expect(last).toMatchObject(tooOften);
    expect(last.body).not.toHaveProperty('anyOf');
    expect(last.body.retryAfter).toBeGreaterThan(20 * 3600);
    const noted = (await keyturn.deps.store.audit.read(0, 100_000))
      .filter(({ type, data }) => type === 'people.searched-too-often' && data.includes(seer.login))
      .map(({ data }) => (JSON.parse(data) as { limit: string }).limit);
    expect(noted.filter((limit) => limit === 'searchesPerAgent')).toHaveLength(2);
    keyturn.clock.move(24 * HOUR);
    expect((await search(await signIn(keyturn, seer.login, seer))).status).toBe(200);
  });
});
