import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadSettings } from '../../src/config/load-settings.ts';
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

it('tells what blocks an account, and ends it with a name and a reason in the audit log', async () => {
  expect((await recovery('status', 'alice')).output).toContain('nothing blocks recovery');
  await inStore(async ({ store, directories, clock }) => {
    const [alice] = (await directories[0]?.findAccounts('alice')) ?? [];
    if (alice === undefined) throw new Error('no account');
    await store.freezes.freeze({ directory: alice.directory, id: alice.id }, 'not-me', clock.now());
  });
  expect((await recovery('status', 'ALICE')).output).toContain('frozen');
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

it('refuses to guess', async () => {
  expect(await recovery('release', 'alice')).toMatchObject({ exitCode: 2, errors: expect.stringContaining('--reason') });
  expect(await recovery('release', 'nobody', '--reason', 'x')).toMatchObject({
    exitCode: 1,
    errors: expect.stringContaining('directory.account-missing'),
  });
  expect(await recovery('release', 'both', '--reason', 'x')).toMatchObject({ exitCode: 1, errors: expect.stringContaining('--directory') });
  expect((await recovery('release', 'both', '--reason', 'x', '--directory', 'guests')).exitCode).toBe(0);
  expect((await recovery('release', 'both', '--reason', 'x', '--directory', 'typo')).exitCode).toBe(1);
  expect((await recovery('status', 'both')).output.match(/nothing blocks/g)).toHaveLength(2);
});
