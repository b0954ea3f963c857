import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadSettings } from '../../src/config/load-settings.ts';
import { openRuntime } from '../../src/main.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { apiTokenRow, sessionRow } from '../store/fixture.ts';
import { configurationDocument, runCommand, writeSettings } from './run-command.ts';

const directory = (id: string) => ({ kind: 'embedded', id, label: id });
const WARNING = 'warning: directories: Without partners 3 tokens of 2 makers and 1 session end, and do not come back with it\n';

let folder: string;
let settings: string;
const config = (...argv: string[]) => runCommand(['--config', settings, 'config', ...argv]);
const written = (name: string, ids: readonly string[]) => {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, stringify(configurationDocument({ directories: ids.map(directory) })));
  return file;
};

beforeAll(async () => {
  folder = await createScratchFolder('ended');
  settings = writeSettings(folder, { demo: true });
});
afterAll(() => removeScratchFolder(folder));

it('warns of the tokens and sessions that end with a directory, before and when it is taken out', async () => {
  const [both, one, renamed] = [
    written('both', ['people', 'partners']),
    written('one', ['people']),
    written('renamed', ['people', 'guests']),
  ];
  // Nothing is there yet, and nothing is made by asking.
  expect((await config('check', one)).output).toBe(`${one}: 0 errors, 0 warnings\n`);
  expect((await config('apply', both)).exitCode).toBe(0);
  const runtime = await openRuntime(loadSettings(settings, {}).settings, { only: 'store' });
  const now = runtime.clock.now();
  const end = now + 3_600_000;
  const madeBy = (maker?: { directory: string; id: string }, expiresAt = end) =>
    runtime.store.tokens.insert(apiTokenRow({ expiresAt, facts: JSON.stringify({ may: [], author: 'x', maker }) }));
  for (const id of ['one', 'one', 'two']) await madeBy({ directory: 'partners', id });
  await madeBy({ directory: 'partners', id: 'two' }, now - 1);
  await madeBy({ directory: 'people', id: 'one' });
  await madeBy();
  for (const [id, endsAt] of [
    ['partners', end],
    ['partners', now - 1],
    ['people', end],
  ] as const)
    await runtime.store.sessions.insert(sessionRow({ directory: id, endsAt }));
  await runtime.close();

  for (const file of [one, renamed]) {
    expect((await config('check', file)).output).toBe(`${WARNING}${file}: 0 errors, 1 warning\n`);
    expect((await config('diff', file)).errors).toBe(WARNING);
  }
  expect((await config('check', both)).output).toBe(`${both}: 0 errors, 0 warnings\n`);
  expect(await config('apply', one)).toMatchObject({ exitCode: 0, errors: WARNING });
  expect(JSON.parse((await config('apply', both, '--json')).output).warnings).toEqual([]);
  expect((await config('rollback', '2', '--dry-run')).errors).toBe(WARNING);
  expect((await config('rollback', '2')).errors).toBe(WARNING);
});
