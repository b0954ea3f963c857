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

beforeAll(async () => {
  folder = await createScratchFolder('people');
  settings = writeSettings(folder);
  const document = join(folder, 'configuration.yaml');
  const directory = (id: string) => ({ kind: 'embedded', id, label: id });
  writeFileSync(document, stringify(configurationDocument({ directories: [directory('people'), directory('guests')] })));
  expect((await runCommand(['--config', settings, 'config', 'apply', document])).exitCode).toBe(0);
  const runtime = await openRuntime(loadSettings(settings, {}).settings);
  const refs = [];
  for (const [id, login] of [
    ['people', 'alice'],
    ['guests', 'mallory'],
    ['guests', 'bob'],
  ] as const) {
    const person = { directory: id, login, displayName: login, password: 'Some-Passw0rd-here' };
    refs.push({ directory: id, id: (await createEmbeddedAccount({ ...runtime, accounts: runtime.store.embedded }, person)).id });
  }
  const [alice, mallory] = refs;
  if (alice === undefined || mallory === undefined) throw new Error('no accounts');
  const now = runtime.clock.now();
  await runtime.store.people.link(alice, mallory, { person: 'one', ids: ['first', 'second'], now, by: 'journey', countsFrom: now });
  await runtime.close();
});
afterAll(() => removeScratchFolder(folder));

const people = (...argv: string[]) => runCommand(['--config', settings, 'people', ...argv]);
const events = async () =>
  (await runCommand(['--config', settings, 'audit', 'export'])).output.split('\n').filter((line) => line.includes('"account.unlinked"'));

it('shows which accounts are linked, and parts them with a reason once it is told to', async () => {
  expect((await people('list', 'bob')).output).toBe('bob (guests): linked to none\n');
  expect((await people('list', 'alice')).output).toMatch(/^alice \(people\): linked to\n {2}second {2}mallory \(guests\), linked \S/);
  const [shown] = JSON.parse((await people('list', 'mallory', '--json')).output) as { linked: { id: string; account: string }[] }[];
  expect(shown?.linked).toMatchObject([{ id: 'first', account: 'alice' }]);

  expect(await people('part', 'alice', 'second')).toMatchObject({ exitCode: 2, errors: expect.stringContaining('--reason') });
  expect(await people('part', 'alice', 'nobody', '--reason', 'not hers', '--yes')).toMatchObject({
    exitCode: 1,
    errors: expect.stringContaining('people.not-linked'),
  });
  const asked = await people('part', 'alice', 'second', '--reason', 'not hers');
  expect(asked).toMatchObject({ exitCode: 1, output: expect.stringMatching(/^Would part alice \(people\) and mallory \(guests\)/) });
  expect(await events()).toEqual([]);

  const parted = await people('part', 'alice', 'second', '--reason', 'not hers, ticket 4711', '--yes');
  expect(parted).toMatchObject({ exitCode: 0, output: expect.stringMatching(/^Parted alice \(people\) and mallory \(guests\)/) });
  expect((await people('list', 'alice')).output).toBe('alice (people): linked to none\n');
  expect(await events()).toEqual([expect.stringContaining('not hers, ticket 4711')]);
  const { data } = JSON.parse((await events())[0] ?? '') as { data: string };
  expect(JSON.parse(data)).toMatchObject({ author: 'tester', actor: { kind: 'operator', client: 'cli' } });
});
