import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { configurationDocument, runCommand, writeSettings } from './run-command.ts';

let folder: string;
let settings: string;
beforeEach(async () => {
  folder = await createScratchFolder('token');
  settings = writeSettings(folder);
  const document = join(folder, 'configuration.yaml');
  const directories = [{ kind: 'embedded', id: 'people', label: 'People' }];
  writeFileSync(document, stringify({ ...configurationDocument({ directories }), administration: { longestTokenDays: 100 } }));
  expect(await run('config', 'apply', document)).toMatchObject({ exitCode: 0 });
});
afterEach(() => removeScratchFolder(folder));
const run = (...argv: string[]) => runCommand(['--config', settings, ...argv]);
const token = (...argv: string[]) => run('token', ...argv);

it('tells a token once, lists it, and ends it', async () => {
  expect((await token('list')).output).toBe('There are none.\n');
  const made = await token(
    'create',
    '--name',
    'the intranet',
    '--scope',
    'see-people',
    'view-history',
    '--in-directory',
    'people',
    '--expires',
    '90d',
  );
  expect(made.exitCode).toBe(0);
  const [text = '', ...more] = made.output.split('\n');
  expect(text).toMatch(/^ktn_[\w-]{43}[0-9a-f]{8}$/);
  expect(more.join('\n')).toContain(`token revoke 'the intranet'`);
  const listed = await token('list');
  expect(listed.output).toMatch(/^the intranet: see-people, view-history over directory people; until .*; never used; made .* by .+\n$/);
  const [told] = JSON.parse((await token('list', '--json')).output) as Record<string, unknown>[];
  expect(told).toMatchObject({
    name: 'the intranet',
    may: ['see-people', 'view-history'],
    over: { directories: ['people'] },
    lastUsedAt: null,
  });
  expect(Date.parse(String(told?.expiresAt)) - Date.parse(String(told?.createdAt))).toBe(90 * 86_400_000);
  const history = await run('audit', 'list');
  expect(history.output).toContain('made a token for a program: the intranet');
  for (const output of [listed.output, history.output, JSON.stringify(told)]) expect(output).not.toContain(text.slice(4, 40));
  expect((await token('create', '--name', 'the intranet', '--scope', 'view-history')).exitCode).toBe(1);
  expect((await token('revoke', 'the intranet')).output).toBe('Revoked: the intranet.\n');
  expect((await token('revoke', 'the intranet')).exitCode).toBe(1);
  expect((await token('list')).output).toBe('There are none.\n');
  expect((await token('create', '--name', 'the intranet', '--scope', 'view-history')).exitCode).toBe(0);
});

it.each([
  [2, ['--scope', 'view-history']],
  [2, ['--name', 'x']],
  [2, ['--name', 'x', '--scope', 'reset-password']],
  [2, ['--name', 'x', '--scope', 'view-history', '--expires', 'soon']],
  [1, ['--name', 'x', '--scope', 'view-history', '--expires', '101d']],
  [1, ['--name', 'x', '--scope', 'see-people']],
  [1, ['--name', 'x', '--scope', 'see-people', '--everybody', '--in-group', 'y']],
  [1, ['--name', 'x', '--scope', 'see-people', '--in-directory', 'elsewhere']],
])('ends with %i and makes none: %j', async (exitCode, argv) => {
  expect((await token('create', ...argv)).exitCode).toBe(exitCode);
  expect((await token('list')).output).toBe('There are none.\n');
});

it('is named by the doctor from a week before its end on', async () => {
  await token('create', '--name', 'long', '--scope', 'view-history', '--expires', '8d');
  await token('create', '--name', 'short', '--scope', 'view-history', '--expires', '6d');
  const { findings } = JSON.parse((await run('doctor', '--json')).output) as { findings: { area: string; level: string; text: string }[] };
  expect(findings.filter(({ area }) => area === 'tokens')).toMatchObject([
    { level: 'warn', text: expect.stringMatching(/^short ends on /) },
  ]);
});
