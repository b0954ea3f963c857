import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadSettings } from '../../src/config/load-settings.ts';
import { accountKey } from '../../src/core/accounts/candidate.ts';
import { createConfigurationReader } from '../../src/core/configuration/read-configuration.ts';
import { createGuard } from '../../src/core/guard/guard.ts';
import { createEmbeddedAccount } from '../../src/directory/embedded/create-embedded-account.ts';
import { openRuntime } from '../../src/main.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { configurationDocument, runCommand, writeSettings } from './run-command.ts';

let folder: string;
let settings: string;

beforeEach(async () => {
  folder = await createScratchFolder('recovery');
  settings = writeSettings(folder);
  const document = join(folder, 'configuration.yaml');
  const directory = (id: string) => ({ kind: 'embedded', id, label: id });
  writeFileSync(document, stringify(configurationDocument({ directories: [directory('people'), directory('guests')] })));
  expect((await runCommand(['--config', settings, 'config', 'apply', document])).exitCode).toBe(0);
  await inStore(async (runtime) => {
    for (const [id, login] of [
      ['people', 'alice'],
      ['people', 'both'],
      ['guests', 'both'],
    ] as const) {
      const person = { directory: id, login, displayName: login, password: 'Some-Passw0rd-here' };
      await createEmbeddedAccount({ ...runtime, accounts: runtime.store.embedded }, person);
    }
  });
});
afterEach(() => removeScratchFolder(folder));

async function inStore(work: (runtime: Awaited<ReturnType<typeof openRuntime>>) => Promise<void>): Promise<void> {
  const runtime = await openRuntime(loadSettings(settings, {}).settings);
  try {
    await work(runtime);
  } finally {
    await runtime.close();
  }
}
const recovery = (...argv: string[]) => runCommand(['--config', settings, 'recovery', ...argv]);

const SEED = 'env:TOTP_SEED';
const surroundings = { environment: { USER: 'tester', TOTP_SEED: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' } };
const enrol = (...argv: string[]) => runCommand(['--config', settings, 'enrolment', 'add', ...argv], surroundings);

it('tells what blocks an account, and ends it with a name and a reason in the audit log', async () => {
  await enrol('alice', '--kind', 'email', '--address', 'alice@home.example');
  await enrol('alice', '--kind', 'totp', '--seed', SEED);
  expect((await recovery('status', 'alice')).output).toContain('nothing blocks recovery');
  await inStore(async ({ store, directories, clock }) => {
    const [alice] = (await directories[0]?.findAccounts('alice')) ?? [];
    if (alice === undefined) throw new Error('no account');
    await store.freezes.freeze({ directory: alice.directory, id: alice.id }, 'not-me', clock.now());
  });
  expect((await recovery('status', 'ALICE')).output).toContain('cannot recover: frozen');
  expect(await recovery('release', 'alice', '--reason', 'called back')).toMatchObject({
    exitCode: 0,
    output: expect.stringContaining('frozen'),
  });
  expect((await recovery('status', 'alice')).output).toContain('nothing blocks recovery');
  const { output } = await runCommand(['--config', settings, 'audit', 'export']);
  const event = output.split('\n').find((line) => line.includes('recovery.released'));
  expect(event).toContain('called back');
  expect(event).toContain('tester');
});

it('names the linked account that holds a recovery up, and releases each by itself', async () => {
  await enrol('alice', '--kind', 'email', '--address', 'alice@home.example');
  await enrol('alice', '--kind', 'totp', '--seed', SEED);
  const both = async ({ directories }: Awaited<ReturnType<typeof openRuntime>>) => {
    const [[alice] = [], [guest] = []] = await Promise.all([directories[0]?.findAccounts('alice'), directories[1]?.findAccounts('both')]);
    if (alice === undefined || guest === undefined) throw new Error('no account');
    return { alice: { directory: alice.directory, id: alice.id }, guest: { directory: guest.directory, id: guest.id } };
  };
  await inStore(async (runtime) => {
    const { alice, guest } = await both(runtime);
    const link = { person: 'p', ids: ['a', 'b'] as const, now: 0, by: 'test', countsFrom: 0 };
    expect(await runtime.store.people.link(alice, guest, link)).toBe(true);
    await runtime.store.freezes.freeze(guest, 'not-me', runtime.clock.now());
  });
  const status = await recovery('status', 'alice');
  expect(status.output).toContain('alice (people): cannot recover: frozen by a linked account');
  expect(status.output).toContain('the linked account both (guests) is frozen');
  expect(status.output).toMatch(/\n {4}keyturn --config \S+ recovery release both --directory guests --reason REASON\n/);
  expect(status.output).not.toContain('recovery release alice');
  const [told] = JSON.parse((await recovery('status', 'alice', '--json')).output) as Record<string, unknown>[];
  expect(told).toMatchObject({ reason: 'recovery-frozen', frozen: false, linked: [{ account: { directory: 'guests' }, frozen: true }] });
  // What is released is the account that was named; what holds it up is still there, and named.
  const released = await recovery('release', 'alice', '--reason', 'called back');
  expect(released.output).toContain('It is still held up:');
  expect(released.output).toContain('recovery release both --directory guests');
  expect((await recovery('status', 'alice')).output).toContain('frozen by a linked account');
  const own = await recovery('release', 'both', '--directory', 'guests', '--reason', 'called back');
  expect(own.output).toContain('Before: frozen');
  expect(own.output).not.toContain('held up');
  expect((await recovery('status', 'alice')).output).toContain('alice (people): nothing blocks recovery');
  const { output } = await runCommand(['--config', settings, 'audit', 'export']);
  const events = output.split('\n').filter((line) => line.includes('recovery.released'));
  expect(events.map((line) => /wasFrozen\\?":true/.test(line))).toEqual([false, true]);
  // Too many guesses at what is enrolled for the other one hold it up as well.
  await inStore(async (runtime) => {
    const { alice } = await both(runtime);
    const { configuration } = await createConfigurationReader(runtime.store).read();
    const guard = createGuard({ ...runtime, configuration: () => configuration });
    for (let index = 0; index < 250; index += 1) {
      const asked = { target: accountKey(alice), place: `198.18.${index}.0/24`, isKnown: false };
      await guard.countFailure(runtime.store, [asked], [], '198.18.0.1');
    }
  });
  expect((await recovery('status', 'both', '--directory', 'guests')).output).toMatch(
    /nothing of its own blocks recovery\n {2}the linked account alice \(people\) has had too many wrong proofs/,
  );
});

it('says what is missing of each accepted combination, and what happened lately', async () => {
  const nothing = await recovery('status', 'alice');
  expect(nothing.output).toContain('alice (people): cannot recover: not enough is enrolled');
  expect(nothing.output).toContain('cannot recover by email + totp: no email, no totp');
  expect(nothing.output).toMatch(/\n {4}keyturn --config \S+ enrolment add alice\n/);
  await enrol('alice', '--kind', 'email', '--address', 'alice@home.example');
  const half = await recovery('status', 'alice');
  expect(half.output).toContain('cannot recover by email + totp: no totp');
  expect(half.output).toMatch(/lately \(UTC\):\n {4}\d{4}-\d\d-\d\d \d\d:\d\d {2}factor\.enrolled/);
  await enrol('alice', '--kind', 'totp', '--seed', SEED);
  expect((await recovery('status', 'alice')).output).toContain('can recover by email + totp');
  const [told] = JSON.parse((await recovery('status', 'alice', '--json')).output) as Record<string, unknown>[];
  expect(told).toMatchObject({
    account: 'alice',
    canRecover: true,
    reason: null,
    combinations: [{ kinds: ['email', 'totp'], missing: [] }],
  });
});

it('says what the directory has against it', async () => {
  await inStore(async (runtime) => {
    const person = { directory: 'people', displayName: 'x', password: 'Some-Passw0rd-here' };
    const deps = { ...runtime, accounts: runtime.store.embedded };
    await createEmbeddedAccount(deps, { ...person, login: 'gone', disabled: true });
    await createEmbeddedAccount(deps, { ...person, login: 'past', expiresAt: 1000 });
  });
  expect((await recovery('status', 'gone')).output).toContain('cannot recover: the account is disabled in the directory');
  expect((await recovery('status', 'past')).output).toContain('cannot recover: the account has passed its end date');
});

it('refuses to guess', async () => {
  expect(await recovery('release', 'alice')).toMatchObject({ exitCode: 2, errors: expect.stringContaining('--reason') });
  expect(await recovery('release', 'nobody', '--reason', 'x')).toMatchObject({
    exitCode: 1,
    errors: expect.stringContaining('directory.account-missing'),
  });
  expect(await recovery('release', 'both', '--reason', 'x')).toMatchObject({ exitCode: 1, errors: expect.stringContaining('--directory') });
  expect((await recovery('release', 'both', '--reason', 'x', '--directory', 'guests')).exitCode).toBe(0);
  expect((await recovery('release', 'both', '--reason', 'x', '--directory', 'typo')).exitCode).toBe(1);
  expect((await recovery('status', 'both')).output.match(/cannot recover: /g)).toHaveLength(2);
  expect((await recovery('status', 'both', '--directory', 'guests')).output).toMatch(/^both \(guests\): /);
});
