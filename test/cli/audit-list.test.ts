import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadSettings } from '../../src/config/load-settings.ts';
import { createEmbeddedAccount } from '../../src/directory/embedded/create-embedded-account.ts';
import { openRuntime } from '../../src/main.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { configurationDocument, runCommand, writeSettings } from './run-command.ts';

let folder: string;
let settings: string;
const run = (...argv: string[]) => runCommand(['--config', settings, ...argv]);

beforeAll(async () => {
  folder = await createScratchFolder('audit-list');
  settings = writeSettings(folder);
  const document = join(folder, 'configuration.yaml');
  writeFileSync(document, stringify(configurationDocument()));
  expect((await run('config', 'apply', document)).exitCode).toBe(0);
  const runtime = await openRuntime(loadSettings(settings, {}).settings);
  try {
    for (const login of ['alice', 'bob']) {
      const person = { directory: 'people', login, displayName: login, password: 'Some-Passw0rd-here' };
      await createEmbeddedAccount({ ...runtime, accounts: runtime.store.embedded }, person);
    }
  } finally {
    await runtime.close();
  }
  for (const login of ['alice', 'bob']) await run('enrolment', 'add', login, '--kind', 'email', '--address', `${login}@home.example`);
  await run('recovery', 'release', 'alice', '--reason', 'ticket 4711');
});
afterAll(() => removeScratchFolder(folder));

async function list(...argv: string[]): Promise<string[]> {
  const { exitCode, output, errors } = await run('audit', 'list', ...argv);
  expect([exitCode, errors]).toEqual([0, '']);
  return output.split('\n').filter((line) => line !== '');
}

it('tells what happened, newest first', async () => {
  const numbers = (await list()).map((line) => Number(/^\d{4}-\d{2}-\d{2} [\d:]{8} {2}(\d+) {2}\S/.exec(line)?.[1]));
  expect(numbers).toEqual([4, 3, 2, 1]);
  expect(await list('--most', '1')).toEqual([expect.stringMatching(/tester released the recovery of alice \(“ticket 4711”\)$/)]);
  expect((await list('--most', '1', '--language', 'de'))[0]).toContain('tester hat die Wiederherstellung von alice freigegeben');
});

it('tells about whom, by whom and of what one asks', async () => {
  expect(await list('--person', 'ALICE')).toHaveLength(2);
  expect(await list('--person', 'bob')).toEqual([expect.stringMatching(/tester added a proof for bob: code by e-mail/)]);
  expect(await list('--person', 'nobody')).toEqual([]);
  expect(await list('--by', 'tester', '--group', 'enrolment')).toHaveLength(2);
  expect(await list('--by', 'nobody')).toEqual([]);
  const [told, ...others] = await list('--type', 'recovery.released', '--since', '1d', '--json');
  expect(others).toEqual([]);
  expect(JSON.parse(told ?? '')).toMatchObject({ type: 'recovery.released', group: 'protection', accounts: [{ login: 'alice' }] });
  expect(await list('--until', '1d')).toEqual([]);
});

it.each([
  [['--type', 'journey.begun'], 'No event has this type'],
  [['--since', 'lately'], 'Expected a time'],
  [['--most', '0'], 'Expected a number'],
  [['--group', 'all'], 'Allowed choices'],
])('says what it does not understand: %j', async (argv, sentence) => {
  const { exitCode, errors } = await run('audit', 'list', ...argv);
  expect(exitCode).not.toBe(0);
  expect(errors).toContain(sentence);
});

it('lets nothing that somebody typed look like another event, or command the terminal', async () => {
  const forged = 'x)\n2026-01-01 00:00:00  9  frida removed proofs of bob\u001b[2K\u009b1A\u202e';
  const environment = { USER: `tester${forged}` };
  expect((await runCommand(['--config', settings, 'recovery', 'release', 'bob', '--reason', forged], { environment })).exitCode).toBe(0);
  const before = (await list()).length;
  expect(await list('--person', 'bob', '--type', 'recovery.released')).toEqual([
    expect.stringMatching(/^\d{4}-.*released the recovery of bob/),
  ]);
  const status = await run('recovery', 'status', 'bob');
  const json = await run('audit', 'list', '--most', '1', '--json');
  for (const { output } of [await run('audit', 'list'), status, json]) {
    expect(output).not.toMatch(/[\u202a-\u202e\u2066-\u2069]|(?![\n\t])\p{Cc}/u);
    expect(output).not.toMatch(/^2026-01-01/m);
  }
  expect(JSON.parse(json.output)).toMatchObject({ facts: { reason: forged.trim() } });
  expect(before).toBe(5);
});
