import { randomBytes, randomInt } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import type { ConfigurationDocument } from '../../src/core/configuration/document.ts';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { currentTotp } from '../../src/core/factors/totp-factor.ts';
import { configurationDocument, writeSettings } from '../cli/run-command.ts';
import { newLogin } from '../conformance/samples.ts';
import { runUnchecked } from '../servers/processes.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { sharedSlapd } from '../servers/shared-servers.ts';
import { type SmtpServer, startSmtp } from '../servers/smtp.ts';
import { type Canary, findCanaries, type Output } from './find-canaries.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type JourneyClient, type Reply, request, startJourney } from './journey-client.ts';
import { type RealDirectory, reachRealDirectory } from './real-directories.ts';
import { type Keyturn, type KeyturnOptions, startKeyturn, until } from './start-keyturn.ts';

const KEYTURN = join(import.meta.dirname, '..', '..', 'bin', 'keyturn.js');

const canaries: Canary[] = [];
const outputs: Output[] = [];
let folder: string;
let smtp: SmtpServer;
let directory: RealDirectory;

function plant(what: string, value: string): string {
  canaries.push({ what, value });
  return value;
}
/** Looks different in JSON, in a URL and in two bytes a character. */
const plantPassword = (what: string): string => plant(what, `Wy"é%\\${randomBytes(8).toString('hex')}-Qz`);
/** For places where quotes and backslashes would be something else. */
const plantPlain = (what: string): string => plant(what, `Wyé%${randomBytes(8).toString('hex')}-Qz`);
const keep = (where: string, bytes: Buffer | string): void => void outputs.push({ where, bytes: Buffer.from(bytes) });

/** Keeps what a caller is told, but for the token of a new journey, which is meant for that caller. */
function keepReply(where: string, { status, body, headers }: Reply): void {
  const { token, ...rest } = body;
  if (token !== undefined) plant('journey token', token);
  keep(`answer to ${where}`, JSON.stringify({ status, rest, headers: [...headers] }));
}

beforeAll(async () => {
  folder = await createScratchFolder('canary');
  process.env.CANARY_SMTP = plantPassword('SMTP password');
  process.env.CANARY_SMTP_WRONG = plantPassword('wrong SMTP password');
  process.env.CANARY_SERVICE_WRONG = plantPassword('wrong bind password');
  smtp = await startSmtp({ login: { user: 'keyturn', password: process.env.CANARY_SMTP } });
  directory = await reachRealDirectory('openldap', { connectTimeoutMilliseconds: 2000, operationTimeoutMilliseconds: 2000 });
  plant('bind password', directory.service.password);
  const real = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
    keep('a requested address', input instanceof Request ? input.url : String(input));
    return real(input, init);
  });
});
afterAll(async () => {
  vi.restoreAllMocks();
  await directory.proxy.stop();
  await smtp.stop();
  await removeScratchFolder(folder);
});

function mail(password: string): ConfigurationDocument['mail'] {
  const server = {
    host: smtp.host,
    port: smtp.port,
    security: 'none' as const,
    user: 'keyturn',
    password: `env:${password}`,
    timeoutSeconds: 2,
  };
  return { kind: 'smtp', from: 'Keyturn <keyturn@example.test>', servers: [server] };
}

/** A Keyturn on a file; everything it leaves behind is kept when it is closed. */
async function open(name: string, section: KeyturnOptions['directories'][number] = directory.section, smtpPassword = 'CANARY_SMTP') {
  const path = join(folder, `${name}.sqlite`);
  const key = new Uint8Array(randomBytes(32));
  plant('installation key', Buffer.from(key).toString('base64'));
  const keyturn = await startKeyturn({
    database: `sqlite:${path}`,
    key,
    directories: [section],
    configuration: { guard: GENEROUS_LIMITS, mail: mail(smtpPassword), organisation: { name: 'Test', publicUrl: 'http://127.0.0.1' } },
  });
  const keepFiles = (when: string) => {
    for (const file of readdirSync(folder).filter((candidate) => candidate.startsWith(`${name}.sqlite`))) {
      keep(`${file} ${when}`, readFileSync(join(folder, file)));
    }
  };
  const close = async () => {
    for (const row of await keyturn.deps.store.audit.read(0, 10_000)) keep(`audit event ${row.type}`, JSON.stringify(row));
    keepFiles('while it runs');
    await keyturn.close();
    keepFiles('after it was closed');
    keep(`log of ${name}`, keyturn.logLines.join('\n'));
  };
  return { keyturn, close };
}

interface Person {
  login: string;
  address: string;
  seed: string;
}

async function enrol({ deps }: Keyturn, login: string): Promise<Person> {
  const [account] = await deps.directories.get('people').findAccounts(login);
  if (account === undefined) throw new Error(`no account ${login}`);
  const seed = plant('authenticator seed', Array.from({ length: 32 }, () => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[randomInt(32)]).join(''));
  const address = plant('enrolled address', `home-${randomBytes(8).toString('hex')}@private.example.test`);
  const ref = { directory: account.directory, id: account.id };
  await addFactor(deps, deps.store, { account: ref, kind: 'email', label: 'home', secret: address, source: 'test' });
  await addFactor(deps, deps.store, { account: ref, kind: 'totp', label: 'app', secret: seed, source: 'test' });
  return { login, address, seed };
}

async function walk(keyturn: Keyturn, person: Person): Promise<JourneyClient> {
  const client = await startJourney(keyturn.url, person.login);
  plant('journey token', client.token);
  const after = (await smtp.messages()).length;
  keepReply('the choice', await client.answer({ option: 'email' }));
  keepReply('a wrong code', await client.answer({ code: plant('wrong code', `9${String(randomInt(10 ** 9)).padStart(9, '0')}`) }));
  const { text } = await smtp.waitForMessage(person.address, { after });
  const code = plant('mailed code', /^\d{8}$/m.exec(text)?.[0] ?? '');
  keepReply('a code', await client.answer({ code }));
  const shown = currentTotp(person.seed, keyturn.clock.now()).code;
  plant('authenticator code', `"${shown}"`);
  keepReply('an authenticator code', await client.answer({ code: shown }));
  client.at('new-password');
  return client;
}

const give = async (client: JourneyClient, what: string, password = plantPassword(what)): Promise<Reply> => {
  const reply = await client.answer({ password });
  keepReply(what, reply);
  return reply;
};

const quoting = (address: string) => ({ at: 'recipient' as const, code: 550, words: `5.1.1 <${address}> is not known here` });

describe('what was typed and what is secret', () => {
  it('is planted on good and bad paths', async () => {
    const slapd = await sharedSlapd();
    const { keyturn, close } = await open('main');
    const old = plantPassword('old password');
    const login = newLogin();
    await slapd.createUser({ login, password: old, mail: `${login}@work.example.test` });
    const client = await walk(keyturn, await enrol(keyturn, login));
    const check = plantPassword('password while typing');
    keepReply('a check', await client.call('POST', '/journeys/current/password-check', { password: check }));
    await give(client, 'too short a password', plant('too short a password', `Wy"é${randomBytes(2).toString('hex')}`));
    client.at('new-password');
    await give(client, 'the old password again', old);
    client.at('new-password');
    await badBodies(keyturn, client);
    directory.proxy.setMode('refuse');
    directory.proxy.cutAll();
    expect((await give(client, 'a password while the directory is down')).status).toBe(503);
    directory.proxy.setMode('forward');
    const reachable = () => {
      keyturn.clock.move(15_000);
      return keyturn.deps.directories
        .get('people')
        .findAccounts(login)
        .then(Boolean, () => false);
    };
    await until(reachable, 'the directory');
    directory.proxy.swallowAnswer(1);
    await give(client, 'a password while an answer gets lost');
    directory.proxy.setMode('forward');
    if (client.step.kind === 'new-password') await give(client, 'new password');
    client.at('done');
    const notice = await smtp.waitForMessage(`${login}@work.example.test`);
    await notMe(keyturn, notice.text);
    await close();
  });

  async function badBodies(keyturn: Keyturn, client: JourneyClient): Promise<void> {
    const path = `/journeys/current/steps/${client.step.id}`;
    const headers = { authorization: `Bearer ${client.token}` };
    const bodies: [string, unknown, Record<string, string>?][] = [
      ['a body with one field too many', { password: plantPassword('password beside a stray field'), again: 'x' }],
      ['a password that is no text', { password: { value: plantPassword('password in an object') } }],
      ['a body that breaks off', `{"password": "${plantPlain('password in broken JSON')}`],
      ['a body of another type', plantPassword('password as plain text'), { 'content-type': 'text/plain' }],
      ['a body that is too large', { password: plantPassword('password in a large body').repeat(1000) }],
      ['a password as a code', { code: plantPassword('password as a code') }],
      ['a password as a field name', { [plantPassword('password as a field name')]: true }],
    ];
    for (const [what, body, more] of bodies) {
      const reply = await request(keyturn.url, 'POST', path, body, { ...headers, ...more });
      expect(reply.status).toBeGreaterThanOrEqual(400);
      keepReply(what, reply);
    }
    const strange = { goal: 'reset-password', account: 'x', [plantPassword('password in a start')]: 1 };
    keepReply('a start', await request(keyturn.url, 'POST', '/journeys', strange));
    // People type their password where their name belongs.
    for (const goal of ['reset-password', 'unlock-account', 'find-username']) {
      const start = { goal, account: plantPassword('password typed as a name'), locale: 'en', client: { kind: 'cli' } };
      const before = (await keyturn.deps.store.audit.head()).seq;
      const reply = await request(keyturn.url, 'POST', '/journeys', start);
      expect(reply.status).toBe(201);
      keepReply('a password as a name', reply);
      await until(async () => (await keyturn.deps.store.audit.head()).seq > before, 'the event of a name that is none');
    }
    const passed = await request(
      keyturn.url,
      'POST',
      '/journeys/current/steps/no-such-step',
      { password: plantPassword('late password') },
      headers,
    );
    expect(passed.status).toBe(409);
    keepReply('a late answer', passed);
    const forged = plant('forged journey token', randomBytes(32).toString('base64url'));
    keepReply('a forged token', await request(keyturn.url, 'GET', '/journeys/current', undefined, { authorization: `Bearer ${forged}` }));
  }

  async function notMe(keyturn: Keyturn, text: string): Promise<void> {
    const token = plant('not-me token', /#([A-Za-z0-9_-]{43})/.exec(text)?.[1] ?? '');
    for (const sent of [token, token, plant('forged not-me token', randomBytes(32).toString('base64url'))]) {
      keepReply('"this was not me"', await request(keyturn.url, 'POST', '/notices/not-me', { token: sent }));
    }
    keepReply('a bad link', await request(keyturn.url, 'POST', '/notices/not-me', { token, [token]: token }));
  }

  it('is planted where Keyturn has no right to write', async () => {
    const slapd = await sharedSlapd();
    const { keyturn, close } = await open('no-right');
    const login = newLogin();
    const parentDn = `ou=outside,${slapd.baseDn}`;
    await slapd.createUser({ login, password: plantPassword('old password, no right'), mail: `${login}@work.example.test`, parentDn });
    const client = await walk(keyturn, await enrol(keyturn, login));
    await give(client, 'password without a right to write it');
    expect(client.at('refused').code).toBe('account.no-right');
    await close();
  });

  it.each([
    ['a certificate nobody knows', 'tls', () => ({ ...directory.section, tls: {} })],
    [
      'a bind password that is wrong',
      'bind',
      () => ({ ...directory.section, serviceAccount: { name: directory.service.name, password: 'env:CANARY_SERVICE_WRONG' } }),
    ],
  ])('is planted with %s', async (_what, name, section) => {
    const { keyturn, close } = await open(name, section() as KeyturnOptions['directories'][number]);
    const client = await startJourney(keyturn.url, newLogin());
    plant('journey token', client.token);
    const reply = await client.answer({ option: 'email' });
    expect(reply.status).toBe(503);
    keepReply('a choice', reply);
    keepReply('a password far too early', await client.answer({ password: plantPassword('password far too early') }));
    await close();
  });

  it.each([
    ['a mail server that quotes whom it refuses', 'quoting', 'CANARY_SMTP', quoting],
    ['a mail server that hangs', 'hanging', 'CANARY_SMTP', () => 'hang-after-data' as const],
    ['a mail password that is wrong', 'mail-login', 'CANARY_SMTP_WRONG', () => 'accept' as const],
  ])('is planted with %s', async (_what, name, password, mode) => {
    const { keyturn, close } = await open(name, directory.section, password);
    const person = await directory.createPerson();
    const { login, address } = await enrol(keyturn, person.login);
    await smtp.setMode(mode(address));
    const client = await startJourney(keyturn.url, login);
    plant('journey token', client.token);
    keepReply('the choice', await client.answer({ option: 'email' }));
    await until(() => keyturn.logLines.some((line) => /outbox\.(retry-later|given-up)/.test(line)), 'the failure');
    await smtp.setMode('accept');
    await close();
  });

  it('is planted on the command line', async () => {
    const settings = writeSettings(folder);
    const inPlace = join(folder, 'in-place.yaml');
    const service = plantPassword('bind password in place of its reference');
    const document = configurationDocument({
      directories: [{ ...directory.section, serviceAccount: { name: 'cn=x', password: service } }],
      mail: {
        ...mail('CANARY_SMTP'),
        servers: [{ host: 'localhost', user: 'x', password: plantPassword('SMTP password in place of its reference') }],
      },
    });
    writeFileSync(inPlace, stringify(document));
    const broken = join(folder, 'broken.yaml');
    writeFileSync(broken, `version: 1\nmail:\n  password: "${plantPlain('password in broken YAML')}\n directories: [`);
    const good = join(folder, 'good.yaml');
    const wrong = { ...directory.section, serviceAccount: { name: directory.service.name, password: 'env:CANARY_SERVICE_WRONG' } };
    writeFileSync(good, stringify(configurationDocument({ directories: [wrong], mail: mail('CANARY_SMTP_WRONG') })));
    const postgres = `postgres://keyturn:${encodeURIComponent(plantPassword('database password'))}@127.0.0.1:1/none`;
    const commands: [string[], Record<string, string>?][] = [
      [['--debug', 'config', 'check', inPlace]],
      [['--debug', 'config', 'check', broken]],
      [['--debug', '--config', settings, 'config', 'apply', inPlace]],
      [['--debug', '--config', settings, 'config', 'apply', good]],
      [['--debug', '--config', settings, 'config', 'export']],
      [['--debug', '--config', settings, 'doctor']],
      [['--debug', '--config', settings, 'doctor', '--json'], { KEYTURN_DATABASE_URL: postgres }],
      [['--debug', '--config', settings, 'serve'], { KEYTURN_DATABASE_URL: postgres }],
      [['--debug', '--config', settings, 'doctor'], { KEYTURN_KEYS: plantPassword('key in place of its reference') }],
      [['--debug', '--config', settings, 'doctor'], { KEYTURN_KEYS: 'env:CANARY_KEY', CANARY_KEY: plantPassword('key that is none') }],
    ];
    for (const [args, env = {}] of commands) {
      const { stdout, stderr, exitCode } = await runUnchecked(process.execPath, [KEYTURN, ...args], { env: { NODE_OPTIONS: '', ...env } });
      const where = `keyturn ${args.filter((arg) => !arg.startsWith('/')).join(' ')}`;
      expect(`${where} ${stdout}${stderr}`).not.toBe(`${where} `);
      expect(exitCode).toBeLessThan(3);
      keep(`standard output of ${where}`, stdout);
      keep(`standard error of ${where}`, stderr);
    }
  });

  it('comes out nowhere, in no spelling', () => {
    expect(canaries.length).toBeGreaterThan(50);
    for (const what of ['mailed code', 'not-me token', 'old password', 'journey token']) {
      expect(canaries.find((canary) => canary.what === what)?.value).not.toBe('');
    }
    expect(outputs.filter(({ where }) => where.startsWith('log of')).every(({ bytes }) => bytes.length > 0)).toBe(true);
    expect(outputs.some(({ where }) => where.endsWith('.sqlite-wal while it runs'))).toBe(true);
    expect(findCanaries(canaries, outputs)).toEqual([]);
  });
});

describe('the search itself', () => {
  it.each([
    ['as it is', (value: string) => value],
    ['in two bytes a character', (value: string) => Buffer.from(value, 'utf16le')],
    ['in a URL', (value: string) => `/x?p=${encodeURIComponent(value)}`],
    ['in JSON', (value: string) => JSON.stringify({ password: value })],
    ['in JSON in JSON', (value: string) => JSON.stringify({ body: JSON.stringify({ password: value }) })],
    ['in hexadecimal', (value: string) => Buffer.from(`ab${value}`).toString('hex')],
    ['in base64, first place', (value: string) => Buffer.from(`abc${value}xyz`).toString('base64')],
    ['in base64, second place', (value: string) => Buffer.from(`a${value}xyz`).toString('base64')],
    ['in base64, third place', (value: string) => Buffer.from(`ab${value}xyz`).toString('base64url')],
  ])('finds a secret %s', (_how, spell) => {
    const value = 'Wy"é%\\0123456789abcdef-Qz';
    const output = { where: 'here', bytes: Buffer.concat([Buffer.from('before '), Buffer.from(spell(value)), Buffer.from(' after')]) };
    expect(findCanaries([{ what: 'it', value }], [output])).not.toEqual([]);
    expect(findCanaries([{ what: 'it', value: [...value].toReversed().join('') }], [output])).toEqual([]);
  });
});
