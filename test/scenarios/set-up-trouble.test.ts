import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CheckedDirectory, CheckedSetUp, SetUpAnswers, ShownDirectory, ShownSetUp } from '../../shared/api/set-up.ts';
import type { RunningServer } from '../../src/cli/runtime.ts';
import { loadSettings } from '../../src/config/load-settings.ts';
import { startServer } from '../../src/main.ts';
import { writeSettings } from '../cli/run-command.ts';
import { type CertificateAuthority, createCertificateAuthority } from '../servers/certificate-authority.ts';
import { claimFreePort } from '../servers/free-address.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { sharedSlapd } from '../servers/shared-servers.ts';
import { type SlapdDirectory, type SlapdServer, startSlapd } from '../servers/slapd.ts';
import { type SmtpServer, startSmtp } from '../servers/smtp.ts';
import { startTcpProxy } from '../servers/tcp-proxy.ts';
import { browserAt, enter } from './set-up-browser.ts';
import { until } from './start-keyturn.ts';

// What goes wrong while an installation is set up: it is said what to mend, and nothing that was answered is lost.

let slapd: SlapdDirectory;
let smtp: SmtpServer;
let authority: CertificateAuthority;
let certificates: string;
const wrong: SlapdServer[] = [];
beforeAll(async () => {
  certificates = await createScratchFolder('set-up-trouble');
  [slapd, smtp, authority] = await Promise.all([
    sharedSlapd(),
    startSmtp({ security: 'starttls', expiredCertificate: true }),
    createCertificateAuthority(certificates),
  ]);
});
afterAll(async () => {
  await Promise.all(wrong.map((server) => server.stop()));
  await smtp?.stop();
  await removeScratchFolder(certificates);
});

let folder: string;
let server: RunningServer;
let browser: Awaited<ReturnType<typeof enter>>;
beforeEach(async () => {
  folder = await createScratchFolder('set-up');
  server = await startServer(loadSettings(writeSettings(folder), {}).settings);
  browser = await enter(server);
});
afterEach(async () => {
  await server.close();
  await removeScratchFolder(folder);
});

type Directory = NonNullable<SetUpAnswers['directory']>;
const directoryAt = (at: SlapdDirectory, changes: Partial<Directory> = {}): Directory => ({
  ...{ kind: 'openldap', servers: [at.url], startTls: false, authority: at.caPem },
  ...{ baseDn: at.peopleDn, groupBaseDn: `ou=groups,${at.baseDn}`, account: at.service.dn },
  ...changes,
});
const rest = (): SetUpAnswers => ({
  organisation: { name: 'Example', publicUrl: 'https://password.example.com', language: 'en' },
  mail: { host: smtp.host, port: smtp.port, security: 'none', user: '', from: 'Keyturn <keyturn@example.com>' },
  template: 'small-company',
  roles: { administrators: 'Engineering', helpdesk: 'Helpdesk' },
});
let version: number;
beforeEach(() => {
  version = 2;
});
async function save(answers: SetUpAnswers, secrets: object = { directory: slapd.service.password }): Promise<ShownSetUp> {
  const saved = await browser.call<ShownSetUp>('PUT', '/set-up', { version, answers, secrets });
  expect(saved.status, JSON.stringify(saved.body)).toBe(200);
  version = saved.body.version;
  return saved.body;
}
const check = async () => (await browser.call<CheckedDirectory>('POST', '/set-up/directory', {})).body;
const errorsOf = ({ findings }: CheckedDirectory) => findings.filter(({ level }) => level === 'error');

describe('a base that is not right', () => {
  it.each([
    ['does not exist', 'ou=poeple,dc=example,dc=test', /^baseDn ou=poeple,.*does not exist/],
    ['is outside of the tree', 'dc=elsewhere,dc=test', /^baseDn dc=elsewhere,dc=test: /],
  ])('is named where it %s, and can be mended', async (_, baseDn, text) => {
    await save({ directory: directoryAt(slapd, { baseDn: baseDn.replace('dc=example,dc=test', slapd.baseDn) }) });
    const checked = await check();
    expect(errorsOf(checked)).toContainEqual({ level: 'error', text: expect.stringMatching(text), fix: expect.stringMatching(/.{10}/) });
    expect(checked.people?.count ?? 0).toBe(0);
    const texts = checked.findings.map((finding) => finding.text);
    expect(texts).toHaveLength(new Set(texts).size);
    await save({ directory: directoryAt(slapd) }, {});
    expect((await check()).people?.count).toBeGreaterThan(5);
  });

  it('is said to hold nobody where it has groups alone', async () => {
    await save({ directory: directoryAt(slapd, { baseDn: `ou=groups,${slapd.baseDn}` }) });
    const checked = await check();
    expect(checked.people).toEqual({ count: 0, more: false });
    expect(checked.findings.filter(({ level }) => level !== 'ok')).toContainEqual(
      expect.objectContaining({
        text: expect.stringMatching(/no .*person is found below ou=groups/),
        fix: expect.stringMatching(/baseDn/),
      }),
    );
  });

  it('is no syntax that stops the set-up', async () => {
    await save({ directory: directoryAt(slapd, { baseDn: 'people of example' }) });
    expect(
      errorsOf(await check())
        .map(({ text }) => text)
        .join('\n'),
    ).toMatch(/baseDn/);
  });
});

it('is a group that is not there: said before it is put into force, as nobody could be named in the last step by it', async () => {
  const problems = async (roles: SetUpAnswers['roles']) => {
    await save({ directory: directoryAt(slapd), ...rest(), ...(roles === undefined ? {} : { roles }) });
    return (await browser.call<CheckedSetUp>('POST', '/set-up/check', {})).body.problems.filter(({ path }) => path.startsWith('roles'));
  };
  expect(await problems({ administrators: 'Engineering', helpdesk: 'Helpdesk' })).toEqual([]);
  expect(await problems({ administrators: 'Engineering', helpdesk: 'Nobody has this' })).toEqual([
    {
      path: 'roles[1].heldBy.groups[0]',
      message: expect.stringMatching(/^Nobody has this: .{10}.*nobody can be named in the last step$/),
      severity: 'warning',
    },
  ]);
});

it('is no address of a directory: said as that, whatever else it is', async () => {
  for (const address of ['http://127.0.0.1/', 'ldap.example.com:3268', 'ldapi:///', 'x y'])
    expect(await browser.call('POST', '/set-up/look', { address }), address).toMatchObject({
      status: 400,
      body: { code: 'directory.address-invalid', title: expect.stringContaining('ldaps://') },
    });
});

describe('a certificate that is not right', () => {
  it.each([
    ['is past its end', { expiredCertificate: true }, 'directory.tls-expired', /not valid at this time/],
    ['is for another name', { certificateNames: ['DNS:elsewhere.example.test'] }, 'directory.tls-wrong-name', /name/],
  ])(
    'is said before anything is typed, and again at the check, where it %s; once it is right, the set-up goes on',
    async (_, options, code, problem) => {
      const there = await startSlapd({ certificateAuthority: authority, ...options });
      wrong.push(there);
      const found = await browser.call<ShownDirectory>('POST', '/set-up/look', { address: there.url, authority: authority.caPem });
      expect(found.body).toMatchObject({
        kind: 'openldap',
        trust: { code, problem: expect.stringMatching(problem), fix: expect.stringMatching(/.{10}/) },
      });
      // Trusting another authority does not help, and is not offered.
      expect(found.body.authority).toBeNull();
      expect(new X509Certificate(found.body.chain[0]?.pem ?? '').issuer).toBe(new X509Certificate(authority.caPem).subject);
      await save({ directory: directoryAt(there), ...rest() }, { directory: there.service.password });
      const checked = await check();
      expect(checked.people).toBeNull();
      expect(errorsOf(checked)).toContainEqual({
        level: 'error',
        text: expect.stringMatching(problem),
        fix: expect.stringMatching(/.{10}/),
      });
      // The password went nowhere; nothing is put into force; and what was answered is there.
      const finished = await browser.call('POST', '/set-up/finish', { version, administrator: 'alice' });
      expect(finished).toMatchObject({ status: 409, body: { code: 'set-up.directory-trouble' } });
      expect((await browser.call<ShownSetUp>('GET', '/set-up')).body).toMatchObject({
        version,
        answers: rest(),
        known: { directory: true },
      });
      await save({ directory: directoryAt(slapd), ...rest() });
      expect(await browser.call('POST', '/set-up/finish', { version, administrator: 'alice' })).toMatchObject({ status: 200 });
    },
  );

  it('is warned of where it ends soon, and stops nothing', async () => {
    const there = await startSlapd({ certificateAuthority: authority, certificateEndsInDays: 12 });
    wrong.push(there);
    await save({ directory: directoryAt(there), ...rest() }, { directory: there.service.password });
    const checked = await check();
    expect(errorsOf(checked)).toEqual([]);
    expect(checked.findings).toContainEqual({
      level: 'warning',
      text: expect.stringMatching(new RegExp(`^The certificate of ${there.url} ends on .*, in 1[12] days$`)),
      fix: 'Install a new certificate on the server',
    });
    expect(await browser.call('POST', '/set-up/finish', { version, administrator: 'alice' })).toMatchObject({ status: 200 });
  });

  it('of a mail server is told in words', async () => {
    await save({ directory: directoryAt(slapd), ...rest(), mail: { ...rest().mail, security: 'starttls' } as never });
    const { body } = await browser.call<{ trouble: { problem: string; fix: string } }>('POST', '/set-up/test-mail', {
      to: 'a@example.com',
    });
    expect(body.trouble.problem).toMatch(new RegExp(`^${smtp.host}:${smtp.port}: .{10}`));
    expect(body.trouble.fix).toMatch(/.{10}/);
  });
});

describe('a directory that answers badly', () => {
  const finish = () => browser.call('POST', '/set-up/finish', { version, administrator: 'alice' });
  const behindProxy = () => startTcpProxy({ targetHost: slapd.host, targetPort: Number(new URL(slapd.url).port) });

  it('is set up by two of its three servers while the third is dead, which is named', async () => {
    const [dead, other] = await Promise.all([claimFreePort(), behindProxy()]);
    try {
      const gone = `ldaps://127.0.0.1:${dead.port}`;
      const second = `ldaps://${other.host}:${other.port}`;
      await save({ directory: directoryAt(slapd, { servers: [gone, slapd.url, second] }), ...rest() });
      const checked = await check();
      expect(errorsOf(checked)).toEqual([]);
      expect(checked.findings).toContainEqual({
        level: 'warning',
        text: expect.stringMatching(new RegExp(`^${gone}: .*refused`)),
        fix: expect.stringMatching(/.{10}/),
      });
      for (const url of [slapd.url, second]) expect(checked.findings).toContainEqual({ level: 'ok', text: url, fix: null });
      expect(checked.people?.count).toBeGreaterThan(5);
      expect(await finish()).toMatchObject({ status: 200 });
    } finally {
      dead.release();
      await other.stop();
    }
  });

  it('is said to be up and not to answer where it is too slow, and nothing is lost until it does', async () => {
    const proxy = await behindProxy();
    try {
      await save({ directory: directoryAt(slapd, { servers: [`ldaps://${proxy.host}:${proxy.port}`] }), ...rest() });
      proxy.setMode('stall');
      const checked = await check();
      expect(checked.people).toBeNull();
      expect(errorsOf(checked)).toContainEqual({
        level: 'error',
        text: expect.stringMatching(/did not answer|within/),
        fix: expect.stringMatching(/.{10}/),
      });
      expect(await finish()).toMatchObject({ status: 409, body: { code: 'set-up.directory-trouble' } });
      expect((await browser.call<ShownSetUp>('GET', '/set-up')).body).toMatchObject({
        version,
        answers: rest(),
        known: { directory: true },
      });
      proxy.setMode('forward');
      expect((await check()).people?.count).toBeGreaterThan(5);
      expect(await finish()).toMatchObject({ status: 200 });
    } finally {
      await proxy.stop();
    }
  });

  it('is told for each thing that an account cannot do which may only read, with the line that grants it', async () => {
    await save({ directory: directoryAt(slapd, { account: slapd.readOnly.dn }) }, { directory: slapd.readOnly.password });
    const checked = await check();
    expect(checked.people?.count).toBeGreaterThan(5);
    const errors = errorsOf(checked);
    expect(errors.map(({ text }) => text).join('\n')).toMatch(/^the right to write userPassword is missing/m);
    for (const { fix } of errors) expect(fix).toMatch(/.{10}/);
    const can = checked.findings.filter(({ level }) => level === 'ok').map(({ text }) => text);
    expect(can).not.toContain('reset-password');
    await save({ directory: directoryAt(slapd) });
    expect(errorsOf(await check())).toEqual([]);
  });
});

describe('a browser that is closed', () => {
  it('comes back to what was answered, after each of the answers, and after a restart', async () => {
    const all: SetUpAnswers = { directory: directoryAt(slapd), ...rest() };
    const order = ['organisation', 'directory', 'mail', 'template', 'roles'] as const;
    let answers: SetUpAnswers = {};
    for (const part of order) {
      answers = { ...answers, [part]: all[part] };
      await save(answers, part === 'directory' ? { directory: slapd.service.password } : {});
      const again = browserAt(server.url, browser.cookie());
      const { body } = await again.call<ShownSetUp>('GET', '/set-up');
      expect(body, part).toMatchObject({ version, answers });
      expect(Object.keys(body.answers), part).toEqual(expect.arrayContaining(Object.keys(answers)));
      // What was typed into fields and not saved is the browser's own; a secret that was saved counts, and is not told.
      expect(body.known.directory, part).toBe(answers.directory !== undefined);
      expect(JSON.stringify(body)).not.toContain(slapd.service.password);
    }
    await server.close();
    server = await startServer(loadSettings(join(folder, 'settings.yaml'), {}).settings);
    const back = await enter(server);
    const { body } = await back.call<ShownSetUp>('GET', '/set-up');
    expect(body.answers).toEqual(all);
    const finished = await back.call('POST', '/set-up/finish', { version: body.version, administrator: 'alice' });
    expect(finished.status, JSON.stringify(finished.body)).toBe(200);
    await until(async () => (await fetch(`${server.url}/readyz`).catch(() => null))?.status === 200, 'the node that goes on');
  });

  it('in the middle of the last step leaves either everything or nothing', async () => {
    await save({ directory: directoryAt(slapd), ...rest() });
    const leaving = new AbortController();
    const sent = fetch(`${server.url}/api/v1/set-up/finish`, {
      ...{ method: 'POST', signal: leaving.signal, body: JSON.stringify({ version, administrator: 'alice' }) },
      headers: { origin: server.url, 'content-type': 'application/json', cookie: browser.cookie() },
    }).catch(() => null);
    leaving.abort();
    await sent;
    const outcome = async () =>
      (
        await browserAt(server.url, browser.cookie())
          .call<ShownSetUp>('GET', '/set-up')
          .catch(() => null)
      )?.status;
    // Either it had not arrived and goes on, or it is over.
    await until(async () => [200, 404].includes((await outcome()) ?? 0), 'an answer');
    if ((await outcome()) === 200) {
      const finished = await browser.call('POST', '/set-up/finish', { version, administrator: 'alice' });
      expect([200, 404, 409]).toContain(finished.status);
    }
    await until(async () => (await fetch(`${server.url}/readyz`).catch(() => null))?.status === 200, 'the node that goes on');
  });
});
