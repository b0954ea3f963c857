import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeEmergencyLink, openEmergency, readEmergencies, retireEmergencies } from '../../src/core/access/emergency.ts';
import { issueRecoveryCodes } from '../../src/core/enrolment/recovery-codes.ts';
import { issueTemporaryPass } from '../../src/core/enrolment/temporary-pass.ts';
import { makeToken } from '../../src/core/tokens/make-token.ts';
import { revokeToken } from '../../src/core/tokens/revoke-token.ts';
import { runCommand, writeSettings } from '../cli/run-command.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { inSession, signIn } from './sign-in-client.ts';
import { createMovableClock, type Enrolled, type Keyturn, startKeyturn } from './start-keyturn.ts';

const CONSOLE = { actor: { kind: 'operator' as const }, author: 'root' };
const BY = { author: 'test', language: 'en', lane: 'notice' as const };
const HOURS = { hours: 8, longestHours: 72, once: true };

let folder: string;
let settings: string;
let file: string;
let node: Keyturn | undefined;
const clock = createMovableClock();

beforeEach(async () => {
  folder = await createScratchFolder('restored');
  mkdirSync(join(folder, 'data'));
  file = join(folder, 'data', 'keyturn.sqlite');
  settings = writeSettings(folder, { database: { url: `sqlite:${file}` } });
});
afterEach(async () => {
  await node?.close();
  await removeScratchFolder(folder);
});

async function start(): Promise<Keyturn> {
  node = await startKeyturn({
    directories: [embeddedSection()],
    database: `sqlite:${file}`,
    key: new Uint8Array(Buffer.from(readFileSync(join(folder, 'key'), 'utf8'), 'base64')),
    clock,
    configuration: {
      guard: GENEROUS_LIMITS,
      signIn: { enabled: true },
      recovery: {
        rules: [
          {
            name: 'all',
            accepted: [
              ['recovery-code', 'totp'],
              ['temporary-pass', 'totp'],
            ],
          },
        ],
      },
    },
  });
  return node;
}

const keyturn = (...argv: string[]) => runCommand(['--config', settings, ...argv]);

/** Whether a code of paper, or of an agent, proves somebody. */
async function isTaken({ url }: Keyturn, login: string, option: string, code: string): Promise<boolean> {
  const client = await startJourney(url, login);
  await client.answer({ option });
  await client.answer({ code });
  return client.step.kind === 'code' && client.step.factor.kind === 'totp';
}

it('a backup that is put back lets in what was ended since, until the handbook is followed to its end', async () => {
  const before = await start();
  await addPerson(before, 'lea');
  const lea: Enrolled = await before.enrol('lea');
  const { text, token } = await makeToken(before.deps, { name: 'siem', days: 30, may: ['view-history'] }, CONSOLE);
  const [code = ''] = await issueRecoveryCodes(before.deps, lea.account, 'test', BY);
  const { pass } = await issueTemporaryPass(before.deps, lea.account, HOURS, BY);
  const held = await signIn(before, 'lea', lea);
  const act = { at: clock.now(), address: '192.0.2.1' };
  const { address } = await makeEmergencyLink(before.deps, { author: 'root', reason: 'a try', lifetime: 600_000 });
  const emergency = await openEmergency({ ...before.deps, act }, address.split('#')[1] ?? '', 'web');
  const lets = async (at: Keyturn) => ({
    session: (await inSession(at.url, held.token, 'GET', '/session')).status,
    token: (await inSession(at.url, text, 'GET', '/token')).status,
    emergency: (await inSession(at.url, emergency.token, 'GET', '/admin')).status,
  });
  expect(await lets(before)).toEqual({ session: 200, token: 200, emergency: 200 });
  expect((await keyturn('database', 'backup', join(folder, 'backup.sqlite'))).exitCode).toBe(0);
  const noted = /head (\d+:[0-9a-f]{64})/.exec((await keyturn('audit', 'verify')).output.replace('state was put back: ', 'head '))?.[1];

  await held.call('DELETE', '/session');
  await revokeToken(before.deps, token.id, CONSOLE);
  await retireEmergencies(before.deps, 'root');
  clock.move(31_000);
  expect(await isTaken(before, 'lea', 'recovery-code', code)).toBe(true);
  expect(await isTaken(before, 'lea', 'temporary-pass', pass)).toBe(true);
  for (const [option, given] of [
    ['recovery-code', code],
    ['temporary-pass', pass],
  ] as const)
    expect(await isTaken(before, 'lea', option, given)).toBe(false);
  expect(await lets(before)).toEqual({ session: 401, token: 401, emergency: 401 });
  const late = /put back: (\d+:[0-9a-f]{64})/.exec((await keyturn('audit', 'verify')).output)?.[1] ?? '';
  await before.close();

  for (const each of ['', '-wal', '-shm']) rmSync(`${file}${each}`, { force: true });
  copyFileSync(join(folder, 'backup.sqlite'), file);
  // Whole in itself: only a head that was noted elsewhere tells.
  expect((await keyturn('audit', 'verify', '--expect', noted ?? '')).exitCode).toBe(0);
  expect((await keyturn('audit', 'verify', '--expect', late)).exitCode).toBe(1);
  const forgotten = await start();
  expect(await lets(forgotten)).toEqual({ session: 200, token: 200, emergency: 200 });
  await forgotten.close();

  expect((await keyturn('database', 'restored')).exitCode).toBe(2);
  const restored = await keyturn('database', 'restored', '--reason', 'the disk failed');
  expect(restored).toMatchObject({ exitCode: 0, output: 'Ended: sessions 2, tokens 1, emergencies 1, temporary passes 1.\n' });
  const after = await start();
  expect(await lets(after)).toEqual({ session: 401, token: 401, emergency: 401 });
  expect(await readEmergencies(after.deps)).toEqual([]);
  expect(await isTaken(after, 'lea', 'temporary-pass', pass)).toBe(false);
  // As the handbook says: what people would be locked out without stays.
  expect(await isTaken(after, 'lea', 'recovery-code', code)).toBe(true);
  const events = (await after.deps.store.audit.read(0, 10_000)).filter(({ type }) => type === 'database.restored');
  expect(events.map(({ data }) => JSON.parse(data) as object)).toMatchObject([{ author: 'tester', reason: 'the disk failed' }]);
  expect((await keyturn('audit', 'verify')).exitCode).toBe(0);
});
