import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOTP, URI } from 'otpauth';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { configurationDocument, runCommand, writeSettings } from '../cli/run-command.ts';
import { newLogin } from '../conformance/samples.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { type SmtpServer, startSmtp } from '../servers/smtp.ts';
import type { ReceivedMessage } from '../servers/smtp-protocol.ts';
import { startJourney } from './journey-client.ts';
import { type RealDirectory, reachRealDirectory } from './real-directories.ts';
import { until } from './start-keyturn.ts';

let folder: string;
let settings: string;
let directory: RealDirectory;
let smtp: SmtpServer;

beforeEach(async () => {
  folder = await createScratchFolder('enrolment-handbook');
  settings = writeSettings(folder);
  directory = await reachRealDirectory('openldap');
  smtp = await startSmtp();
});
afterEach(async () => {
  await smtp?.stop();
  await directory?.proxy.stop();
  await removeScratchFolder(folder);
});

/** The commands of one section of the handbook, in their order. */
function commandsOf(heading: string): string[][] {
  const page = readFileSync('docs/handbook/enrolment.md', 'utf8');
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const blocks = [...section.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, text = '']) => text);
  return blocks.flatMap((text) => text.trim().split('\n')).map((line) => line.split(' '));
}

/** Somebody who has read the page and nothing else: its commands, as they stand there, and then what its last sentence says. */
it('the page on enrolment ends in a recovery, on a real directory with real mail', async () => {
  const login = newLogin();
  const owner = await directory.createPerson({ login });
  const address = `${login}@home.example`;
  const document = join(folder, 'configuration.yaml');
  const { host, port } = smtp;
  const mail = { kind: 'smtp', from: 'Example IT <it@example.com>', servers: [{ host, port, security: 'none' }] };
  const secret = join(folder, 'directory-password');
  writeFileSync(secret, directory.service.password, { mode: 0o600 });
  const section = { ...directory.section, serviceAccount: { name: directory.service.name, password: `file:${secret}` } };
  writeFileSync(document, stringify(configurationDocument({ directories: [section], mail })));
  const applied = await runCommand(['--config', settings, 'config', 'apply', document]);
  expect(applied.exitCode, applied.errors).toBe(0);

  let stop = (): void => undefined;
  let printed = '';
  const stopRequested = () =>
    new Promise<void>((resolve) => {
      stop = resolve;
    });
  const write = (text: string): Promise<void> => {
    printed += text;
    return Promise.resolve();
  };
  const served = runCommand(['--config', settings, 'serve'], { stopRequested, write });
  try {
    await until(() => printed.includes('Keyturn is ready'), 'the server', 60_000);
    const url = /http:\S+/.exec(printed)?.[0] ?? '';

    const commands = commandsOf('From nothing to a recovery');
    expect(commands.map(([program, , verb]) => `${program} ${verb}`)).toEqual(['keyturn add', 'keyturn add', 'keyturn list']);
    let said = '';
    for (const [, ...words] of commands) {
      const argv = words.map((word) => (word === 'alice' ? login : word.replace('alice@home.example', address)));
      const { exitCode, output, errors } = await runCommand(['--config', settings, ...argv]);
      expect({ exitCode, errors }, argv.join(' ')).toEqual({ exitCode: 0, errors: '' });
      said += output;
    }
    expect(said).toMatch(/can recover by email \+ totp\n$/);
    const app = URI.parse(/otpauth:\S+/.exec(said)?.[0] ?? '') as TOTP;
    expect(app).toBeInstanceOf(TOTP);

    const client = await startJourney(url, login);
    await client.answer({ option: 'email' });
    const isCode = ({ to, subject }: ReceivedMessage) => to.includes(address) && subject === 'Your code for account recovery';
    // Beside it there is the notice that an authenticator was added.
    await until(async () => (await smtp.messages()).some(isCode), 'the code', 30_000);
    const mailed = (await smtp.messages()).find(isCode);
    await client.answer({ code: /^\d{6,10}$/m.exec(mailed?.text ?? '')?.[0] });
    await client.answer({ code: app.generate() });
    await until(async () => {
      if (client.step.kind === 'waiting') client.step = (await client.call('GET', '/journeys/current')).body.step ?? client.step;
      return client.step.kind === 'new-password';
    }, 'the new password to be asked for');
    await client.answer({ password: 'A-new-Passw0rd-of-mine' });
    client.at('done');
    expect(await directory.realClientSignsIn(owner, 'A-new-Passw0rd-of-mine')).toBe(true);
  } finally {
    stop();
    expect((await served).exitCode).toBe(0);
  }
});
