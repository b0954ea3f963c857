import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BegunPeopleCount, DraftCount } from '../../shared/api/people-count.ts';
import { createPeopleKeeper, lookedUpFor } from '../../src/core/administration/counted-people.ts';
import { createAlikes } from '../../src/core/enrolment/people-profiles.ts';
import { newLogin } from '../conformance/samples.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type RealDirectory, reachRealDirectory } from './real-directories.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import { createMovableClock, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const [ANN, BEN, FARAH] = [newLogin('ann'), newLogin('ben'), newLogin('farah')];
const DRAFT = '/admin/people-count/draft';
/** So many that others get their turn while they are judged. */
const SORTS = 2000;

/** Called whenever others get their turn. */
let onTurn = async () => {};
const clock = createMovableClock();
let far: RealDirectory;
let keyturn: Keyturn;
let [ann, ben, farah]: SessionClient[] = [];
beforeAll(async () => {
  far = await reachRealDirectory('openldap');
  const { login, password } = await far.createPerson({ login: FARAH });
  keyturn = await startKeyturn({
    directories: [embeddedSection(), { ...far.section, id: 'far' }],
    clock: { ...clock, sleep: (milliseconds) => (milliseconds === 0 ? onTurn() : clock.sleep(milliseconds)) },
    configuration: {
      guard: GENEROUS_LIMITS,
      signIn: { enabled: true },
      recovery: { rules: [{ name: 'everybody', accepted: [['email', 'totp']] }] },
      roles: [
        { name: 'near', may: ['manage-configuration'], heldBy: { directories: ['people'], accounts: [ANN, BEN] } },
        { name: 'far', may: ['manage-configuration'], heldBy: { directories: ['far'], accounts: [login] } },
      ],
    },
  });
  for (const near of [ANN, BEN]) await addPerson(keyturn, near);
  ann = await signIn(keyturn, ANN, await keyturn.enrol(ANN));
  ben = await signIn(keyturn, BEN, await keyturn.enrol(BEN));
  farah = await signIn(keyturn, login, await keyturn.enrol(login), password);
  await keepSorts();
});
afterEach(() => {
  onTurn = async () => {};
  far.proxy.setMode('forward');
  vi.restoreAllMocks();
});
afterAll(async () => {
  await keyturn?.close();
  await far?.proxy.stop();
});

/** What a count keeps that has found people of as many sorts. */
async function keepSorts(): Promise<void> {
  const { peopleCounts } = keyturn.deps.store;
  const alikes = createAlikes();
  for (let nth = 0; nth < SORTS; nth += 1)
    alikes.add({
      ...{ directory: 'people', barred: {}, own: ['email'], linked: false, vouched: null },
      membership: { places: {}, groups: { [`Group ${nth}`]: true } },
    });
  await peopleCounts.begin({ id: 'sorts', configuration: 1, author: 'root', begunAt: clock.now(), wait: 'root' }, 0);
  await createPeopleKeeper(keyturn.deps.store, 'sorts').finish({ lookedUp: lookedUpFor([], ['people', 'far']), alikes: alikes.all });
  await peopleCounts.end('sorts', { outcome: 'done', problem: null, looked: SORTS, numbers: null, now: clock.now() });
}

const draft = async () => {
  const row = await keyturn.deps.store.configurations.current();
  return { base: row?.version ?? 0, document: JSON.parse(row?.document ?? '{}') as object };
};
/** A browser that gives up what it asked for: `left` once the node has seen that. */
async function asksAndLeaves(who: SessionClient | undefined, path: string, body: object) {
  const leaving = new AbortController();
  const closed = Promise.withResolvers<void>();
  const onStart = (begun: unknown) => {
    const { request, response } = begun as { request: IncomingMessage; response: ServerResponse };
    if (request.url === `/api/v1${path}`) response.once('close', closed.resolve);
  };
  subscribe('http.server.request.start', onStart);
  const headers = { authorization: `Bearer ${who?.token}`, 'content-type': 'application/json' };
  const asked = fetch(`${keyturn.url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body), signal: leaving.signal });
  const given = expect(asked).rejects.toThrow(/abort/);
  return {
    async left() {
      leaving.abort();
      await given;
      await closed.promise;
      unsubscribe('http.server.request.start', onStart);
    },
  };
}
const holds = () => until(async () => far.proxy.isHolding, 'a question to the directory');
const latest = () => keyturn.deps.store.peopleCounts.latest();

describe('who gives up', () => {
  it('what a draft does while a slow directory is still asked about them has nothing judged', async () => {
    const read = vi.spyOn(keyturn.deps.store.configurations, 'read');
    const wholly = async () => {
      const { status, body } = (await farah?.call('POST', DRAFT, await draft())) ?? {};
      expect(status).toBe(200);
      expect((body as unknown as DraftCount).counted?.looked).toBe(SORTS);
    };
    await wholly();
    const once = read.mock.calls.length;
    expect(once).toBeGreaterThan(0);
    far.proxy.setMode('stall');
    const question = await asksAndLeaves(farah, DRAFT, await draft());
    await holds();
    await question.left();
    far.proxy.setMode('forward');
    await wholly();
    expect(read).toHaveBeenCalledTimes(2 * once);
  });

  it('what a draft does while it is judged ends that', async () => {
    let turns = 0;
    const count = async () => {
      turns += 1;
    };
    onTurn = count;
    expect((await ann?.call('POST', DRAFT, await draft()))?.status).toBe(200);
    const once = turns;
    expect(once).toBeGreaterThan(3);
    const goesOn = Promise.withResolvers<void>();
    onTurn = () => {
      turns += 1;
      return goesOn.promise;
    };
    const question = await asksAndLeaves(ann, DRAFT, await draft());
    await until(async () => turns === once + 1, 'a draft that is being judged');
    await question.left();
    goesOn.resolve();
    onTurn = count;
    expect((await ann?.call('POST', DRAFT, await draft()))?.status).toBe(200);
    expect(turns).toBe(2 * once + 1);
  });

  it('a count while a slow directory is still asked about them has none begun', async () => {
    far.proxy.setMode('stall');
    const begin = vi.spyOn(keyturn.deps.store.peopleCounts, 'begin');
    const question = await asksAndLeaves(farah, '/admin/people-count', { draft: await draft() });
    await holds();
    await question.left();
    far.proxy.setMode('forward');
    expect((await farah?.call('GET', '/admin/people-count'))?.status).toBe(200);
    expect(begin).not.toHaveBeenCalled();
  });
});

describe('a count that several wait for', () => {
  const begin = async (who: SessionClient | undefined) => {
    const { status, body } = (await who?.call('POST', '/admin/people-count', { draft: await draft() })) ?? {};
    expect(status).toBe(202);
    const begun = body as unknown as BegunPeopleCount;
    expect(begun.latest).toMatchObject({ state: 'running', author: ANN });
    return begun.wait;
  };
  const leave = async (who: SessionClient | undefined, wait: string) =>
    expect((await who?.call('DELETE', `/admin/people-count/waits/${wait}`))?.status).toBe(204);

  it.each([
    ['who began it', [0, 1]],
    ['who came later', [1, 0]],
  ] as const)('goes on when %s leaves, and ends with the last', async (_, [first, last]) => {
    // It comes to no end while this directory does not answer.
    far.proxy.setMode('stall');
    const both = [ann, ben];
    const waits = [await begin(ann), await begin(ben)];
    const id = (await latest())?.id;
    await leave(both[first], waits[first] ?? '');
    expect(await latest()).toMatchObject({ id, outcome: 'running' });
    await leave(both[last], waits[last] ?? '');
    expect(await latest()).toMatchObject({ id, outcome: 'cancelled' });
  });

  it('is cancelled by whoever says so', async () => {
    far.proxy.setMode('stall');
    await begin(ann);
    await begin(ben);
    expect((await ben?.call('DELETE', '/admin/people-count'))?.body).toMatchObject({ latest: { state: 'cancelled' } });
  });
});
