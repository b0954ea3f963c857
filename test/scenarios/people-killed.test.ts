import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadSettings } from '../../src/config/load-settings.ts';
import type { Store } from '../../src/core/ports/store.ts';
import { openRuntime } from '../../src/main.ts';
import { configurationDocument, runCommand, writeSettings } from '../cli/run-command.ts';
import type { PostgresDatabase } from '../servers/postgres.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { sharedPostgres } from '../servers/shared-servers.ts';
import { type SmtpServer, startSmtp } from '../servers/smtp.ts';
import { type RealDirectory, type RealPerson, reachRealDirectory } from './real-directories.ts';
import { until } from './start-keyturn.ts';

/** Commands about many people, killed in the middle and given once more. */
const PEOPLE = 45;
let folder: string;
let settings: string;
let directory: RealDirectory;
let smtp: SmtpServer;
let database: PostgresDatabase;
let runtime: Awaited<ReturnType<typeof openRuntime>>;
let group: string;
const people: RealPerson[] = [];

beforeAll(async () => {
  folder = await createScratchFolder('killed');
  database = await (await sharedPostgres()).createDatabase('killed');
  settings = writeSettings(folder, { database: { url: database.url } });
  directory = await reachRealDirectory('openldap');
  smtp = await startSmtp();
  for (let nth = 0; nth < PEOPLE; nth += 1) people.push(await directory.createPerson());
  group = await directory.createGroup(people);
  const secret = join(folder, 'directory-password');
  writeFileSync(secret, directory.service.password, { mode: 0o600 });
  const section = { ...directory.section, serviceAccount: { name: directory.service.name, password: `file:${secret}` } };
  const mail = { kind: 'smtp', from: 'Example IT <it@example.com>', servers: [{ host: smtp.host, port: smtp.port, security: 'none' }] };
  const document = join(folder, 'configuration.yaml');
  writeFileSync(document, stringify(configurationDocument({ directories: [section], mail, signIn: { enabled: true } })));
  const applied = await command('config', 'apply', document);
  expect(applied.exitCode, applied.errors).toBe(0);
  runtime = await openRuntime(loadSettings(settings, {}).settings);
});
afterAll(async () => {
  await runtime?.close();
  await smtp?.stop();
  await directory?.proxy.stop();
  await database?.drop();
  await removeScratchFolder(folder);
});

const command = (...argv: string[]) => runCommand(['--config', settings, ...argv]);
const store = (): Store => runtime.store;

/** Gives a command in a process of its own, and kills it once something is so. @returns whether it was killed before its end */
async function killedOnce(isSo: () => Promise<boolean>, ...argv: string[]): Promise<boolean> {
  const program = join(import.meta.dirname, '..', '..', 'bin', 'keyturn.js');
  const child = spawn(process.execPath, [program, '--config', settings, ...argv], {
    // Options given to our own Node.js (a test runner's hooks, a debugger) are not for this one.
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: 'ignore',
  });
  const gone = once(child, 'exit');
  await until(async () => child.exitCode !== null || (await isSo()), 'the command to be in the middle');
  child.kill('SIGKILL');
  const [, signal] = (await gone) as [number | null, string | null];
  return signal === 'SIGKILL';
}

const invited = async (): Promise<string[]> => (await store().invitations.newestAfter('', 10_000)).map(({ accountId }) => accountId);
const waiting = async (): Promise<number> =>
  (await store().outbox.backlog(Date.now())).filter(({ lane }) => lane === 'bulk').reduce((sum, lane) => sum + lane.waiting, 0);
const eventsOf = async (type: string) => (await store().audit.read(0, 1_000_000)).filter((row) => row.type === type);

it('an invitation of a group writes to each of them once, however often it was killed', async () => {
  const counts: number[] = [];
  for (const many of [10, 25]) {
    const inTheMiddle = async () => (await invited()).length >= many;
    expect(await killedOnce(inTheMiddle, 'enrolment', 'invite', '--group', group)).toBe(true);
    const [people, mails] = [new Set(await invited()).size, await waiting()];
    // Nobody is invited who gets no mail, and nobody is written to who is not.
    expect(mails).toBe(people);
    counts.push(people);
  }
  expect(counts.every((count) => count > 0 && count < PEOPLE)).toBe(true);
  const rest = await command('enrolment', 'invite', '--group', group);
  expect(rest.output).toContain(`Invited: ${PEOPLE - (counts.at(-1) ?? 0)}; set up already: 0, invited already: ${counts.at(-1)}, `);
  expect(new Set(await invited()).size).toBe(PEOPLE);
  expect(await waiting()).toBe(PEOPLE);
  expect(await eventsOf('invitation.made')).toHaveLength(PEOPLE);
  // The same by a file: nobody is left.
  const file = join(folder, 'people.txt');
  writeFileSync(file, people.map(({ login }) => login).join('\n'));
  expect((await command('enrolment', 'invite', '--file', file)).output).toContain(
    `Invited: 0; set up already: 0, invited already: ${PEOPLE}`,
  );

  const { promise, resolve } = Promise.withResolvers<void>();
  const served = runCommand(['--config', settings, 'serve'], { stopRequested: () => promise });
  try {
    await until(async () => (await waiting()) === 0, 'the mails to leave');
  } finally {
    resolve();
    expect((await served).exitCode).toBe(0);
  }
  const receivers = (await smtp.messages()).filter(({ subject }) => subject.startsWith('Set up')).flatMap(({ to }) => to);
  expect(receivers.toSorted()).toEqual(people.map(({ mail }) => mail).toSorted());
});

it('an import enrols all of a person or nothing, and the rest when it is given once more', async () => {
  const file = join(folder, 'people.csv');
  const line = ({ login }: RealPerson) => `${login},${login}@home.example.test,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP`;
  writeFileSync(file, ['account,email,totp', ...people.map(line)].join('\n'));
  const kindsOf = async (): Promise<string[]> => {
    const each = await Promise.all(
      people.map(async ({ login }) => {
        const [account] = await directoryOf().findAccounts(login);
        const rows = await store().factors.ofAccount({ directory: 'people', id: account?.id ?? '' });
        return rows
          .map(({ kind }) => kind)
          .toSorted()
          .join('+');
      }),
    );
    return each;
  };
  const directoryOf = () => {
    const [found] = runtime.directories;
    if (found === undefined) throw new Error('no directory');
    return found;
  };
  for (const many of [10, 25]) {
    const inTheMiddle = async () => (await store().factors.countAccounts(['email'], ['people'])) >= many;
    expect(await killedOnce(inTheMiddle, 'enrolment', 'import', file)).toBe(true);
    const kinds = await kindsOf();
    expect(new Set(kinds)).toEqual(new Set(['', 'email+totp']));
    expect(await eventsOf('factor.enrolled')).toHaveLength(2 * kinds.filter((kind) => kind !== '').length);
  }
  const done = (await kindsOf()).filter((kind) => kind !== '').length;
  const rest = await command('enrolment', 'import', file);
  expect(rest).toMatchObject({
    exitCode: 0,
    output: expect.stringContaining(`of ${PEOPLE - done} people enrolled, ${done} people unchanged`),
  });
  expect(await kindsOf()).toEqual(people.map(() => 'email+totp'));
  expect(await eventsOf('factor.enrolled')).toHaveLength(2 * PEOPLE);
});
