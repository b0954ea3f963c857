import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { configurationDocument, runCommand, writeSettings } from '../cli/run-command.ts';
import { newLogin } from '../conformance/samples.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { sharedSlapd } from '../servers/shared-servers.ts';
import { type SmtpServer, startSmtp } from '../servers/smtp.ts';
import { type RealDirectory, type RealPerson, reachRealDirectory } from './real-directories.ts';
import { exchange, inSession, proveSignIn } from './sign-in-client.ts';
import { until } from './start-keyturn.ts';

let folder: string;
let settings: string;
let directory: RealDirectory;
let smtp: SmtpServer;
let group: string;
const people: RealPerson[] = [];

beforeAll(async () => {
  folder = await createScratchFolder('invite');
  settings = writeSettings(folder);
  directory = await reachRealDirectory('openldap');
  smtp = await startSmtp();
  for (let nth = 0; nth < 3; nth += 1) people.push(await directory.createPerson());
  group = newLogin();
  await (await sharedSlapd()).createGroup(
    group,
    people.slice(1).map(({ dn }) => dn),
  );
  const document = join(folder, 'configuration.yaml');
  const { host, port } = smtp;
  const mail = { kind: 'smtp', from: 'Example IT <it@example.com>', servers: [{ host, port, security: 'none' }] };
  const secret = join(folder, 'directory-password');
  writeFileSync(secret, directory.service.password, { mode: 0o600 });
  const section = { ...directory.section, serviceAccount: { name: directory.service.name, password: `file:${secret}` } };
  writeFileSync(document, stringify(configurationDocument({ directories: [section], mail, signIn: { enabled: true } })));
  const applied = await command('config', 'apply', document);
  expect(applied.exitCode, applied.errors).toBe(0);
});
afterAll(async () => {
  await smtp?.stop();
  await directory?.proxy.stop();
  await removeScratchFolder(folder);
});

const command = (...argv: string[]) => runCommand(['--config', settings, ...argv]);
const ofState = async (state: string) => {
  const { output } = await command('enrolment', 'invitations', '--state', state, '--json');
  const rows = output.split('\n').filter((line) => line !== '');
  return rows.map((line) => (JSON.parse(line) as { account: string }).account);
};
const [first, second, third] = [0, 1, 2].map((nth) => () => people[nth] as RealPerson) as [
  () => RealPerson,
  () => RealPerson,
  () => RealPerson,
];

/** A node of its own, for as long as `work` takes. */
async function serving(work: (url: string) => Promise<void>): Promise<void> {
  let [stop, printed]: [() => void, string] = [() => undefined, ''];
  const { promise, resolve } = Promise.withResolvers<void>();
  stop = resolve;
  const write = (text: string): Promise<void> => {
    printed += text;
    return Promise.resolve();
  };
  const served = runCommand(['--config', settings, 'serve'], { stopRequested: () => promise, write });
  try {
    await until(() => printed.includes('Keyturn is ready'), 'the server', 60_000);
    await work(/http:\S+/.exec(printed)?.[0] ?? '');
  } finally {
    stop();
    expect((await served).exitCode).toBe(0);
  }
}

describe('keyturn enrolment invite, on OpenLDAP with real mail', () => {
  it('judges first, and sends nothing then', async () => {
    const dry = await command('enrolment', 'invite', '--group', group, '--dry-run');
    expect(dry).toMatchObject({
      exitCode: 0,
      output: 'Dry run, nothing was sent. Would be invited: 2; set up already: 0, invited already: 0, could not be: 0.\n',
    });
    expect(await ofState('open')).toEqual([]);
  });

  it('invites a group and a file, each person once, and tells of each who could not be', async () => {
    const [one, two] = [first(), second()];
    expect((await command('enrolment', 'invite', '--group', group)).output).toContain('Invited: 2; ');
    const file = join(folder, 'people.csv');
    writeFileSync(file, `account,directory\n${one.login},people\n${two.login}\nnobody-of-us\n${one.login},elsewhere\n`);
    const invited = await command('enrolment', 'invite', '--file', file);
    expect(invited.exitCode).toBe(1);
    expect(invited.output).toMatch(/^line 4: .*nobody-of-us \(directory\.account-missing\)$/m);
    expect(invited.output).toMatch(/^line 5: .*\(directory\.not-configured\)$/m);
    expect(invited.output).toContain('Invited: 1; set up already: 0, invited already: 1, could not be: 2.');
    expect((await ofState('open')).toSorted()).toEqual(people.map(({ login }) => login).toSorted());
    const again = await command('enrolment', 'invite', one.login, '--json');
    expect(JSON.parse(again.output.trim().split('\n').at(-1) ?? '')).toMatchObject({ invited: 0, 'invited-already': 1, dryRun: false });
  });

  it('writes to them, and what they set up by the mail counts at once', async () => {
    const { login, mail, password } = first();
    await serving(async (url) => {
      await until(
        async () => (await smtp.messages()).filter(({ subject }) => subject.startsWith('Set up how you help')).length === 3,
        'three mails',
        60_000,
      );
      const text = (await smtp.messages()).find(({ to, subject }) => to.includes(mail) && subject.startsWith('Set up'))?.text ?? '';
      const token = /https:\/\/password\.example\.com\/invite#(\S+)/.exec(text)?.[1];
      const { token: held } = (await exchange(url, await proveSignIn(url, login, undefined, password))).body;
      const call = (method: string, path: string, body: object) => inSession(url, String(held), method, path, body);
      expect(await call('POST', '/me/invitation', { token })).toMatchObject({ status: 200, body: { coolDownHours: 0 } });
      const made = await call('POST', '/me/factors/recovery-codes', {});
      expect(made).toMatchObject({ status: 201, body: { countsFrom: null } });
      // The mail about it speaks of no time that is over.
      const told = async () =>
        (await smtp.messages()).filter(({ to, text: of }) => to.includes(mail) && of.includes('ten recovery codes were made'));
      await until(async () => (await told()).length > 0, 'a mail about the codes', 60_000);
      expect((await told())[0]?.text).not.toContain('It counts from');
    });
    expect(await ofState('used')).toEqual([login]);
  });

  it('reminds nobody too early, takes one back, and prints a link for one person alone', async () => {
    const [two, three] = [second(), third()];
    expect((await command('enrolment', 'remind', '--after-days', '1')).output).toContain('Invited: 0; ');
    expect((await command('enrolment', 'remind', '--after-days', '0')).exitCode).not.toBe(0);
    const back = await command('enrolment', 'revoke', two.login, '--reason', 'wrong address');
    expect(back.output).toContain(`Taken back: the invitation of ${two.login}`);
    expect((await command('enrolment', 'revoke', two.login, '--reason', 'again')).errors).toContain('no invitation');
    const printed = await command('enrolment', 'invite', two.login, '--link');
    expect(printed.output).toMatch(/^https:\/\/password\.example\.com\/invite#[\w-]{43}$/m);
    for (const argv of [['--group', group, '--link'], [two.login, three.login, '--link'], []])
      expect((await command('enrolment', 'invite', ...argv)).exitCode).toBe(2);
    const csv = (await command('enrolment', 'invitations')).output;
    expect(csv.split('\n')[0]).toBe('directory,account,state,invited,until,author');
    expect(csv).toContain(`people,${three.login},open,`);
  });
});
