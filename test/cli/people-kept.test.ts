import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { startJourney } from '../scenarios/journey-client.ts';
import { until } from '../scenarios/start-keyturn.ts';
import { claimFreePort } from '../servers/free-address.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { type SmtpServer, startSmtp } from '../servers/smtp.ts';
import { type CommandOutcome, configurationDocument, runCommand, writeSettings } from './run-command.ts';

const KEYTURN = join(import.meta.dirname, '..', '..', 'bin', 'keyturn.js');
const GOOD = 'Four harbours, all quite quiet';
const NEXT = 'Another harbour, quieter still';

let folder: string;
let settings: string;
let smtp: SmtpServer;
let url: string;
let node: ChildProcess | undefined;
let release = (): void => {};

// Every command is given while a node of its own process serves the same data folder.
beforeAll(async () => {
  folder = await createScratchFolder('people-kept');
  smtp = await startSmtp();
  const claim = await claimFreePort();
  release = claim.release;
  url = `http://127.0.0.1:${claim.port}`;
  settings = writeSettings(folder, { listen: { port: claim.port } });
  const { host, port } = smtp;
  const document = {
    mail: { kind: 'smtp', from: 'Keyturn <keyturn@example.com>', servers: [{ host, port, security: 'none' }] },
    recovery: { rules: [{ name: 'all', accepted: [['temporary-pass']] }], holdMilliseconds: 0, settleMilliseconds: 0 },
    signIn: { enabled: true },
    passwordRules: { names: { parts: 'tokens' } },
    directories: [
      { kind: 'embedded', id: 'people', label: 'People', policy: { minimumLength: 12, minimumAgeHours: 24 } },
      { kind: 'embedded', id: 'guests', label: 'Guests' },
    ],
  };
  const file = join(folder, 'configuration.yaml');
  writeFileSync(file, stringify(configurationDocument(document)));
  const applied = await command('config', 'apply', file);
  expect(applied.exitCode, applied.errors).toBe(0);
  node = spawn(process.execPath, [KEYTURN, '--config', settings, 'serve'], { env: { ...process.env, NODE_OPTIONS: '' }, stdio: 'ignore' });
  await until(
    () =>
      fetch(`${url}/readyz`).then(
        ({ status }) => status === 200,
        () => false,
      ),
    'the node',
  );
});
afterAll(async () => {
  if (node !== undefined) {
    const ended = once(node, 'exit');
    node.kill('SIGTERM');
    await ended;
  }
  release();
  await smtp?.stop();
  await removeScratchFolder(folder);
});

const command = (...argv: string[]) => runCommand(['--config', settings, ...argv]);
const people = (...argv: string[]) => command('people', ...argv);
const withInput = (input: string, ...argv: string[]) =>
  runCommand(['--config', settings, 'people', ...argv], { readInput: () => Promise.resolve(input) });
interface Listed {
  readonly account: string;
  readonly [fact: string]: unknown;
}
const linesOf = ({ output }: CommandOutcome) => output.split('\n').filter((line) => line !== '');
const listed = async (directory = 'people') =>
  linesOf(await people('list', '--directory', directory, '--json')).map((line) => JSON.parse(line) as Listed);
const find = async (login: string, directory?: string) => (await listed(directory)).find(({ account }) => account === login);
/** What the events of a type say, of those that a text stands in. */
const events = async (type: string, told: string) => {
  const rows = linesOf(await command('audit', 'export')).map((line) => JSON.parse(line) as { type: string; data: string });
  return rows.flatMap((row) => (row.type === type && row.data.includes(told) ? [row.data] : []));
};
async function writeFile(name: string, content: string | Buffer): Promise<string> {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}
const add = (account: string, ...argv: string[]) => people('add', account, '--directory', 'people', ...argv);

describe('people add', () => {
  it('keeps what is said of a person, who sets a password by a pass at the node that runs', async () => {
    const facts = ['--name', 'Ada Example', '--given-name', 'Ada', '--mail', 'Ada@Example.com', '--phone', '+49 151 12345678'];
    await add('boss', '--pass-hours', '2');
    const added = await add(
      'ADA',
      ...facts,
      '--language',
      'DE',
      '--manager',
      'Boss',
      '--group',
      'Staff',
      '--group',
      'Admins',
      '--pass-hours',
      '8',
    );
    expect(added).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/^Added ada \(People\)\.\nTemporary pass of ada \(People\): /),
    });
    expect(await find('ada')).toMatchObject({
      ...{ name: 'Ada Example', givenName: 'Ada', surname: null, mail: 'ada@example.com', phone: '+4915112345678', language: 'de' },
      ...{ manager: 'boss', groups: ['Staff', 'Admins'], mustChange: true, disabled: false },
    });
    expect((await people('list', '--directory', 'people')).output).toContain(
      'ada  Ada Example  ada@example.com  +4915112345678  manager boss  groups Staff, Admins  must change the password\n',
    );
    const pass = /: (\S+)\n {2}It works once/.exec(added.output)?.[1] ?? '';
    const [event] = await events('directory.person-added', '"ada"');
    expect(event).toContain('"tester"');
    expect(event).not.toContain(pass);

    const client = await startJourney(url, 'ada');
    await client.answer({ option: 'temporary-pass' });
    await client.answer({ code: pass });
    // The least age of a password holds up nobody who has none yet.
    await client.answer({ password: NEXT });
    client.at('done');
    expect(await find('ada')).toMatchObject({ mustChange: false });
  });

  it('takes a first password that meets the rules from standard input alone, to be changed unless told', async () => {
    const short = await withInput('pw-7xq\n', 'add', 'bert', '--directory', 'people', '--password-stdin');
    expect(short).toMatchObject({ exitCode: 1, errors: expect.stringMatching(/BROKEN[\s\S]*people\.password-refused/) });
    expect(short.output + short.errors).not.toContain('pw-7xq');
    expect(await find('bert')).toBeUndefined();
    expect(await events('directory.person-added', '"bert"')).toEqual([]);
    // A rule about the person themselves.
    const own = await withInput('bertram the great, 1', 'add', 'bertram', '--directory', 'people', '--password-stdin');
    expect([own.exitCode, await find('bertram')]).toEqual([1, undefined]);

    expect(await withInput(`${GOOD}\n`, 'add', 'bert', '--directory', 'people', '--password-stdin')).toMatchObject({
      exitCode: 0,
      errors: '',
    });
    expect(await find('bert')).toMatchObject({ mustChange: true });
    const [event] = await events('directory.person-added', '"bert"');
    expect(event).toContain('"hasPassword":true');
    expect(event).not.toContain(GOOD);
    await withInput(GOOD, 'add', 'cora', '--directory', 'people', '--password-stdin', '--keep-password');
    expect(await find('cora')).toMatchObject({ mustChange: false });
  });

  it('invites by mail who has a password, and says beforehand what is in the way', async () => {
    const invited = ['--directory', 'people', '--password-stdin', '--invite'];
    expect(await withInput(GOOD, 'add', 'dora', ...invited)).toMatchObject({
      exitCode: 1,
      errors: expect.stringContaining('--invite needs one'),
    });
    expect(await find('dora')).toBeUndefined();
    expect(await add('dora', '--invite')).toMatchObject({ exitCode: 2, errors: expect.stringContaining('--password-stdin') });
    expect(await withInput(GOOD, 'add', 'dora', ...invited, '--pass-hours', '2')).toMatchObject({ exitCode: 2 });
    expect(await add('dora', '--pass-hours', '9999')).toMatchObject({
      exitCode: 1,
      errors: expect.stringContaining('enrolment.hours-invalid'),
    });
    expect(await find('dora')).toBeUndefined();
    expect(await withInput(GOOD, 'add', 'dora', ...invited, '--mail', 'dora@example.com')).toMatchObject({ exitCode: 0 });
    // The node delivers what the command has queued.
    expect((await smtp.waitForMessage('dora@example.com')).text).toContain('/invite#');
  });

  it('never changes who is there, and lets no name find two people', async () => {
    await add('emil', '--mail', 'emil@example.com', '--employee-number', '4711');
    const before = await find('emil');
    expect(await add('Emil', '--mail', 'EMIL@example.com')).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('is there already as named'),
    });
    expect(await add('emil', '--mail', 'evil@example.com')).toMatchObject({
      exitCode: 1,
      errors: expect.stringMatching(/people\.present[\s\S]*other mail/),
    });
    for (const taken of [
      ['--mail', 'emil@example.com'],
      ['--employee-number', '4711'],
      ['--mail', 'Emil@Example.com'],
    ])
      expect(await add('frida', ...taken)).toMatchObject({ exitCode: 1, errors: expect.stringContaining('people.identifier-taken') });
    expect(await add('4711')).toMatchObject({ exitCode: 1, errors: expect.stringContaining('people.identifier-taken') });
    expect(await find('emil')).toEqual(before);
    expect(await find('frida')).toBeUndefined();
    expect(await events('directory.person-added', '"emil"')).toHaveLength(1);
    // Two at once: one of them adds.
    const both = await Promise.all([add('gerd', '--mail', 'g@example.com'), add('gerda', '--mail', 'g@example.com')]);
    expect(both.map(({ exitCode }) => exitCode).toSorted()).toEqual([0, 1]);
  });

  it.each([
    ['a\u0000b', [], 'account'],
    ['ida', ['--phone', '0151 123'], 'phone'],
    ['ida', ['--mail', 'nowhere'], 'mail'],
    ['ida', ['--language', 'x_'], 'language'],
    ['ida', ['--name', '\u202eevil'], 'name'],
    ['ida', ['--group', ' '], 'groups'],
    ['ida', ['--surname', 'x'.repeat(257)], 'surname'],
    ['ida', ['--manager', 'nobody-at-all'], 'people.manager-missing'],
  ])('refuses %j with %j', async (account, argv, reason) => {
    expect(await add(account, ...argv)).toMatchObject({ exitCode: 1, errors: expect.stringContaining(reason) });
    expect(await find('ida')).toBeUndefined();
  });

  it('wants to know which directory is meant where Keyturn keeps several', async () => {
    expect(await people('add', 'ida')).toMatchObject({ exitCode: 1, errors: expect.stringContaining('--directory') });
    expect(await people('add', 'ida', '--directory', 'none')).toMatchObject({
      exitCode: 1,
      errors: expect.stringContaining('directory.not-configured'),
    });
  });
});

describe('people import', () => {
  const importing = (file: string, ...argv: string[]) => people('import', file, '--directory', 'guests', ...argv);
  const TEXT = [
    'account;name;mail;phone;manager;groups',
    'hugo;Hugo Example;hugo@example.com;+49 151 12345679;irma;Staff; more',
    'irma;Irma;;;jana;"Staff; Leads"',
    'jana;Jana;;;;',
    'hugo;Again;;;;',
    'kurt;"Kurt;;;;',
    'lena;;lena;;;',
    'mike;;;;norbert;',
    'olga;;hugo@example.com;;;',
    'paul;;;;quinn;',
    'quinn;;;;paul;',
    'nina;Nïna;nina@example.com;;;',
  ].join('\r\n');

  it('adds whom it can, managers in any order, tells of each line that is left out, and may be run again', async () => {
    const file = await writeFile('people.csv', Buffer.from(`\ufeff${TEXT}`, 'utf16le'));
    const problems = [
      'line 2: This line has more or fewer fields than the first one: 7 instead of 6 (enrolment.field-count)',
      expect.stringMatching(/^line 6: .*\(enrolment\.quotes\)$/),
      expect.stringMatching(/^line 7: .*mail: "lena" \(people\.field-invalid\)$/),
      expect.stringMatching(/^line 8: .*norbert \(people\.manager-missing\)$/),
      expect.stringMatching(/^line 10: .*quinn \(people\.manager-missing\)$/),
      expect.stringMatching(/^line 11: .*paul \(people\.manager-missing\)$/),
    ];
    const dry = await importing(file, '--dry-run');
    expect(dry.exitCode).toBe(1);
    expect(linesOf(dry).toSorted()).toEqual(expect.arrayContaining(problems));
    expect(linesOf(dry).at(-1)).toMatch(
      /^Dry run, nothing was changed\. Would be 5 people added, 0 there already, 6 of 11 entries left out\.$/,
    );
    expect(await listed('guests')).toEqual([]);

    const done = await importing(file, '--pass-hours', '24', '--json');
    expect(done.exitCode).toBe(1);
    const told = linesOf(done).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(told.at(-1)).toEqual({ read: 11, added: 5, present: 0, problems: 6, dryRun: false });
    expect(told.flatMap(({ account, pass }) => (typeof pass === 'string' ? [account] : [])).toSorted()).toEqual([
      'hugo',
      'irma',
      'jana',
      'nina',
      'olga',
    ]);
    expect(await find('irma', 'guests')).toMatchObject({ manager: 'jana', groups: ['Staff', 'Leads'], mail: null });
    expect(await find('nina', 'guests')).toMatchObject({ name: 'Nïna', manager: null });

    const again = await importing(file);
    expect(linesOf(again).at(-1)).toMatch(/^Done: 0 people added, 5 there already, 6 of 11/);
    expect(await events('directory.person-added', '"irma"')).toHaveLength(1);
  });

  it('lets who was added with a pass set a password at once, whatever its least age is', async () => {
    const file = await writeFile('passes.csv', 'account\numa\n');
    const done = await people('import', file, '--directory', 'people', '--pass-hours', '8', '--json');
    const [{ pass }] = linesOf(done).map((line) => JSON.parse(line) as { pass?: string }) as [{ pass: string }];
    const client = await startJourney(url, 'uma');
    await client.answer({ option: 'temporary-pass' });
    await client.answer({ code: pass });
    await client.answer({ password: NEXT });
    client.at('done');
  });

  it('reads JSON, entry by entry, and tells of one that is malformed without its values', async () => {
    const entries = [
      { account: 'rosa', groups: ['A'], employeeNumber: '17' },
      { account: 'saul', password: 'Secret-of-Saul' },
      { name: 'x' },
    ];
    const outcome = await importing(await writeFile('people.json', JSON.stringify(entries)));
    expect(outcome.output).toMatch(
      /entry 2: .*password \(people\.entry-malformed\)\nentry 3: .*account \(people\.entry-malformed\)\nDone: 1 people added/,
    );
    expect(outcome.output + outcome.errors).not.toContain('Secret-of-Saul');
    expect(await find('rosa', 'guests')).toMatchObject({ groups: ['A'], employeeNumber: '17' });
    const broken = await importing(await writeFile('broken.json', '[{"account":"tina"},{"account"'));
    expect(broken).toMatchObject({ exitCode: 1, output: expect.stringContaining('enrolment.json-broken') });
    expect(await find('tina', 'guests')).toMatchObject({ account: 'tina' });
  });

  it.each([
    ['a column that is not known', 'account,password\numa,x', 'unknown column: "password"'],
    ['a column named twice', 'account,mail,mail\numa,,', 'named twice: mail'],
    ['no sign-in names', 'name,mail\numa,', 'missing: account'],
    ['nothing in it', '', 'the file is empty'],
    ['UTF-16 without a mark', Buffer.from('account\numa', 'utf16le'), 'enrolment.file-encoding'],
    ['Latin 1', Buffer.from('account,name\numa,Zo\xeb', 'latin1'), 'enrolment.file-encoding'],
  ])('adds nobody from a file with %s', async (_what, content, reason) => {
    const outcome = await importing(await writeFile('refused.csv', content));
    expect(outcome.exitCode).toBe(1);
    expect(outcome.errors).toContain(reason);
    expect(await find('uma', 'guests')).toBeUndefined();
  });

  it('leaves whole people where it is killed, and adds the others when it is run again', async () => {
    const names = Array.from({ length: 1500 }, (_, nth) => `walk-${String(nth).padStart(4, '0')}`);
    const file = await writeFile(
      'many.csv',
      `account,name,manager,groups\n${names.map((name) => `${name},Name of ${name},boss,A;B`).join('\n')}`,
    );
    const killed = spawn(process.execPath, [KEYTURN, '--config', settings, 'people', 'import', file, '--directory', 'people'], {
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: 'ignore',
    });
    const gone = once(killed, 'exit');
    const there = async () => (await listed()).filter(({ account }) => account.startsWith('walk-'));
    await until(async () => (await there()).length >= 20, 'some people');
    killed.kill('SIGKILL');
    expect(await gone).toEqual([null, 'SIGKILL']);
    const some = await there();
    expect(some.length).toBeLessThan(names.length);
    for (const { account, name, manager, groups } of some)
      expect([name, manager, groups]).toEqual([`Name of ${account}`, 'boss', ['A', 'B']]);
    expect(await events('directory.person-added', 'walk-')).toHaveLength(some.length);

    const again = await people('import', file, '--directory', 'people');
    expect(again).toMatchObject({
      exitCode: 0,
      output: `Done: ${names.length - some.length} people added, ${some.length} there already, 0 of 1500 entries left out.\n`,
    });
    expect((await there()).map(({ account }) => account)).toEqual(names);
    expect(await events('directory.person-added', 'walk-')).toHaveLength(names.length);
    expect(await command('audit', 'verify')).toMatchObject({ exitCode: 0 });
    expect(await fetch(`${url}/readyz`).then(({ status }) => status)).toBe(200);
  });
});

describe('people remove', () => {
  const remove = (name: string, ...argv: string[]) => people('remove', name, '--directory', 'people', ...argv);

  it('shows first whom it would remove, and then ends all that is theirs but the audit log', async () => {
    await add('vera', '--mail', 'vera@example.com', '--pass-hours', '8');
    await add('willi', '--manager', 'vera');
    expect(
      (await command('enrolment', 'add', 'vera', '--directory', 'people', '--kind', 'email', '--address', 'v@home.example')).exitCode,
    ).toBe(0);
    const account = String((await find('vera'))?.id);
    expect(await remove('vera')).toMatchObject({ exitCode: 2, errors: expect.stringContaining('--reason') });
    const shown = await remove('vera@example.com', '--reason', 'left');
    expect(shown).toMatchObject({
      exitCode: 1,
      output: 'Would remove vera (People): vera; who is the manager of 1 account is not known then.\n',
    });
    expect(await find('vera')).toBeDefined();
    expect(await events('directory.person-removed', 'vera')).toEqual([]);

    expect(await remove('vera', '--reason', 'left, ticket 4711', '--yes')).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/^Removed vera/),
    });
    expect([await find('vera'), (await find('willi'))?.manager]).toEqual([undefined, null]);
    const [event] = await events('directory.person-removed', '"vera"');
    for (const told of [account, 'tester', 'left, ticket 4711']) expect(event).toContain(told);
    expect(await events('factor.ended', account)).toHaveLength(2);
    expect(await events('directory.person-added', '"vera"')).toHaveLength(1);
    expect(await remove('vera', '--reason', 'again', '--yes')).toMatchObject({
      exitCode: 1,
      errors: expect.stringContaining('directory.account-missing'),
    });
    expect(await command('audit', 'verify')).toMatchObject({ exitCode: 0 });

    // Who gets the name is somebody else, and has nothing of theirs.
    await add('vera', '--mail', 'vera@example.com');
    expect((await find('vera'))?.id).not.toBe(account);
    expect((await command('enrolment', 'list', 'vera', '--directory', 'people')).output).toContain('nothing enrolled');
  });
});

it('people of another directory are told to be kept elsewhere, and where they are added', async () => {
  const own = join(folder, 'elsewhere');
  mkdirSync(own);
  const file = join(own, 'configuration.yaml');
  const directory = {
    ...{ kind: 'openldap', id: 'ldap', label: 'LDAP', servers: [{ url: 'ldaps://127.0.0.1:1' }], baseDn: 'dc=example,dc=com' },
    serviceAccount: { name: 'cn=keyturn,dc=example,dc=com', password: `file:${join(folder, 'key')}` },
  };
  const other = writeSettings(own);
  writeFileSync(file, stringify(configurationDocument({ directories: [directory] })));
  const applied = await runCommand(['--config', other, 'config', 'apply', file]);
  expect(applied.exitCode, applied.errors).toBe(0);
  for (const verb of [['add', 'ida'], ['list'], ['remove', 'ida', '--reason', 'x', '--yes'], ['import', 'x.csv']]) {
    const told = await runCommand(['--config', other, 'people', ...verb]);
    expect(told, verb[0]).toMatchObject({ exitCode: 1, errors: expect.stringContaining('people.kept-elsewhere') });
    expect(told.errors).toContain('where the directory is administered');
  }
});
