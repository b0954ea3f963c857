import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { URI } from 'otpauth';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadSettings } from '../../src/config/load-settings.ts';
import { createEmbeddedAccount } from '../../src/directory/embedded/create-embedded-account.ts';
import { openRuntime } from '../../src/main.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { configurationDocument, runCommand, writeSettings } from './run-command.ts';

const SEED = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
let folder: string;
let settings: string;

beforeEach(async () => {
  folder = await createScratchFolder('enrolment');
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

async function inStore<T>(work: (runtime: Awaited<ReturnType<typeof openRuntime>>) => Promise<T>): Promise<T> {
  const runtime = await openRuntime(loadSettings(settings, {}).settings);
  try {
    return await work(runtime);
  } finally {
    await runtime.close();
  }
}
const enrolment = (...argv: string[]) => runCommand(['--config', settings, 'enrolment', ...argv]);
const listed = async (name = 'alice') =>
  (JSON.parse((await enrolment('list', name, '--json')).output) as { factors: { id: string; kind: string }[] }[])[0]?.factors ?? [];
const events = async (type: string) =>
  (await runCommand(['--config', settings, 'audit', 'export'])).output.split('\n').filter((line) => line.includes(`"type":"${type}"`));

it('enrols an address and an authenticator, and says each time what that makes possible', async () => {
  expect((await enrolment('list', 'alice')).output).toMatch(/nothing enrolled\n {2}cannot recover by email \+ totp: no email, no totp\n$/);
  const mail = await enrolment('add', 'alice', '--kind', 'email', '--address', ' Alice@HOME.example', '--reason', 'ticket 1');
  expect(mail).toMatchObject({ exitCode: 0, output: expect.stringContaining('e-mail Alice@home.example') });
  expect(mail.output).toContain('cannot recover by email + totp: no totp');
  const totp = await enrolment('add', 'alice', '--kind', 'totp', '--json');
  const shown = JSON.parse(totp.output) as { seed: string; otpauth: string };
  expect(URI.parse(shown.otpauth).secret.base32).toBe(shown.seed);
  const { output } = await enrolment('list', 'alice');
  expect(output).toContain('can recover by email + totp');
  expect(output).not.toContain(shown.seed);
  expect((await listed()).map(({ kind }) => kind)).toEqual(['email', 'totp']);
  const recorded = await events('factor.enrolled');
  expect(recorded).toHaveLength(2);
  expect(recorded[0]).toContain('ticket 1');
  for (const line of recorded) {
    expect(line).toContain('tester');
    expect(line).not.toMatch(/home\.example/i);
    expect(line).not.toContain(shown.seed);
  }
});

it('shows a seed that it made as a QR code, a key and an address, and one that was given not at all', async () => {
  const made = await enrolment('add', 'alice', '--kind', 'totp');
  const address = /otpauth:\S+/.exec(made.output)?.[0] ?? '';
  expect(made.output).toContain(URI.parse(address).secret.base32.match(/.{4}/g)?.join(' '));
  expect(made.output).toMatch(/[▀▄█]{8}/);
  writeFileSync(join(folder, 'seed'), `${SEED.toLowerCase()}\n`, { mode: 0o600 });
  const given = await enrolment('add', 'alice', '--kind', 'totp', '--seed', `file:${join(folder, 'seed')}`);
  expect(given.exitCode).toBe(0);
  expect(given.output).not.toContain(SEED);
  const again = await enrolment('add', 'alice', '--kind', 'totp', '--seed', `file:${join(folder, 'seed')}`);
  expect(again).toMatchObject({ exitCode: 1, errors: expect.stringContaining('enrolment.present') });
});

it('refuses what cannot be, naming the fix, and changes nothing', async () => {
  writeFileSync(join(folder, 'short'), 'GEZDGNBVGY3TQOJQ', { mode: 0o600 });
  for (const [argv, error] of [
    [['add', 'alice', '--kind', 'email'], 'enrolment.address-invalid'],
    [['add', 'alice', '--kind', 'email', '--address', 'nonsense'], 'enrolment.address-invalid'],
    [['add', 'alice', '--kind', 'sms', '--number', '+4915112345678'], 'section sms'],
    [['add', 'alice', '--kind', 'totp', '--seed', `file:${join(folder, 'short')}`], '128 bits'],
    [['add', 'alice', '--kind', 'totp', '--seed', 'env:NOT_THERE'], 'configuration.secret-missing'],
    [['add', 'nobody', '--kind', 'totp'], 'directory.account-missing'],
    [['add', 'both', '--kind', 'totp'], '--directory'],
    [['add', 'both', '--kind', 'totp', '--directory', 'typo'], 'directory.not-configured'],
    [['remove', 'alice', 'unknown', '--reason', 'x', '--yes'], 'enrolment.factor-unknown'],
  ] as const) {
    const outcome = await enrolment(...argv);
    expect(outcome, argv.join(' ')).toMatchObject({ exitCode: 1, output: '', errors: expect.stringContaining(error) });
    expect(outcome.errors).toMatch(/Fix: |fix: /);
  }
  expect(await enrolment('add', 'alice', '--kind', 'passkey')).toMatchObject({
    exitCode: 2,
    errors: expect.stringContaining('email, sms, totp, recovery-code'),
  });
  expect(await listed()).toEqual([]);
  expect(await events('factor.enrolled')).toEqual([]);
  expect((await enrolment('add', 'both', '--kind', 'totp', '--directory', 'guests')).exitCode).toBe(0);
});

it('makes ten recovery codes, shows them once, and ends those from before', async () => {
  const first = await enrolment('add', 'alice', '--kind', 'recovery-code', '--reason', 'ticket 1');
  expect(first.exitCode).toBe(0);
  const codes = first.output.match(/^ {2}(?:[0-9A-Z]{4}-){5}[0-9A-Z]{4}$/gm) ?? [];
  expect(new Set(codes).size).toBe(10);
  const { output } = await enrolment('list', 'alice');
  expect(output).toContain('10 enrolled');
  for (const code of codes) expect(output).not.toContain(code.trim());
  const before = (await listed()).map(({ id }) => id);
  const again = JSON.parse((await enrolment('add', 'alice', '--kind', 'recovery-code', '--json')).output) as { codes: string[] };
  expect(again.codes).toHaveLength(10);
  const after = (await listed()).map(({ id }) => id);
  expect(after).toHaveLength(10);
  expect(after.filter((id) => before.includes(id))).toEqual([]);
  expect(await events('factor.enrolled')).toHaveLength(20);
  expect(await events('factor.ended')).toHaveLength(10);
});

it('issues a temporary pass, shows it once, and lists and removes it', async () => {
  const recovery = (...argv: string[]) => runCommand(['--config', settings, 'recovery', 'pass', 'alice', ...argv]);
  const first = await recovery('--hours', '8', '--reason', 'ticket 1');
  expect(first.exitCode).toBe(0);
  const [pass = 'none'] = first.output.match(/(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}/) ?? [];
  expect(first.output).toMatch(/It works once, until \d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC\./);
  const { output } = await enrolment('list', 'alice');
  expect(output).toContain('temporary pass, for one use until');
  expect(output).not.toContain(pass);
  const second = JSON.parse((await recovery('--hours', '2', '--until-end', '--json')).output) as { pass: string; once: boolean };
  expect(second).toMatchObject({ account: 'alice', once: false, pass: expect.not.stringMatching(pass) });
  const [shown, ...others] = await listed();
  expect(others).toEqual([]);
  expect(shown).toMatchObject({ kind: 'temporary-pass', once: false, endsAt: expect.any(String) });
  expect((await enrolment('remove', 'alice', shown?.id ?? '', '--reason', 'test', '--yes')).exitCode).toBe(0);
  expect(await listed()).toEqual([]);
  expect((await events('factor.enrolled')).join()).toContain('ticket 1');
  expect(await events('factor.ended')).toHaveLength(2);
  expect(await recovery('--hours', '25')).toMatchObject({ exitCode: 1, errors: expect.stringContaining('enrolment.hours-invalid') });
  expect((await recovery('--hours', 'eight')).exitCode).toBe(2);
  expect((await recovery()).exitCode).toBe(2);
  expect(await listed()).toEqual([]);
});

describe('telephones', () => {
  beforeEach(async () => {
    const document = join(folder, 'with-texts.yaml');
    const gateway = { name: 'one', url: 'https://sms.example.com/', json: ['{{number}}', '{{text}}'] };
    const sms = { kind: 'http', countries: ['DE', 'AT'], gateways: [gateway] };
    const directories = [{ kind: 'embedded', id: 'people', label: 'people' }];
    writeFileSync(
      document,
      stringify(configurationDocument({ directories, sms, recovery: { rules: [{ name: 'all', accepted: [['sms', 'totp']] }] } })),
    );
    expect((await runCommand(['--config', settings, 'config', 'apply', document])).exitCode).toBe(0);
  });

  it('are enrolled and imported in one form, and shown; what gets no texts is refused', async () => {
    const added = await enrolment('add', 'alice', '--kind', 'sms', '--number', ' +49 (0)151 / 12345678');
    expect(added).toMatchObject({ errors: '', exitCode: 0, output: expect.stringContaining('text messages to +4915112345678') });
    expect(added.output).toContain('cannot recover by sms + totp: no totp');
    for (const number of ['0151 12345678', '+1 201 555 0123', '+49 30 901820', 'nonsense'])
      expect(await enrolment('add', 'alice', '--kind', 'sms', '--number', number)).toMatchObject({
        exitCode: 1,
        errors: expect.stringContaining('enrolment.number-invalid'),
      });
    expect((await enrolment('add', 'alice', '--kind', 'sms', '--number', '+4915112345678')).errors).toContain('enrolment.present');
    const people = join(folder, 'people.csv');
    writeFileSync(people, 'account,sms\nalice,+43 664 1234567;+49 151 12345678\nboth,+49 30 901820\n');
    const { output } = await enrolment('import', people);
    expect(output).toMatch(/line 3: .*no mobile number \(enrolment\.number-invalid\)/);
    expect(output).toContain('1 proofs of 1 people enrolled');
    expect((await listed()).map((row) => ('number' in row ? row.number : '')).toSorted()).toEqual(['+436641234567', '+4915112345678']);
  });

  it('are imported in national form where the file is said to be of one country that gets texts', async () => {
    const people = join(folder, 'national.csv');
    writeFileSync(people, 'account,sms\nalice,0151 12345678;+43 664 1234567\n');
    expect((await enrolment('import', people)).output).toContain('it must begin with + and the country');
    const elsewhere = await enrolment('import', people, '--region', 'FR');
    expect(elsewhere).toMatchObject({ exitCode: 1, output: '', errors: expect.stringContaining('--region FR is not in sms.countries') });
    expect(await listed()).toEqual([]);
    expect(await enrolment('import', people, '--region', 'de')).toMatchObject({ errors: '', exitCode: 0 });
    expect((await listed()).map((row) => ('number' in row ? row.number : '')).toSorted()).toEqual(['+436641234567', '+4915112345678']);
  });
});

it('removes only what was confirmed, keeps a dated record, and tells the address that is ended as well', async () => {
  await enrolment('add', 'alice', '--kind', 'email', '--address', 'old@home.example');
  const [row] = await listed();
  const id = row?.id ?? '';
  const asked = await enrolment('remove', 'alice', id, '--reason', 'gone');
  expect(asked).toMatchObject({ exitCode: 1, output: expect.stringContaining('Would end'), errors: expect.stringContaining('--yes') });
  expect(await listed()).toHaveLength(1);
  expect(await enrolment('remove', 'alice', id, '--yes')).toMatchObject({ exitCode: 2, errors: expect.stringContaining('--reason') });
  expect((await enrolment('remove', 'alice', id, '--reason', 'gone', '--yes')).exitCode).toBe(0);
  expect(await listed()).toEqual([]);
  expect((await enrolment('remove', 'alice', id, '--reason', 'gone', '--yes')).errors).toContain('enrolment.factor-unknown');
  expect(await events('factor.ended')).toHaveLength(1);
  const notices = await inStore(({ store, clock }) => store.outbox.take('notice', clock.now(), clock.now() + 1000, 10));
  const told = notices.map(({ payload }) => JSON.parse(payload) as { kind: string; addresses: string[] });
  expect(told).toMatchObject([
    { kind: 'factor-added', addresses: [] },
    { kind: 'factor-removed', addresses: ['old@home.example'] },
  ]);
});

describe('import', () => {
  const file = (name: string, text: string | Buffer): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const PEOPLE = [
    'account;directory;email;totp;label',
    `alice;;alice@home.example alice@club.example;${SEED};Phone`,
    'nobody;;nobody@home.example;;',
    'both;;both@home.example;;',
    'both;typo;both@home.example;;',
    'both;guests;both@home.example;;',
    'ALICE;;other@home.example;;',
    'both;people;right@home.example;GEZDGNBV;',
    'both;people;;;',
    'both;people;no address;;',
    'both;people;"unclosed;;',
    'both;people;x',
  ].join('\n');

  it('enrols whom it can, tells of every other line why not, and changes nothing the second time', async () => {
    const people = file('people.csv', `\ufeff${PEOPLE}`);
    const told = [
      'line 3: No directory has this account, or not any more: nobody (directory.account-missing)',
      expect.stringMatching(/^line 4: .*both: 2 accounts \(directory\.ambiguous\)$/),
      expect.stringMatching(/^line 5: .*typo \(directory\.not-configured\)$/),
      expect.stringMatching(/^line 7: .*\(enrolment\.repeated-person\)$/),
      expect.stringMatching(/^line 8: .*too-short \(enrolment\.seed-invalid\)$/),
      expect.stringMatching(/^line 9: .*\(enrolment\.nothing-given\)$/),
      expect.stringMatching(/^line 10: .*\(enrolment\.address-invalid\)$/),
      expect.stringMatching(/^line 11: .*\(enrolment\.quotes\)$/),
      expect.stringMatching(/^line 12: .*\(enrolment\.field-count\)$/),
    ];
    const lines = async (...argv: string[]) => {
      const { exitCode, output } = await enrolment('import', people, ...argv);
      expect(exitCode).toBe(1);
      expect(output).not.toContain(SEED);
      return output.trim().split('\n');
    };
    const dry = await lines('--dry-run');
    expect(dry.slice(0, -1)).toEqual(told);
    expect(dry.at(-1)).toContain('Would be 4 proofs of 2 people enrolled, 0 people unchanged, 9 of 11 entries left out');
    expect(await listed()).toEqual([]);
    const done = await lines();
    expect(done.slice(0, -1)).toEqual(told);
    expect(done.at(-1)).toContain('Done: 4 proofs of 2 people enrolled');
    // Enrolled within one millisecond, they come in any order.
    expect((await listed()).map(({ kind }) => kind).toSorted()).toEqual(['email', 'email', 'totp']);
    // Of somebody whose line has a fault nothing is enrolled, though a part of it would do.
    expect((await enrolment('list', 'both', '--directory', 'people')).output).toContain('nothing enrolled');
    expect((await lines()).at(-1)).toContain('Done: 0 proofs of 0 people enrolled, 2 people unchanged');
    const notices = await inStore(async ({ store, clock }) => {
      const due = (lane: 'notice' | 'bulk') => store.outbox.take(lane, clock.now(), clock.now() + 1000, 100);
      return { notice: (await due('notice')).length, bulk: (await due('bulk')).length };
    });
    expect(notices).toEqual({ notice: 0, bulk: 4 });
  });

  it('takes JSON, and prints JSON', async () => {
    const people = file(
      'people.json',
      JSON.stringify([
        { account: 'alice', email: 'alice@home.example' },
        { account: 'nobody', email: 'x@home.example' },
      ]),
    );
    const { exitCode, output } = await enrolment('import', people, '--json');
    expect(exitCode).toBe(1);
    expect(
      output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { place: 'entry 2', code: 'directory.account-missing', detail: 'nobody' },
      { read: 2, changed: 1, unchanged: 0, added: 1, problems: 1, dryRun: false },
    ]);
    const good = file('good.json', Buffer.from(`\ufeff${JSON.stringify([{ account: 'alice', email: 'alice@home.example' }])}`, 'utf16le'));
    expect((await enrolment('import', good)).exitCode).toBe(0);
  });

  it('refuses a file that it cannot understand, as a whole, naming the fix', async () => {
    for (const [path, code] of [
      [file('utf16.csv', Buffer.from(PEOPLE, 'utf16le')), 'enrolment.file-encoding'],
      [file('columns.csv', 'name,mail\nalice,alice@home.example\n'), 'enrolment.columns'],
      [file('people.txt', PEOPLE), '--format csv'],
    ] as const) {
      const outcome = await enrolment('import', path);
      expect(outcome, path).toMatchObject({ exitCode: 1, output: '', errors: expect.stringContaining(code) });
      expect(outcome.errors).toContain('Fix: ');
    }
    expect(await listed()).toEqual([]);
    expect((await enrolment('import', join(folder, 'not-there.csv'))).errors).toContain('not-there.csv');
  });
});
