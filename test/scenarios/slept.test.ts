import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { widestLimits, writeWindow } from '../../src/core/writes/write-window.ts';
import { newPassword } from '../conformance/samples.ts';
import { sharedPostgres } from '../servers/shared-servers.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { request } from './journey-client.ts';
import { proveOverHttp, startKillableKeyturn } from './killable-keyturn.ts';
import { REAL_KINDS, type RealDirectory, type RealKind, reachRealDirectory } from './real-directories.ts';
import { startKeyturn, until } from './start-keyturn.ts';

/** Short, so that a whole window passes in seconds of real time. */
const LIMITS = { connectTimeoutMilliseconds: 500, operationTimeoutMilliseconds: 1000 };
const directories = new Map<RealKind, RealDirectory>();

beforeAll(async () => {
  for (const kind of REAL_KINDS) directories.set(kind, await reachRealDirectory(kind, LIMITS));
});
afterAll(async () => {
  for (const { proxy } of directories.values()) await proxy.stop();
});

it.each(REAL_KINDS)('a process that slept when it was to write, %s, writes nothing when it wakes and others went on', async (kind) => {
  const directory = directories.get(kind) as RealDirectory;
  const person = await directory.createPerson();
  const { url: database, drop } = await (await sharedPostgres()).createDatabase('slept');
  const key = new Uint8Array(randomBytes(32));
  const common = { database, directories: [directory.section], configuration: { guard: GENEROUS_LIMITS } };
  const other = await startKeyturn({ ...common, key });
  const enrolled = await other.enrol(person.login, `${person.login}@home.example.test`);
  const sleepy = await startKillableKeyturn({
    ...{ database, directories: [directory.section], stopAt: 'asleep-before-the-write' },
    keyHex: Buffer.from(key).toString('hex'),
  });
  try {
    const [first, second] = [newPassword(), newPassword()];
    const client = await proveOverHttp(sleepy.url, person.login, enrolled);
    const late = client.answer({ password: first }).then(
      ({ status, body }) => ({ status, body }),
      () => null,
    );
    await sleepy.stopped();
    const sleptAt = Date.now();

    // The other node finds out that nothing was changed, once nothing can be any more, and the person goes on there.
    await until(async () => (await other.deps.store.intents.openCount()) === 0, 'the sweeper of the other node');
    const limits = widestLimits(other.deps.directories.all().map(({ timeLimits }) => timeLimits));
    expect(Date.now() - sleptAt).toBeGreaterThanOrEqual(writeWindow(0, limits).settledAt - 1000);
    const authorization = { authorization: `Bearer ${client.token}` };
    const { step } = (await request(other.url, 'GET', '/journeys/current', undefined, authorization)).body;
    expect(step).toMatchObject({ kind: 'new-password', messageTone: 'error' });
    const answered = await request(other.url, 'POST', `/journeys/current/steps/${step?.id}`, { password: second }, authorization);
    expect(answered.body.step).toMatchObject({ kind: 'done', results: [{ outcome: 'password-reset' }] });

    sleepy.wake();
    // Told that somebody was quicker, and where the journey stands now; not that this answer was taken.
    expect(await late).toMatchObject({ status: 409, body: { code: 'journey.step-passed' } });
    expect(await directory.signsIn(person, second)).toBe(true);
    expect(await directory.signsIn(person, first)).toBe(false);
    const events = (await other.deps.store.audit.read(0, 1000)).filter(({ type }) => type.startsWith('write.'));
    expect(events.map(({ type }) => type)).toEqual(['write.intended', 'write.failed', 'write.intended', 'write.succeeded']);
  } finally {
    await sleepy.kill();
    await other.close();
    await drop();
  }
});
