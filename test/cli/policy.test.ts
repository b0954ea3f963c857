import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadSettings } from '../../src/config/load-settings.ts';
import { POLICY_TEMPLATES } from '../../src/core/password-policy/templates.ts';
import { createEmbeddedAccount } from '../../src/directory/embedded/create-embedded-account.ts';
import { openRuntime } from '../../src/main.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { configurationDocument, runCommand, writeSettings } from './run-command.ts';

let folder: string;
let settings: string;

beforeEach(async () => {
  folder = await createScratchFolder('policy');
  settings = writeSettings(folder);
});
afterEach(() => removeScratchFolder(folder));

/** A person alice in a directory, under these rules. */
async function apply(passwordRules: Record<string, unknown>): Promise<void> {
  const document = join(folder, 'configuration.yaml');
  writeFileSync(document, stringify(configurationDocument({ passwordRules })));
  expect(await runCommand(['--config', settings, 'config', 'apply', document])).toMatchObject({ exitCode: 0 });
  const runtime = await openRuntime(loadSettings(settings, {}).settings);
  try {
    const person = { directory: 'people', login: 'alice', displayName: 'Alice Archer', password: 'Some-Passw0rd-here' };
    await createEmbeddedAccount({ ...runtime, accounts: runtime.store.embedded }, person);
  } finally {
    await runtime.close();
  }
}

const explain = (password: string | null, ...argv: string[]) =>
  runCommand(['--config', settings, 'explain', '--user', 'alice', ...argv, ...(password === null ? [] : ['--password-stdin'])], {
    readInput: () => Promise.resolve(`${password}\n`),
  });

it('tells what holds for an account, and where it comes from', async () => {
  await apply({
    minimumLength: 16,
    characterSets: { required: 2, of: ['letter', 'digit'] },
    passphraseLength: 24,
    denyList: { contains: ['acme'] },
  });
  const { exitCode, output } = await explain(null);
  expect(exitCode).toBe(0);
  expect(output).toMatch(/^alice \(People\)$[\s\S]*^password by policy ".+" of the directory, and passwordRules/m);
  expect(output).toMatch(/^ {2}passwordRules +At least 16 characters$/m);
  expect(output).toMatch(/^ {2}passwordRules +At least 2 of these: letters, digits \(not needed from 24 characters on\)$/m);
  expect(output).toMatch(/^ {2}Keyturn +Only characters/m);
  expect(output).not.toMatch(/BROKEN|met |acme/);
});

it('gives the verdict of every rule on a password, and never prints the password', async () => {
  await apply({ minimumLength: 16, characterSets: { required: 2, of: ['letter', 'digit'] }, names: {}, denyList: { contains: ['acme'] } });
  const bad = await explain('ECILA-and-acme');
  expect(bad.exitCode).toBe(1);
  expect(bad.output).toMatch(/^ {2}passwordRules +BROKEN +At least 16 characters$/m);
  expect(bad.output).toMatch(/^ {2}passwordRules +BROKEN +No part of your name or sign-in name, not backwards/m);
  expect(bad.output).toMatch(/^ {2}passwordRules +BROKEN +None of the words/m);
  expect(bad.output).toMatch(/^ {2}Keyturn +met /m);
  expect(bad.output).toMatch(/^The password is refused\.$/m);
  expect(bad.output + bad.errors).not.toContain('ECILA-and');
  const good = await explain('a-cupboard-of-7-owls', '--json');
  expect(good.exitCode).toBe(0);
  expect(JSON.parse(good.output).password).toMatchObject({ acceptable: true, uncertain: false, conflicts: [] });
  expect(JSON.parse(good.output).password.rules).toContainEqual({
    from: 'organisation',
    code: 'password.denied',
    text: expect.any(String),
    ok: true,
  });
  expect(good.output).not.toContain('cupboard');
});

it('shows where the rules and the directory do not go together', async () => {
  await apply({ minimumLength: 1, maximumLength: 2 });
  const { exitCode, output } = await explain(null);
  expect(exitCode).toBe(1);
  expect(output).toMatch(
    /^ {2}impossible: passwordRules\.maximumLength: At most 2, and the directory asks for at least \d+: no password is taken$/m,
  );
  expect(output).toMatch(/^ {2}idle: passwordRules\.minimumLength: 1 has no effect/m);
});

it('tells of a dictionary that cannot be read, as doctor does, and asks it once it is there', async () => {
  const file = join(folder, 'words');
  await apply({ dictionary: { files: [file] } });
  const doctor = () => runCommand(['--config', settings, 'doctor']);
  const missing = await explain('a-cupboard-of-7-owls');
  expect(missing.exitCode).toBe(1);
  expect(missing.output).toMatch(/^ {2}passwordRules +BROKEN +Not a word .*\(the source cannot be asked\)$/m);
  expect((await doctor()).output).toMatch(/ENOENT.*passwordRules\.dictionary\.whenNotKnown/);
  writeFileSync(file, 'cupboard\nharbour\n');
  expect((await explain('a-cupboard-of-7-owls')).exitCode).toBe(0);
  expect((await explain('dr4OBpuc-2026')).output).toMatch(/^ {2}passwordRules +BROKEN +Not a word/m);
  expect((await doctor()).output).toContain(`2 words in ${file}`);
});

it('tells the same of the password alone', async () => {
  await apply({ minimumLength: 16 });
  const alone = (password: string | null, ...argv: string[]) =>
    runCommand(['--config', settings, 'policy', 'explain', '--user', 'alice', ...argv], {
      readInput: () => Promise.resolve(`${password}\n`),
    });
  const part = (await explain(null)).output.split('\n');
  const lines = (await alone(null)).output.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^password by policy ".+" of the directory, and passwordRules$/);
  expect(part.slice(part.indexOf(lines[0] ?? ''), part.indexOf(lines[0] ?? '') + lines.length)).toEqual(lines);
  const bad = await alone('tiny-heron', '--password-stdin');
  expect(bad).toMatchObject({ exitCode: 1, output: expect.stringMatching(/^ {2}passwordRules +BROKEN +At least 16 characters$/m) });
  const good = await alone('a-cupboard-of-7-owls', '--password-stdin', '--json');
  expect(good.exitCode).toBe(0);
  expect(JSON.parse(good.output)).toEqual(JSON.parse((await explain('a-cupboard-of-7-owls', '--json')).output).password);
  expect(bad.output + good.output).not.toMatch(/heron|cupboard/);
});

it('knows nobody of another name', async () => {
  await apply({});
  expect(await runCommand(['--config', settings, 'explain', '--user', 'nobody'])).toMatchObject({
    exitCode: 1,
    errors: expect.stringContaining('directory.account-missing'),
  });
});

it('prints templates', async () => {
  const list = await runCommand(['policy', 'template']);
  for (const { name } of POLICY_TEMPLATES) {
    expect(list.output).toContain(`${name}: `);
    const { exitCode, output } = await runCommand(['policy', 'template', name]);
    expect(exitCode).toBe(0);
    expect(parse(output)).toHaveProperty('passwordRules');
  }
  expect(await runCommand(['policy', 'template', 'no-such'])).toMatchObject({
    exitCode: 2,
    errors: expect.stringContaining('pci-dss-4.0.1'),
  });
});
