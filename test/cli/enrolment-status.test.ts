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
  folder = await createScratchFolder('status');
  settings = writeSettings(folder);
  const document = join(folder, 'configuration.yaml');
  const required = [
    { name: 'apprentices', when: { groups: ['Apprentices'] }, ask: 'never' },
    { name: 'everybody', ask: 'force', deadline: '2026-01-31' },
  ];
  const directories = [{ kind: 'embedded', id: 'people', label: 'People', protected: { logins: ['root'] } }];
  writeFileSync(document, stringify(configurationDocument({ directories, signIn: { enabled: true }, enrolment: { required } })));
  expect(await keyturn('config', 'apply', document)).toMatchObject({ exitCode: 0 });
  const runtime = await openRuntime(loadSettings(settings, {}).settings);
  for (const [login, groups] of [
    ['alice', []],
    ['bruno', []],
    ['carla', ['Apprentices']],
    ['root', []],
  ] as const) {
    const person = { directory: 'people', login, displayName: login, groups: [...groups], password: 'Some-Passw0rd-here' };
    await createEmbeddedAccount({ ...runtime, accounts: runtime.store.embedded }, person);
  }
  await runtime.close();
});
afterEach(() => removeScratchFolder(folder));

const keyturn = (...argv: string[]) => runCommand(['--config', settings, ...argv]);
const status = async (name: string) => JSON.parse((await keyturn('enrolment', 'status', name, '--json')).output) as object[];

it('tells of everybody, and of one, what is asked, until enough is enrolled', async () => {
  const before = await keyturn('enrolment', 'status');
  expect(before.output.split('\n').map((line) => line.trim())).toEqual([
    '4 people',
    '1  asked for nothing: the rule that applies asks for nothing',
    '1  asked for nothing: their account cannot be recovered by its owner, whatever is enrolled',
    '2  held up until it is done (rule "everybody")',
    '',
  ]);
  expect(await status('alice')).toMatchObject([{ ask: 'force', rule: 'everybody', uncertain: false, stuck: null }]);
  expect((await keyturn('enrolment', 'status', 'alice')).output).toMatch(
    /^alice \(People\):\n {2}does nothing but enrol when signed in \(rule "everybody", since .*\)\n {2}for email \+ totp: no email, no totp\n$/,
  );
  await keyturn('enrolment', 'add', 'alice', '--kind', 'email', '--address', 'alice@home.example');
  await keyturn('enrolment', 'add', 'alice', '--kind', 'totp');
  expect(await status('alice')).toEqual([{ account: 'alice', directory: 'people', ask: 'nothing', because: 'can-recover' }]);
  const { counts } = JSON.parse((await keyturn('enrolment', 'status', '--json')).output) as { counts: object };
  expect(counts).toMatchObject({ 'asked for nothing: what is enrolled is enough': 1, 'held up until it is done (rule "everybody")': 1 });
});

it('gives somebody more time, takes it back, and says so in the audit log', async () => {
  const deferred = await keyturn('enrolment', 'defer', 'bruno', '--days', '7', '--reason', 'ticket 4711');
  expect(deferred).toMatchObject({ exitCode: 0, output: expect.stringMatching(/is reminded when signing in \(rule "everybody", until /) });
  expect(await status('bruno')).toMatchObject([{ ask: 'remind' }]);
  expect(await status('alice')).toMatchObject([{ ask: 'force' }]);
  await keyturn('enrolment', 'defer', 'bruno', '--days', '0', '--reason', 'found it');
  expect(await status('bruno')).toMatchObject([{ ask: 'force' }]);
  const log = (await keyturn('audit', 'export')).output;
  expect(log.match(/enrolment\.deferred/g)).toHaveLength(2);
  expect(log).toContain('ticket 4711');
  for (const wrong of [
    ['--days', '-1', '--reason', 'x'],
    ['--days', '3'],
  ]) {
    expect((await keyturn('enrolment', 'defer', 'bruno', ...wrong)).exitCode).not.toBe(0);
  }
});
