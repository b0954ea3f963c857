import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { configurationDocument, runCommand, writeSettings } from './run-command.ts';

let folder: string;
let settings: string;
beforeEach(async () => {
  folder = await createScratchFolder('emergency');
  settings = writeSettings(folder);
  const document = join(folder, 'configuration.yaml');
  writeFileSync(document, stringify(configurationDocument({ directories: [{ kind: 'embedded', id: 'people', label: 'People' }] })));
  expect(await run('config', 'apply', document)).toMatchObject({ exitCode: 0 });
});
afterEach(() => removeScratchFolder(folder));
const run = (...argv: string[]) => runCommand(['--config', settings, ...argv]);
const emergency = (...argv: string[]) => run('access', 'emergency', ...argv);

it('prints a link once, says that it waits, and ends it', async () => {
  expect((await emergency('status')).output).toBe('None is in use, and no link waits.\n');
  expect((await run('doctor')).output).not.toContain('emergency administration');
  const made = await emergency('link', '--reason', 'all groups are gone', '--minutes', '5');
  expect(made.exitCode).toBe(0);
  const [address = '', ...more] = made.output.split('\n');
  expect(address).toMatch(/^https:\/\/password\.example\.com\/admin#[\w-]{43}$/);
  expect(more.join('\n')).toContain('access emergency retire');
  expect(more.join('\n')).toContain('Nobody is told by mail');
  const status = await emergency('status');
  expect(status.output).toMatch(/^A link waits until .*, made .* by .+: all groups are gone\n$/);
  expect(JSON.parse((await emergency('status', '--json')).output)).toMatchObject([
    { reason: 'all groups are gone', openedAt: null, hasPasskey: false },
  ]);
  const doctor = await run('doctor');
  expect(doctor.output).toMatch(/^warn {2}emergency administration: A link waits until/m);
  expect(doctor.output).toContain('access emergency retire');
  expect((await emergency('retire')).output).toBe('Retired: 1. Nobody gets in by it any more.\n');
  expect((await emergency('retire')).output).toBe('None was in use, and no link waited.\n');
  expect((await emergency('status')).output).toBe('None is in use, and no link waits.\n');
});

it('asks for a reason, and for a time that is short', async () => {
  for (const argv of [[], ['--reason', '  '], ['--reason', 'x', '--minutes', '61'], ['--reason', 'x', '--minutes', 'long']])
    expect((await emergency('link', ...argv)).exitCode).toBe(2);
  expect((await emergency('status')).output).toBe('None is in use, and no link waits.\n');
});
