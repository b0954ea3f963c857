import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { checkNode } from '../../src/cli/doctor/check-machine.ts';
import { loadSettings } from '../../src/config/load-settings.ts';
import type { Finding } from '../../src/core/health/finding.ts';
import { createEmbeddedAccount } from '../../src/directory/embedded/create-embedded-account.ts';
import { openRuntime } from '../../src/main.ts';
import { newPassword } from '../conformance/samples.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { sharedSlapd } from '../servers/shared-servers.ts';
import type { SlapdDirectory } from '../servers/slapd.ts';
import { startSmtp } from '../servers/smtp.ts';
import { configurationDocument, runCommand, writeSettings } from './run-command.ts';

let folder: string;
beforeEach(async () => {
  folder = await createScratchFolder('doctor');
});
afterEach(() => removeScratchFolder(folder));

function openldap(slapd: SlapdDirectory, changes: Record<string, unknown> = {}): Record<string, unknown> {
  const password = join(folder, 'service-password');
  writeFileSync(password, slapd.service.password, { mode: 0o600 });
  return {
    kind: 'openldap',
    id: 'main',
    label: 'Main',
    servers: [{ url: slapd.url }],
    tls: { caFile: slapd.caFile },
    baseDn: slapd.baseDn,
    serviceAccount: { name: slapd.service.dn, password: `file:${password}` },
    ...changes,
  };
}

async function diagnose(document: Record<string, unknown>): Promise<{ exitCode: number; findings: Finding[]; text: string }> {
  const settings = writeSettings(folder);
  const file = join(folder, 'configuration.yaml');
  writeFileSync(file, stringify(document));
  const applied = await runCommand(['--config', settings, 'config', 'apply', file]);
  expect(applied.errors.replace(/^warning: .*\n/gm, '')).toBe('');
  const { exitCode, output } = await runCommand(['--config', settings, 'doctor', '--json']);
  const { findings } = JSON.parse(output) as { findings: Finding[] };
  return { exitCode, findings, text: output };
}

const of = (findings: readonly Finding[], area: string, level: Finding['level']) =>
  findings.filter((finding) => finding.area === area && finding.level === level);

describe('keyturn doctor', () => {
  it('finds a whole installation in order', async () => {
    const slapd = await sharedSlapd();
    const smtp = await startSmtp();
    try {
      const { exitCode, findings, text } = await diagnose(
        configurationDocument({
          directories: [openldap(slapd)],
          mail: { kind: 'smtp', from: 'a@example.com', servers: [{ host: smtp.host, port: smtp.port, security: 'none' }] },
        }),
      );
      expect(findings.filter((finding) => finding.level === 'fail')).toEqual([]);
      expect(exitCode).toBe(0);
      for (const area of ['node', 'settings', 'keys', 'database', 'configuration', 'directory main', 'mail']) {
        expect(of(findings, area, 'ok'), area).not.toEqual([]);
      }
      expect(text).not.toContain(slapd.service.password);
    } finally {
      await smtp.stop();
    }
  });

  it('says which places and groups of the rules of proof the directory does not tell', async () => {
    const slapd = await sharedSlapd();
    const recovery = {
      rules: [
        { name: 'special', when: { places: [slapd.peopleDn], groups: ['Nobody has heard of it'] } },
        { name: 'everybody', accepted: [['email', 'totp']] },
      ],
    };
    const { findings } = await diagnose(configurationDocument({ directories: [openldap(slapd)], recovery }));
    const ok = of(findings, 'enrolment', 'ok').map(({ text }) => text);
    const warned = of(findings, 'enrolment', 'warn').filter(({ text }) => text.includes('does not tell who'));
    expect(ok).toContain(`main tells who belongs to ${slapd.peopleDn}`);
    expect(warned).toMatchObject([
      { text: expect.stringContaining('Nobody has heard of it'), fix: expect.stringContaining('recovery.rules') },
    ]);
  });

  it('names a refused service account, an unknown authority and a mail server that is not there, each with a fix', async () => {
    const slapd = await sharedSlapd();
    const wrong = join(folder, 'wrong-password');
    writeFileSync(wrong, 'not the password', { mode: 0o600 });
    const { exitCode, findings } = await diagnose(
      configurationDocument({
        directories: [
          openldap(slapd, { serviceAccount: { name: slapd.service.dn, password: `file:${wrong}` } }),
          openldap(slapd, { id: 'other', label: 'Other', tls: {} }),
        ],
      }),
    );
    expect(exitCode).toBe(1);
    expect(of(findings, 'directory main', 'fail')).not.toEqual([]);
    expect(of(findings, 'directory other', 'fail')).not.toEqual([]);
    expect(of(findings, 'mail', 'fail')).toHaveLength(1);
    for (const finding of findings) if (finding.level === 'fail') expect(finding.fix, finding.text).toBeTruthy();
  });

  it('says what the service account may do, may not do and should not be able to do', async () => {
    const slapd = await sharedSlapd();
    const secret = (name: string, password: string): string => {
      writeFileSync(join(folder, name), password, { mode: 0o600 });
      return `file:${join(folder, name)}`;
    };
    const lines = async (name: string, password: string, used = true): Promise<Record<'ok' | 'warn' | 'fail', string[]>> => {
      const directory = openldap(slapd, { baseDn: slapd.peopleDn, serviceAccount: { name, password: secret('other', password) } });
      const roles = [{ name: 'Helpdesk', may: ['reset-password'], heldBy: { accounts: ['frida'] }, over: { groups: ['Staff'] } }];
      const { findings, text } = await diagnose(configurationDocument({ directories: [directory], ...(used ? { roles } : {}) }));
      expect(text.includes('demand a new password at the next sign-in: the configuration does not use it')).toBe(!used);
      const texts = (level: Finding['level']) =>
        of(findings, 'directory main', level).map(
          (finding) => `${finding.text} | ${'fix' in finding ? [finding.fix, ...finding.lines].join(' | ') : ''}`,
        );
      return { ok: texts('ok'), warn: texts('warn'), fail: texts('fail') };
    };
    const delegated = await lines(slapd.service.name, slapd.service.password);
    expect(delegated.fail).toEqual([]);
    for (const may of ['read people', 'reset passwords', 'unlock accounts', 'demand a new password at the next sign-in']) {
      expect(delegated.ok).toContain(`The service account may ${may} | `);
    }
    expect((await lines(slapd.readOnly.name, slapd.readOnly.password, false)).fail).toHaveLength(2);
    const reading = await lines(slapd.readOnly.name, slapd.readOnly.password);
    // What one line of the delegation grants is one thing to mend.
    expect(reading.fail).toHaveLength(2);
    expect(reading.fail[0]).toMatch(/^The service account may not reset passwords: .* \| Grant it.* \| access to dn\.subtree=.* =w /);
    const root = await lines(slapd.admin.name, slapd.admin.password);
    expect(root.fail).toEqual([]);
    expect(root.warn).toContain(
      `The service account may read stored passwords: userPassword | Take it away; what is granted by these, and the page directories/openldap.md of the handbook, is all that it needs | keyturn --config ${join(folder, 'settings.yaml')} directory delegate --directory main`,
    );
  });

  it('goes as far as it can without a key, without a configuration, and with broken settings', async () => {
    const settings = writeSettings(folder);
    const fresh = await runCommand(['--config', settings, 'doctor']);
    expect(fresh).toMatchObject({ exitCode: 1, output: expect.stringContaining('FAIL  configuration: There is none yet') });
    expect(fresh.output).toMatch(/\d+ ok, \d+ to look at, 1 failed\n$/);

    const keyless = await runCommand(['--config', writeSettings(folder, { keys: [] }), 'doctor']);
    expect(keyless).toMatchObject({ exitCode: 1, output: expect.stringContaining('keyturn key create') });

    const broken = await runCommand(['--config', writeSettings(folder, { listen: { port: 'x' }, logLevel: 'loud' }), 'doctor']);
    expect(broken.output).toContain('FAIL  settings: listen.port: Expected a number');
    expect(broken.output).toContain('FAIL  settings: logLevel: Expected one of');
  });

  it('judges what is in force also while the database takes no writes', async () => {
    await diagnose(configurationDocument());
    const other = new SqliteFile(join(folder, 'data', 'keyturn.sqlite'));
    other.exec('begin immediate');
    try {
      const { findings } = JSON.parse((await runCommand(['--config', join(folder, 'settings.yaml'), 'doctor', '--json'])).output) as {
        findings: Finding[];
      };
      expect(of(findings, 'database', 'fail')).toMatchObject([{ text: expect.stringContaining('Another process holds the database') }]);
      expect(of(findings, 'configuration', 'ok')).toEqual([expect.objectContaining({ text: 'Version 1 is in order' })]);
      expect(of(findings, 'configuration', 'note')).toEqual([]);
      // What it says beside that it takes no writes is told as ever.
      expect(of(findings, 'audit', 'ok')).not.toEqual([]);
    } finally {
      other.close();
    }
  });

  it.each([{}, { configuration: configurationDocument() }])(
    'says of a database that cannot be read not that nothing is in force',
    async (more) => {
      const settings = writeSettings(folder, more);
      mkdirSync(join(folder, 'data'));
      writeFileSync(join(folder, 'data', 'keyturn.sqlite'), 'this is no database '.repeat(500), { mode: 0o600 });
      const { exitCode, output } = await runCommand(['--config', settings, 'doctor', '--json']);
      const { findings } = JSON.parse(output) as { findings: Finding[] };
      expect(exitCode).toBe(1);
      expect(of(findings, 'configuration', 'fail')).toEqual([]);
      expect(findings.map(({ text }) => text).join()).not.toContain('There is none');
      expect(of(findings, 'configuration', 'note')).toMatchObject([{ text: expect.stringContaining('The database does not tell') }]);
    },
  );

  it('warns while nobody can recover anything, and counts the people who can', async () => {
    const directory = { kind: 'embedded', id: 'people', label: 'People' };
    const accepted = [['email', 'totp'], ['email']];
    const { findings } = await diagnose(
      configurationDocument({ directories: [directory], recovery: { rules: [{ name: 'everybody', accepted }] } }),
    );
    expect(of(findings, 'enrolment', 'warn')).toMatchObject([
      { text: expect.stringContaining('Nobody can recover an account'), fix: expect.stringContaining('enrolment.md') },
    ]);
    const settings = join(folder, 'settings.yaml');
    const runtime = await openRuntime(loadSettings(settings, {}).settings);
    for (const login of ['alice', 'bob']) {
      await createEmbeddedAccount(
        { ...runtime, accounts: runtime.store.embedded },
        { directory: 'people', login, displayName: login, password: newPassword() },
      );
    }
    await runtime.close();
    for (const argv of [
      ['alice', '--kind', 'email', '--address', 'alice@home.example'],
      ['alice', '--kind', 'totp'],
      ['bob', '--kind', 'email', '--address', 'bob@home.example'],
    ]) {
      expect((await runCommand(['--config', settings, 'enrolment', 'add', ...argv])).exitCode).toBe(0);
    }
    const partners = { ...directory, id: 'partners', label: 'Partners' };
    const rules = [
      { name: 'partners', when: { directories: ['partners'] }, accepted: [['email']] },
      { name: 'everybody', accepted },
    ];
    const ruled = await diagnose(configurationDocument({ directories: [directory, partners], recovery: { rules } }));
    expect(of(ruled.findings, 'enrolment', 'warn')).toMatchObject([
      { text: expect.stringContaining('Nobody can recover an account where the rule "partners" applies') },
    ]);
    expect(of(ruled.findings, 'enrolment', 'ok')).toMatchObject([
      { text: '1 person can recover with code by e-mail + authenticator app where the rule "everybody" applies to them' },
      { text: '2 people can recover with code by e-mail where the rule "everybody" applies to them' },
    ]);
    await diagnose(configurationDocument({ directories: [directory], recovery: { rules: [{ name: 'everybody', accepted }] } }));
    const { output } = await runCommand(['--config', settings, 'doctor']);
    expect(output).toContain('ok    enrolment: 1 person can recover with code by e-mail + authenticator app\n');
    expect(output).toContain('ok    enrolment: 2 people can recover with code by e-mail\n');
    expect(output).not.toContain('Nobody can recover');
  });

  it('counts people by the addresses that the directory has, and says when it shows none', async () => {
    const directory = { kind: 'embedded', id: 'people', label: 'People', contacts: { email: { attributes: ['mail'] } } };
    await diagnose(configurationDocument({ directories: [directory] }));
    const settings = join(folder, 'settings.yaml');
    const create = async (login: string, mail?: string) => {
      const runtime = await openRuntime(loadSettings(settings, {}).settings);
      const person = { directory: 'people', login, displayName: login, password: newPassword(), ...(mail === undefined ? {} : { mail }) };
      await createEmbeddedAccount({ ...runtime, accounts: runtime.store.embedded }, person);
      await runtime.close();
    };
    const keyturn = async (...argv: string[]) => (await runCommand(['--config', settings, ...argv])).output;
    await create('carol');
    expect(await keyturn('doctor')).toContain('warn  enrolment: 0 of 1 people of people show an address in mail');
    expect(await keyturn('recovery', 'status', 'carol')).toContain('shows no address in mail that counts');
    await create('alice', 'alice@home.example');
    expect(await keyturn('enrolment', 'add', 'alice', '--kind', 'totp')).toContain('can recover by email + totp');
    const { output } = await runCommand(['--config', settings, 'doctor']);
    expect(output).toContain('ok    enrolment: 1 of 2 people of people have an address in mail');
    expect(output).toContain('ok    enrolment: 1 person can recover with code by e-mail + authenticator app');
    const listed = await keyturn('enrolment', 'list', 'alice');
    expect(listed).toContain('e-mail alice@home.example (from the directory)');
    const id = /directory\.\S+/.exec(listed)?.[0] ?? '';
    const removed = await runCommand(['--config', settings, 'enrolment', 'remove', 'alice', id, '--reason', 'x', '--yes']);
    expect(removed).toMatchObject({ exitCode: 1, errors: expect.stringContaining('enrolment.from-directory') });
  });

  it('notices a key that others can read', async () => {
    const settings = writeSettings(folder, { keys: [{ id: 'test', secret: `file:${join(folder, 'open-key')}` }] });
    writeFileSync(join(folder, 'open-key'), Buffer.alloc(32, 1).toString('base64'), { mode: 0o644 });
    const { output } = await runCommand(['--config', settings, 'doctor']);
    expect(output).toContain(`Fix: Leave it to its owner:\n        chmod 600 ${join(folder, 'open-key')}\n`);
  });

  it('refuses a Node.js that is too old', () => {
    expect(checkNode('22.17.9')[0]).toMatchObject({ level: 'fail' });
    expect(checkNode('22.18.0')[0]).toMatchObject({ level: 'ok' });
    expect(checkNode('24.0.0')[0]).toMatchObject({ level: 'ok' });
  });
});
