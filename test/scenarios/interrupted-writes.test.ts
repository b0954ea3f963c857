import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Goal } from '../../shared/api/journeys.ts';
import { verifyChain } from '../../src/core/audit/chain.ts';
import type { AuditRow } from '../../src/core/ports/audit-store.ts';
import type { Store } from '../../src/core/ports/store.ts';
import { widestLimits, writeWindow } from '../../src/core/writes/write-window.ts';
import { newPassword } from '../conformance/samples.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { sharedPostgres } from '../servers/shared-servers.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { request } from './journey-client.ts';
import type { KeyturnProcessOptions } from './keyturn-process.ts';
import { proveOverHttp, startKillableKeyturn } from './killable-keyturn.ts';
import { REAL_KINDS, type RealDirectory, reachRealDirectory } from './real-directories.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import { createMovableClock, type Keyturn, type KeyturnOptions, startKeyturn, until } from './start-keyturn.ts';

type StopAt = KeyturnProcessOptions['stopAt'];

/** A directory and a person in it, whatever the kind. */
interface Scene {
  directories: KeyturnOptions['directories'];
  person: { login: string; password: string };
  lock(keyturn: Keyturn): Promise<void>;
  letsIn(keyturn: Keyturn, password: string): Promise<boolean>;
}

let folder: string;
const real = new Map<string, RealDirectory>();

beforeAll(async () => {
  folder = await createScratchFolder('interrupted');
  for (const kind of REAL_KINDS) real.set(kind, await reachRealDirectory(kind));
});
afterAll(async () => {
  for (const { proxy } of real.values()) await proxy.stop();
  await removeScratchFolder(folder);
});

async function sceneOf(kind: string): Promise<Scene> {
  const directory = real.get(kind);
  if (directory === undefined) {
    const login = `ada${randomBytes(4).toString('hex')}`;
    return {
      directories: [embeddedSection()],
      person: { login, password: OLD_PASSWORD },
      lock: async (keyturn) => {
        for (let attempt = 0; attempt < 5; attempt += 1) await signsIn(keyturn, login, 'wrong');
      },
      letsIn: (keyturn, password) => signsIn(keyturn, login, password),
    };
  }
  const person = await directory.createPerson();
  return {
    directories: [directory.section],
    person,
    lock: () => directory.lock(person),
    letsIn: (_keyturn, password) => directory.signsIn(person, password),
  };
}

async function auditOf(store: Store): Promise<(AuditRow & { facts: Record<string, unknown> })[]> {
  const rows = await store.audit.read(0, 1000);
  return rows.map((row) => ({ ...row, facts: JSON.parse(row.data) as Record<string, unknown> }));
}

/** Kills a Keyturn process at its write and starts another one on the same database, past the dead one's lease. */
async function interrupt(kind: string, stopAt: StopAt, database: string, goal: Goal = 'reset-password') {
  const scene = await sceneOf(kind);
  const key = new Uint8Array(randomBytes(32));
  const common = { database, key, directories: scene.directories, configuration: { guard: GENEROUS_LIMITS } };
  const before = await startKeyturn(common);
  if (kind === 'embedded') await addPerson(before, scene.person.login);
  const enrolled = await before.enrol(scene.person.login, `${scene.person.login}@home.example.test`);
  if (goal === 'unlock-account') await scene.lock(before);
  const settled = writeWindow(0, widestLimits(before.deps.directories.all().map(({ timeLimits }) => timeLimits))).settledAt + 1000;
  await before.close();

  const keyHex = Buffer.from(key).toString('hex');
  const killable = await startKillableKeyturn({ database, keyHex, directories: scene.directories, stopAt });
  const wanted = newPassword();
  const answer = goal === 'unlock-account' ? { confirm: true } : { password: wanted };
  const client = await proveOverHttp(killable.url, scene.person.login, enrolled, goal);
  client.at(goal === 'unlock-account' ? 'confirm-unlock' : 'new-password');
  const lost = client.answer(answer).then(
    () => 'answered',
    () => 'lost',
  );
  await killable.stopped();
  await killable.kill();
  expect(await lost).toBe('lost');

  const clock = createMovableClock();
  clock.move(settled);
  const after = await startKeyturn({ ...common, clock });
  const look = () => request(after.url, 'GET', '/journeys/current', undefined, { authorization: `Bearer ${client.token}` });
  const send = (stepId: string) =>
    request(after.url, 'POST', `/journeys/current/steps/${stepId}`, answer, { authorization: `Bearer ${client.token}` });
  await until(async () => (await after.deps.store.intents.openCount()) === 0, 'the sweeper');
  return { scene, after, wanted, enrolled, look, send };
}

type Interrupted = Awaited<ReturnType<typeof interrupt>>;

async function expectWholeChain({ after }: Interrupted, outcome: 'write.succeeded' | 'write.failed', verb: string): Promise<void> {
  const rows = await auditOf(after.deps.store);
  expect(await verifyChain(rows)).toMatchObject({ ok: true });
  const writes = rows.filter(({ type }) => type.startsWith('write.'));
  expect(writes.map(({ type }) => type)).toEqual(['write.intended', outcome]);
  expect(writes[1]?.facts).toMatchObject({ foundBy: 'reading', verb, intent: writes[0]?.facts.intent, journey: writes[0]?.facts.journey });
}

async function expectFinished(interrupted: Interrupted): Promise<void> {
  const { scene, after, wanted, enrolled, look } = interrupted;
  expect((await look()).body.step).toMatchObject({ kind: 'done', results: [{ outcome: 'password-reset' }] });
  expect(await scene.letsIn(after, wanted)).toBe(true);
  await expectWholeChain(interrupted, 'write.succeeded', 'reset-password');
  const addresses = [enrolled.address, `${scene.person.login}@work.example.test`];
  for (const address of addresses) expect((await after.waitForMessage(address)).subject).toBe('Your password was reset');
  await expectNothingWaits(after);
  expect(after.messages()).toHaveLength(addresses.length);
}

async function expectNothingWaits({ deps }: Keyturn): Promise<void> {
  const waiting = async () => (await deps.store.outbox.backlog(deps.clock.now())).reduce((sum, lane) => sum + lane.waiting, 0);
  await until(async () => (await waiting()) === 0, 'the outbox');
}

async function expectUntouchedThenRetried(interrupted: Interrupted): Promise<void> {
  const { scene, after, wanted, look, send } = interrupted;
  const { step } = (await look()).body;
  expect(step).toMatchObject({ kind: 'new-password', messageTone: 'error', message: expect.stringMatching(/nothing was changed/i) });
  expect(await scene.letsIn(after, scene.person.password)).toBe(true);
  await expectWholeChain(interrupted, 'write.failed', 'reset-password');
  await expectNothingWaits(after);
  expect(after.messages()).toEqual([]);
  expect((await send(step?.id ?? '')).body.step).toMatchObject({ kind: 'done', results: [{ outcome: 'password-reset' }] });
  expect(await scene.letsIn(after, wanted)).toBe(true);
}

const sqlite = () => `sqlite:${join(folder, `${randomBytes(6).toString('hex')}.sqlite`)}`;

describe.each(['embedded', ...REAL_KINDS])('a process killed while it resets a password, %s', (kind) => {
  it('after the directory had written: the next process finds that out, tells the owner, and finishes the journey', async () => {
    const interrupted = await interrupt(kind, 'after-the-write', sqlite());
    await expectFinished(interrupted);
    await interrupted.after.close();
  });

  it('before the directory was asked: the next process finds nothing changed, tells nobody, and the person tries again', async () => {
    const interrupted = await interrupt(kind, 'before-the-write', sqlite());
    await expectUntouchedThenRetried(interrupted);
    await interrupted.after.close();
  });
});

describe('the same on PostgreSQL', () => {
  it.each(['after-the-write', 'before-the-write'] as const)('%s', async (stopAt) => {
    const { url, drop } = await (await sharedPostgres()).createDatabase('interrupted');
    const interrupted = await interrupt('openldap', stopAt, url);
    await (stopAt === 'after-the-write' ? expectFinished(interrupted) : expectUntouchedThenRetried(interrupted));
    await interrupted.after.close();
    await drop();
  });
});

describe.each(['embedded', ...REAL_KINDS])('a process killed while it unlocks, %s', (kind) => {
  it('after the directory had written', async () => {
    const interrupted = await interrupt(kind, 'after-the-write', sqlite(), 'unlock-account');
    const { scene, after, enrolled, look } = interrupted;
    expect((await look()).body.step).toMatchObject({ kind: 'done', results: [{ outcome: 'unlocked' }] });
    expect(await scene.letsIn(after, scene.person.password)).toBe(true);
    await expectWholeChain(interrupted, 'write.succeeded', 'unlock-account');
    expect((await after.waitForMessage(enrolled.address)).subject).toBe('Your account was unlocked');
    await after.close();
  });

  it('before the directory was asked', async () => {
    const interrupted = await interrupt(kind, 'before-the-write', sqlite(), 'unlock-account');
    const { scene, after, look, send } = interrupted;
    const { step } = (await look()).body;
    expect(step).toMatchObject({ kind: 'confirm-unlock', messageTone: 'error' });
    await expectWholeChain(interrupted, 'write.failed', 'unlock-account');
    await expectNothingWaits(after);
    expect(after.messages()).toEqual([]);
    expect((await send(step?.id ?? '')).body.step).toMatchObject({ kind: 'done', results: [{ outcome: 'unlocked' }] });
    expect(await scene.letsIn(after, scene.person.password)).toBe(true);
    await after.close();
  });
});
