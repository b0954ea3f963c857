import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PeopleCount } from '../../shared/api/people-count.ts';
import { newLogin } from '../conformance/samples.ts';
import { sharedPostgres } from '../servers/shared-servers.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { reachRealDirectory } from './real-directories.ts';
import { addPerson, embeddedSection, PROTECTED_GROUP } from './sample-directory.ts';
import { type SessionClient, signIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

const EDITOR = newLogin('editor');
const SECOND = 1000;
let keyturn: Keyturn;
let second: Keyturn;
let drop: () => Promise<unknown>;
let held: SessionClient;

beforeAll(async () => {
  const database = await (await sharedPostgres()).createDatabase('people_count');
  drop = database.drop;
  const options = {
    directories: [embeddedSection(), embeddedSection('guests')],
    database: database.url,
    key: new Uint8Array(randomBytes(32)),
    configuration: {
      guard: GENEROUS_LIMITS,
      signIn: { enabled: true },
      recovery: {
        rules: [
          { name: 'staff', when: { groups: ['Staff'], directories: ['people'] }, accepted: [['email' as const]] },
          { name: 'guests', when: { directories: ['guests'] }, accepted: [['totp' as const, 'recovery-code' as const]] },
          { name: 'everybody', accepted: [['email' as const, 'totp' as const]] },
        ],
      },
      roles: [{ name: 'editors', may: ['manage-configuration' as const], heldBy: { directories: ['people'], accounts: [EDITOR] } }],
    },
  };
  keyturn = await startKeyturn(options);
  second = await startKeyturn({ ...options, clock: keyturn.clock });
  await addPerson(keyturn, EDITOR);
  held = await signIn(keyturn, EDITOR, await keyturn.enrol(EDITOR));
});
afterAll(async () => {
  await keyturn?.close();
  await second?.close();
  await drop?.();
});

const call = async (method: string, body?: object) => {
  const answer = await held.call(method, '/admin/people-count', body);
  return { ...answer, body: answer.body as unknown as PeopleCount };
};
const ended = async (): Promise<PeopleCount> => {
  for (;;) {
    const { body } = await call('GET');
    if (body.latest?.state !== 'running') return body;
    await new Promise((resolve) => setImmediate(resolve));
  }
};

it('tells for each rule who could use it and who not, as a recovery would judge each of them', async () => {
  expect((await call('GET')).body).toEqual({ latest: null, done: null });
  const staff = { groups: ['Staff'] };
  for (const [name, more] of Object.entries({ 'staff-with': staff, 'staff-without': staff, other: {} }))
    await addPerson(keyturn, name, more);
  await addPerson(keyturn, 'guarded', { groups: [PROTECTED_GROUP] });
  await addPerson(keyturn, 'closed', { ...staff, disabled: true });
  for (const name of ['guest-1', 'guest-2']) await addPerson(keyturn, name, { directory: 'guests' });
  await keyturn.enrol('staff-with');
  const begun = await call('POST', {});
  expect(begun.status).toBe(202);
  expect(begun.body.latest).toMatchObject({ author: EDITOR });
  const { latest, done } = await ended();
  expect(latest).toMatchObject({ state: 'done', looked: 8, problem: null });
  expect(done).toMatchObject({ current: true, looked: 8, stranded: 6 });
  const people = Object.fromEntries(done?.reasons.map(({ reason, people: number }) => [reason, number]) ?? []);
  expect(people).toEqual({ 'not-enrolled': 4, 'account-protected': 1, 'account-disabled': 1 });
  const none = { unknown: 0, doubtful: 0 };
  expect(done?.recovery).toEqual([
    { name: 'staff', able: 1, stranded: 2, ...none },
    { name: 'guests', able: 0, stranded: 2, ...none },
    { name: 'everybody', able: 1, stranded: 2, ...none },
  ]);
  expect(done?.signIn).toMatchObject([{ able: expect.any(Number) }]);
});

it('counts on one node at a time, is cancelled from any, and keeps what was known', async () => {
  const before = (await call('GET')).body.done;
  const { store } = second.deps;
  const now = keyturn.clock.now();
  // Another node counts, and has said so lately.
  expect(
    await store.peopleCounts.begin({ id: 'elsewhere', configuration: 1, author: 'frida', begunAt: now, wait: 'frida' }, now - SECOND),
  ).toBe(true);
  expect((await call('POST', {})).body.latest).toMatchObject({ state: 'running', author: 'frida' });
  expect((await call('DELETE')).body).toMatchObject({ latest: { state: 'cancelled', author: 'frida' }, done: before });
  expect(await store.peopleCounts.progress('elsewhere', 5, now)).toBe(false);
  // One whose node has died is taken over from, once it was silent long enough.
  await store.peopleCounts.begin({ id: 'dead', configuration: 1, author: 'frida', begunAt: now + 1, wait: 'frida' }, now - SECOND);
  keyturn.clock.move(121 * SECOND);
  expect((await call('POST', {})).body.latest?.author).toBe(EDITOR);
  expect((await ended()).latest?.state).toBe('done');
});

it('says that it failed, and by what, when a directory stops to answer, and tells no numbers of it', async () => {
  const real = await reachRealDirectory('openldap');
  const started = await startKeyturn({
    directories: [embeddedSection(), { ...real.section, id: 'far' }],
    configuration: {
      guard: GENEROUS_LIMITS,
      signIn: { enabled: true },
      roles: [{ name: 'editors', may: ['manage-configuration'], heldBy: { directories: ['people'], accounts: [EDITOR] } }],
    },
  });
  try {
    await addPerson(started, EDITOR);
    const session = await signIn(started, EDITOR, await started.enrol(EDITOR));
    await real.proxy.stop();
    await session.call('POST', '/admin/people-count', {});
    for (;;) {
      const body = (await session.call('GET', '/admin/people-count')).body as unknown as PeopleCount;
      if (body.latest?.state === 'running') await new Promise((resolve) => setImmediate(resolve));
      else {
        expect(body).toMatchObject({ latest: { state: 'failed', problem: expect.stringMatching(/^directory\./) }, done: null });
        return;
      }
    }
  } finally {
    await started.close();
    await real.proxy.stop();
  }
});
