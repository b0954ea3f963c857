import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { CheckedDirectory, CheckedSetUp, FinishedSetUp, SetUpAnswers, ShownDirectory, ShownSetUp } from '../../shared/api/set-up.ts';
import type { RunningServer } from '../../src/cli/runtime.ts';
import { loadSettings } from '../../src/config/load-settings.ts';
import { startServer } from '../../src/main.ts';
import { configurationDocument, runCommand, writeSettings } from '../cli/run-command.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { sharedSlapd } from '../servers/shared-servers.ts';
import type { SlapdDirectory } from '../servers/slapd.ts';
import { startSmtp } from '../servers/smtp.ts';
import { startTcpProxy } from '../servers/tcp-proxy.ts';
import { browserAt, enter, secretOf } from './set-up-browser.ts';
import { until } from './start-keyturn.ts';

let slapd: SlapdDirectory;
let smtp: Awaited<ReturnType<typeof startSmtp>>;
beforeAll(async () => {
  slapd = await sharedSlapd();
  smtp = await startSmtp();
});
afterAll(() => smtp?.stop());

let folder: string;
let settingsFile: string;
const running: RunningServer[] = [];
beforeEach(async () => {
  folder = await createScratchFolder('set-up');
  settingsFile = writeSettings(folder);
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
  await removeScratchFolder(folder);
});

async function start(): Promise<RunningServer> {
  const server = await startServer(loadSettings(settingsFile, {}).settings);
  running.push(server);
  return server;
}
const stop = async (server: RunningServer) => {
  running.splice(running.indexOf(server), 1);
  await server.close();
};

const isReady = async (url: string) => (await fetch(`${url}/readyz`).catch(() => null))?.status === 200;

const answers = (changes: Partial<SetUpAnswers> = {}): SetUpAnswers => ({
  organisation: { name: 'Example', publicUrl: 'https://password.example.com', language: 'en' },
  directory: {
    kind: 'openldap',
    servers: [slapd.url],
    startTls: false,
    authority: slapd.caPem,
    baseDn: slapd.peopleDn,
    groupBaseDn: `ou=groups,${slapd.baseDn}`,
    account: slapd.service.dn,
  },
  mail: { host: smtp.host, port: smtp.port, security: 'none', user: '', from: 'Keyturn <keyturn@example.com>' },
  template: 'small-company',
  roles: { administrators: 'Engineering', helpdesk: 'Helpdesk' },
  ...changes,
});

describe('the console', () => {
  const keyturn = (...argv: string[]) =>
    runCommand(['--config', settingsFile, ...argv], { environment: { USER: 'root', SUDO_USER: 'olga' } });

  it('ends the set-up before its time, as a link that waits and as a browser that is in, and keeps what was answered', async () => {
    const first = await start();
    expect((await keyturn('set-up', 'status')).output).toMatch(/^The link of the set-up waits to be opened, until .+\.\n$/);
    expect((await keyturn('set-up', 'end')).output).toMatch(/^Ended: .*start the server again/);
    expect((await browserAt(first.url).call('POST', '/set-up/open', { secret: secretOf(first) })).body.code).toBe('set-up.link-invalid');
    expect((await keyturn('set-up', 'end')).output).toBe('Nothing of the set-up was open.\n');
    await stop(first);

    const second = await start();
    const browser = await enter(second);
    const { version } = (await browser.call<ShownSetUp>('GET', '/set-up')).body;
    expect((await browser.call('PUT', '/set-up', { version, answers: answers(), secrets: {} })).status).toBe(200);
    expect((await keyturn('set-up', 'status')).output).toMatch(/^A browser sets this installation up, until .+ at most\.\n$/);
    expect((await keyturn('set-up', 'end')).output).toMatch(/^Ended: /);
    for (const [method, path, body] of [
      ['GET', '/set-up', undefined],
      ['POST', '/set-up/finish', { version: version + 1, administrator: 'alice' }],
      ['POST', '/set-up/open', { secret: secretOf(second) }],
    ] as const)
      expect((await browser.call(method, path, body)).status, path).toBeGreaterThanOrEqual(400);
    expect((await keyturn('set-up', 'status', '--json')).output).toBe('null\n');
    expect((await keyturn('audit', 'list', '--group', 'administration', '--most', '1')).output).toContain('olga has ended the link');
    await stop(second);

    const third = await start();
    expect((await (await enter(third)).call<ShownSetUp>('GET', '/set-up')).body.answers).toEqual(answers());
  });
});

describe('an installation without a configuration', () => {
  it('is set up by whoever has the console, and goes on at the same address with what they said', async () => {
    const server = await start();
    expect(server.setUpLink).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/setup#[\w-]{43}$/);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    const browser = await enter(server);
    expect((await browser.call<ShownSetUp>('GET', '/set-up')).body).toEqual({
      version: 2,
      answers: {},
      known: { directory: false, mail: false },
    });

    const found = await browser.call<ShownDirectory>('POST', '/set-up/look', { address: slapd.url });
    expect(found.body).toMatchObject({ kind: 'openldap', trust: { code: 'directory.tls-unknown-ca' } });

    const secrets = { directory: slapd.service.password };
    const saved = await browser.call<ShownSetUp>('PUT', '/set-up', { version: 2, answers: answers(), secrets });
    expect(saved.body).toMatchObject({ version: 3, known: { directory: true, mail: false } });
    expect(JSON.stringify(saved.body)).not.toContain(slapd.service.password);

    const { body: checked } = await browser.call<CheckedDirectory>('POST', '/set-up/directory', {});
    expect(checked.findings.filter(({ level }) => level === 'error')).toEqual([]);
    expect(checked.findings.map(({ text }) => text)).toContain('reset-password');
    expect(checked.people?.count).toBeGreaterThan(5);
    expect(checked.delegations.map(({ form }) => form)).toEqual(['cn=config', 'slapd.conf']);

    const before = (await smtp.messages()).length;
    expect((await browser.call('POST', '/set-up/test-mail', { to: 'henry@example.com' })).body).toEqual({ trouble: null });
    expect((await smtp.messages()).length).toBe(before + 1);

    const { body: judged } = await browser.call<CheckedSetUp>('POST', '/set-up/check', {});
    expect(judged.problems.filter(({ severity }) => severity === 'error')).toEqual([]);

    for (const [administrator, why] of [
      ['chloe', 'not-in-group'],
      ['domina', 'not-in-group'],
      ['nobody-at-all', 'unknown'],
    ] as const)
      expect(await browser.call('POST', '/set-up/finish', { version: 3, administrator }), administrator).toMatchObject({
        status: 409,
        body: { code: `set-up.administrator-${why}` },
      });
    const finished = await browser.call<FinishedSetUp>('POST', '/set-up/finish', { version: 3, administrator: 'alice' });
    expect(finished).toMatchObject({ status: 200, body: { publicUrl: 'https://password.example.com' } });
    expect(finished.body.invitation).toMatch(/^https:\/\/password\.example\.com\/invite#[\w-]+$/);

    // The same address, another server behind it.
    await until(() => isReady(server.url), 'the node that goes on');
    expect((await (await fetch(`${server.url}/api/v1/site`)).json()) as object).toMatchObject({ organisation: 'Example', signIn: true });
    expect((await browser.call('GET', '/set-up')).status).toBe(404);
    const password = join(folder, 'data', 'secrets', 'directory-password');
    expect(readFileSync(password, 'utf8')).toBe(`${slapd.service.password}\n`);
    expect(statSync(password).mode & 0o777).toBe(0o600);

    // What was shown as a file is what is in force, and does the same elsewhere.
    await stop(server);
    const exported = await runCommand(['--config', settingsFile, 'config', 'export']);
    expect(judged.missing).toEqual([]);
    expect(parse(exported.output)).toEqual(parse(judged.document));
    expect((await runCommand(['--config', settingsFile, 'audit', 'list'])).output).toContain('opened the link to set up');
    const again = await start();
    expect(again.setUpLink).toBeUndefined();
  });

  it('opens for one browser, once, and for nobody without the link', async () => {
    const server = await start();
    const secret = secretOf(server);
    const doors: [string, string, unknown][] = [
      ['GET', '/set-up', undefined],
      ['PUT', '/set-up', { version: 1, answers: {} }],
      ['POST', '/set-up/look', { address: slapd.url }],
      ['POST', '/set-up/directory', {}],
      ['POST', '/set-up/test-mail', { to: 'a@example.com' }],
      ['POST', '/set-up/check', {}],
      ['POST', '/set-up/finish', { version: 1, administrator: 'alice' }],
    ];
    const closed = async (browser: ReturnType<typeof browserAt>) => {
      for (const [method, path, body] of doors) expect((await browser.call(method, path, body)).body.code, path).toBe('set-up.not-open');
    };
    await closed(browserAt(server.url));
    expect((await browserAt(server.url).call('POST', '/set-up/open', { secret: 'x'.repeat(43) })).body.code).toBe('set-up.link-invalid');
    // Many at once: one of them is let in.
    const browsers = Array.from({ length: 8 }, () => browserAt(server.url));
    const opened = await Promise.all(browsers.map((browser) => browser.call('POST', '/set-up/open', { secret })));
    expect(opened.filter(({ status }) => status === 204)).toHaveLength(1);
    for (const [nth, { status, body }] of opened.entries()) {
      if (status === 204) expect((await browsers[nth]?.call('GET', '/set-up'))?.status).toBe(200);
      else expect(body.code).toBe('set-up.link-invalid');
    }
    const inside = browsers[opened.findIndex(({ status }) => status === 204)] ?? browserAt(server.url);
    for (const headers of [{ origin: 'https://elsewhere.example' }, { 'sec-fetch-site': 'cross-site' }])
      expect((await inside.call('POST', '/set-up/check', {}, headers)).body.code).toBe('request.foreign-origin');
    expect((await inside.call('POST', '/set-up/look', { address: 'http://127.0.0.1/' })).status).not.toBe(200);
    // A restart prints another link; whoever was in is out, and what they had said is kept.
    await inside.call('PUT', '/set-up', { version: 2, answers: { template: 'bank' } });
    await stop(server);
    const next = await start();
    await closed({
      ...browserAt(next.url),
      call: (method, path, body) => browserAt(next.url).call(method, path, body, { cookie: inside.cookie() }) as never,
    });
    expect((await browserAt(next.url).call('POST', '/set-up/open', { secret })).body.code).toBe('set-up.link-invalid');
    const back = await enter(next);
    expect((await back.call<ShownSetUp>('GET', '/set-up')).body.answers).toEqual({ template: 'bank' });
  });

  it('gives at each step the file of what is answered, which the check reads and which names the rest, without a password', async () => {
    const server = await start();
    const browser = await enter(server);
    const secrets = { directory: slapd.service.password, mail: 'M-Passw0rd-typed' };
    const mail = { host: smtp.host, port: smtp.port, security: 'none' as const, user: 'me', from: 'a@example.com' };
    const { directory, ...others } = answers({ mail });
    if (directory === undefined) throw new Error('no answers');
    const account = 'directories[0].serviceAccount.name';
    const sections = ['organisation', 'directories', 'recovery', 'signIn', 'roles', 'mail'];
    const steps: [Partial<SetUpAnswers>, string[]][] = [
      [{}, sections],
      [{ directory: { ...directory, account: '' } }, [...sections.filter((each) => each !== 'directories'), account]],
      [{ directory }, ['organisation', 'recovery', 'signIn', 'roles', 'mail']],
      [{ organisation: others.organisation }, ['recovery', 'signIn', 'roles', 'mail']],
      [{ mail }, ['recovery', 'signIn', 'roles']],
      [{ template: 'school' }, ['roles']],
      [{ roles: others.roles }, []],
    ];
    const required = ['organisation', 'directories', 'mail', account];
    const file = join(folder, 'answered.yaml');
    let given: SetUpAnswers = {};
    const files: { missing: string[]; document: Record<string, unknown> }[] = [];
    for (const [nth, [more, missing]] of steps.entries()) {
      given = { ...given, ...more };
      await browser.call('PUT', '/set-up', { version: 2 + nth, answers: given, secrets });
      const { body } = await browser.call<CheckedSetUp>('POST', '/set-up/check', {});
      expect(body.missing).toEqual(missing);
      const comment = body.document.split('\n').filter((line) => line.startsWith('#'));
      const named = comment.flatMap((line) => /^# {3}([^:]+)$/.exec(line)?.[1] ?? []);
      expect(named).toEqual(missing);
      for (const secret of Object.values(secrets)) expect(body.document).not.toContain(secret);
      writeFileSync(file, body.document);
      const { output } = await runCommand(['config', 'check', '--json', file]);
      const { problems } = JSON.parse(output) as { problems: { path: string; severity: string }[] };
      const wrong = problems.filter(({ severity }) => severity === 'error').map(({ path }) => path);
      const unread = comment.flatMap((line) => /^# {3}(\S+): file:/.exec(line)?.[1] ?? []);
      // What has no default is asked for; besides that only what was typed here cannot be read elsewhere.
      expect(wrong.filter((path) => !unread.includes(path))).toEqual(
        expect.arrayContaining(required.filter((path) => missing.includes(path))),
      );
      expect(wrong.filter((path) => ![...missing, ...unread].includes(path))).toEqual([]);
      const document = parse(body.document) as Record<string, unknown>;
      // Where a password would stand there is the reference that the comment tells, as in every document.
      const [people] = (document.directories ?? []) as { serviceAccount: object }[];
      const [post] = (document.mail as { servers: object[] } | undefined)?.servers ?? [];
      const referred = {
        directory: join(folder, 'data', 'secrets', 'directory-password'),
        mail: join(folder, 'data', 'secrets', 'mail-password'),
      };
      if (people !== undefined) expect(people.serviceAccount).toHaveProperty('password', `file:${referred.directory}`);
      if (post !== undefined) expect(post).toHaveProperty('password', `file:${referred.mail}`);
      expect(comment.filter((line) => line.includes(': file:'))).toEqual([
        ...(people === undefined ? [] : [`#   directories[0].serviceAccount.password: file:${referred.directory}`]),
        ...(post === undefined ? [] : [`#   mail.servers[0].password: file:${referred.mail}`]),
      ]);
      files.push({ missing, document });
    }
    // With what was missing written into it, each of them is the file of the whole set-up.
    const whole = files.at(-1)?.document ?? {};
    expect(Object.keys(whole)).toEqual(['version', ...sections]);
    for (const { missing, document } of files.filter(({ missing: paths }) => !paths.includes(account) && !paths.includes('organisation'))) {
      const rest = Object.fromEntries(missing.map((path) => [path, whole[path]]));
      expect({ ...document, ...rest }).toEqual(whole);
    }
    // The whole one is put into force elsewhere, once the passwords are where it says.
    const other = join(folder, 'other');
    mkdirSync(other);
    const elsewhere = ['--config', writeSettings(other)];
    expect((await runCommand([...elsewhere, 'config', 'apply', file])).exitCode).not.toBe(0);
    mkdirSync(join(folder, 'data', 'secrets'), { recursive: true });
    for (const [name, secret] of Object.entries(secrets)) writeFileSync(join(folder, 'data', 'secrets', `${name}-password`), secret);
    const applied = await runCommand([...elsewhere, 'config', 'apply', file]);
    expect(applied.output, applied.errors).toContain('Version 1 is in force.');
    expect(parse((await runCommand([...elsewhere, 'config', 'export'])).output)).toEqual(whole);
  });

  it('forgets a password when it would go elsewhere, and keeps nothing of it when the console was quicker', async () => {
    const server = await start();
    const browser = await enter(server);
    const given = answers({ mail: { host: smtp.host, port: smtp.port, security: 'none', user: 'me', from: 'a@example.com' } });
    const save = async (version: number, changed: SetUpAnswers, secrets: object = {}) =>
      (await browser.call<ShownSetUp>('PUT', '/set-up', { version, answers: changed, secrets })).body;
    expect((await save(2, given, { directory: 'D-Passw0rd', mail: 'M-Passw0rd' })).known).toEqual({ directory: true, mail: true });
    const { directory, mail } = given;
    if (directory === undefined || mail === undefined) throw new Error('no answers');
    expect((await save(3, { ...given, template: 'school' })).known).toEqual({ directory: true, mail: true });
    expect((await save(4, { ...given, directory: { ...directory, servers: ['ldaps://elsewhere.example'] } })).known).toEqual({
      directory: false,
      mail: true,
    });
    expect((await save(5, { ...given, mail: { ...mail, host: 'elsewhere.example' } })).known).toEqual({ directory: false, mail: false });
    expect((await browser.call('PUT', '/set-up', { version: 5, answers: {} })).body.code).toBe('set-up.conflict');
    expect((await browser.call('POST', '/set-up/finish', { version: 6, administrator: 'alice' })).body.code).toBe('set-up.incomplete');

    const file = join(folder, 'other.yaml');
    writeFileSync(file, stringify(configurationDocument()));
    expect((await runCommand(['--config', settingsFile, 'config', 'apply', file, '--offline'])).errors).not.toContain('Error');
    await until(() => isReady(server.url), 'the node that goes on');
    expect((await browser.call('GET', '/set-up')).status).toBe(404);
    expect(existsSync(join(folder, 'data', 'secrets'))).toBe(false);
  });

  it('keeps the passwords of whoever has won, of two who finish at once', async () => {
    const { hostname, port } = new URL(slapd.url);
    const proxy = await startTcpProxy({ targetHost: hostname, targetPort: Number(port), host: hostname });
    try {
      const server = await start();
      const browser = await enter(server);
      const slow = answers();
      if (slow.directory === undefined || slow.mail === undefined) throw new Error('no answers');
      const mail = { ...slow.mail, user: 'me' };
      const { password } = slapd.service;
      const held = { ...slow, mail, directory: { ...slow.directory, servers: [`ldaps://${hostname}:${proxy.port}`] } };
      await browser.call('PUT', '/set-up', { version: 2, answers: held, secrets: { directory: password, mail: 'Of the slower one' } });
      proxy.setMode('stall');
      const first = browser.call('POST', '/set-up/finish', { version: 3, administrator: 'alice' });
      await until(() => Promise.resolve(proxy.connectionCount > 0), 'the first one to ask its directory');
      const quick = { ...slow, mail };
      await browser.call('PUT', '/set-up', { version: 3, answers: quick, secrets: { directory: password, mail: 'Of the quicker one' } });
      const second = await browser.call('POST', '/set-up/finish', { version: 4, administrator: 'alice' });
      expect(second.status).toBe(200);
      proxy.setMode('forward');
      expect((await first).body.code).toBe('set-up.conflict');
      await until(() => isReady(server.url), 'the node that goes on');
      expect(readFileSync(join(folder, 'data', 'secrets', 'mail-password'), 'utf8')).toBe('Of the quicker one\n');
    } finally {
      await proxy.stop();
    }
  });
});
