import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { fixParts } from '../../shared/fix-text.ts';
import { SMTP_FIXES } from '../../src/channels/smtp-fixes.ts';
import { checkNode } from '../../src/cli/doctor/check-machine.ts';
import { EXPLANATIONS } from '../../src/cli/explain-error.ts';
import type { Finding } from '../../src/core/health/finding.ts';
import { lineProblem, quietProgram } from '../printed-commands.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { sharedSlapd } from '../servers/shared-servers.ts';
import { configurationDocument, runCommand, writeSettings } from './run-command.ts';

let folder: string;
beforeEach(async () => {
  folder = await createScratchFolder('printed');
});
afterEach(() => removeScratchFolder(folder));

const program = quietProgram();

/** A command in the middle of a sentence: what is around it is pasted with it. */
const IN_A_SENTENCE = /[`'"]keyturn [a-z]|\b(chmod|chown|runuser|sudo|samba-tool|dsacls|ldapmodify|systemctl) [-\w]/;

function expectPasteable(fix: string): void {
  const { sentence, lines } = fixParts(fix);
  expect(sentence, fix).not.toMatch(IN_A_SENTENCE);
  expect(sentence, fix).not.toMatch(/[.:;,]$/);
  expect(sentence, fix).not.toBe('');
  for (const line of lines) expect(lineProblem(line, program), line).toBeNull();
}

/** What is printed after "Fix: ...:" on lines of its own. */
function pastedLines(output: string): string[] {
  const lines = output.split('\n');
  return lines.flatMap((line, index) => {
    if (!/^\s*Fix: .*:$/.test(line)) return [];
    const end = lines.findIndex((next, after) => after > index && !/^ {4,}\S/.test(next));
    const below = lines.slice(index + 1, end === -1 ? undefined : end);
    return below.filter((next) => !/^\s*Fix: /.test(next)).map((next) => next.trim());
  });
}

describe('what mends a problem', () => {
  it('stands on lines of its own, in every table', () => {
    for (const { fix } of Object.values(EXPLANATIONS)) expectPasteable(fix);
    for (const fix of Object.values(SMTP_FIXES)) expectPasteable(fix);
  });

  it('is never a command within a sentence, anywhere in the source', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => /(?<!\.test)\.ts$/.test(name));
    const found: string[] = [];
    for (const file of files) {
      for (const [index, line] of readFileSync(join('src', file), 'utf8').split('\n').entries()) {
        if (/^\s*(\*|\/\/|\/\*\*)/.test(line) || /\.(description|option|summary|describe|argument)\(|command: '/.test(line)) continue;
        const literals = line.match(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g) ?? [];
        for (const literal of literals)
          if (/[^'"]\bkeyturn (serve|demo|doctor|config|recovery|audit|key) ?[a-z]/.test(literal))
            found.push(`${file}:${index + 1} ${literal}`);
      }
    }
    // Texts about options and settings are for reading, and are in the reference.
    expect(found.filter((place) => !/^(config\/settings|cli\/(audit|config|key|serve|doctor|demo|recovery))\.ts/.test(place))).toEqual([]);
  });
});

describe('what the doctor prints', () => {
  async function diagnose(argv: string[], environment: Record<string, string> = {}) {
    const text = await runCommand([...argv, 'doctor'], { environment: { USER: 'tester', ...environment } });
    const { findings } = JSON.parse((await runCommand([...argv, 'doctor', '--json'], { environment })).output) as { findings: Finding[] };
    for (const finding of findings) {
      if ('fix' in finding) expectPasteable([finding.fix, ...finding.lines].join('\n'));
    }
    const printed = pastedLines(text.output);
    for (const line of printed) expect(lineProblem(line, program), line).toBeNull();
    return { findings, printed, ...text };
  }

  it('can be pasted, and every finding names its fix, whatever is wrong', async () => {
    const slapd = await sharedSlapd();
    const password = join(folder, 'service-password');
    writeFileSync(password, slapd.readOnly.password, { mode: 0o600 });
    const openldap = (changes: Record<string, unknown>) => ({
      kind: 'openldap',
      label: 'Main',
      servers: [{ url: slapd.url }],
      tls: { caFile: slapd.caFile },
      baseDn: slapd.peopleDn,
      serviceAccount: { name: slapd.readOnly.name, password: `file:${password}` },
      ...changes,
    });
    const settings = writeSettings(folder);
    const file = join(folder, 'configuration.yaml');
    const document = configurationDocument({
      directories: [
        openldap({ id: 'reading' }),
        openldap({ id: 'no-base', baseDn: 'ou=poeple,dc=example,dc=test' }),
        openldap({ id: 'no-groups', groupBaseDn: 'ou=grups,dc=example,dc=test' }),
        openldap({ id: 'no-group', protected: { groups: ['Admnistrators'] } }),
        openldap({ id: 'no-authority', tls: {} }),
        openldap({ id: 'no-server', servers: [{ url: 'ldaps://127.0.0.1:1' }] }),
        openldap({ id: 'trial', tls: { verify: 'trial-without-verification' } }),
      ],
    });
    writeFileSync(file, stringify(document));
    expect((await runCommand(['--config', settings, 'config', 'apply', file])).exitCode).toBe(0);
    chmodSync(join(folder, 'key'), 0o644);
    chmodSync(settings, 0o666);
    const { findings, printed, exitCode } = await diagnose(['--config', settings]);
    expect(exitCode).toBe(1);
    expect(printed).toContain(`chmod 600 ${join(folder, 'key')}`);
    const failed = (area: string) => findings.filter((finding) => finding.area === `directory ${area}` && finding.level === 'fail');
    for (const area of ['reading', 'no-base', 'no-groups', 'no-group', 'no-authority', 'no-server'])
      expect(failed(area), area).not.toEqual([]);
    expect(
      failed('no-base')
        .map(({ text }) => text)
        .join(),
    ).toContain('baseDn ou=poeple,dc=example,dc=test');
    expect(
      failed('no-groups')
        .map(({ text }) => text)
        .join(),
    ).toContain('groupBaseDn ou=grups,dc=example,dc=test');
    expect(
      failed('no-group')
        .map(({ text }) => text)
        .join(),
    ).toContain('protected.groups[0] Admnistrators');
  });

  it('judges the configuration of the settings file before the first start, and makes no database', async () => {
    const settings = writeSettings(folder, { configuration: configurationDocument() });
    const { findings, output } = await diagnose(['--config', settings]);
    expect(findings.filter(({ area }) => area === 'mail')).toMatchObject([{ level: 'fail' }]);
    expect(output).toContain('note  database: There is none yet');
    expect(readdirSync(folder)).not.toContain('data');
  });

  it('names the settings file in commands of ours', async () => {
    const { printed } = await diagnose(['--config', writeSettings(folder)]);
    expect(printed).toContain(`keyturn --config ${join(folder, 'settings.yaml')} config apply FILE`);
    const keyless = await diagnose(['--config', writeSettings(folder, { keys: [] })]);
    expect(keyless.printed).toContain('keyturn key create /etc/keyturn/key');
    expectPasteable((checkNode('1.0.0')[0] as { fix: string }).fix);
  });

  it('fails for a key that is not the one of the database, as the start does', async () => {
    const settings = writeSettings(folder);
    const file = join(folder, 'configuration.yaml');
    writeFileSync(file, stringify(configurationDocument()));
    expect((await runCommand(['--config', settings, 'config', 'apply', file])).exitCode).toBe(0);
    writeFileSync(join(folder, 'key'), Buffer.alloc(32, 7).toString('base64'));
    const { findings } = await diagnose(['--config', settings]);
    expect(findings.filter(({ area, level }) => area === 'database' && level === 'fail').map(({ text }) => text)).toEqual([
      expect.stringContaining('do not belong to this database'),
    ]);
    const serve = await runCommand(['--config', settings, 'serve']);
    expect(serve).toMatchObject({ exitCode: 1, errors: expect.stringContaining('store.wrong-key') });
  });
});

describe('what an error prints', () => {
  const lineOf = (errors: string) => pastedLines(errors);

  it.each([
    ['no key', (): string[] => ['serve']],
    ['no configuration', (): string[] => ['--config', writeSettings(folder), 'config', 'export']],
    [
      'a document that is not in order',
      (): string[] => {
        writeFileSync(join(folder, 'wrong.yaml'), 'version: 1\n');
        return ['--config', writeSettings(folder), 'config', 'apply', join(folder, 'wrong.yaml')];
      },
    ],
  ])('can be pasted: %s', async (_what, argv) => {
    const { errors, exitCode } = await runCommand(argv());
    expect(exitCode).toBe(1);
    expect(lineOf(errors)).not.toEqual([]);
    for (const line of lineOf(errors)) expect(lineProblem(line, program), line).toBeNull();
  });

  it.skipIf(process.getuid?.() !== 0)('root touches no data of another user, and is told how to go on', async () => {
    const settings = writeSettings(folder);
    const data = join(folder, 'data');
    mkdirSync(data, { mode: 0o700 });
    chownSync(data, 65534, 65534);
    for (const argv of [['doctor'], ['serve'], ['audit', 'verify'], ['key', 'create', join(data, 'key')]]) {
      const { errors, output, exitCode } = await runCommand(['--config', settings, ...argv]);
      const said = `${output}${errors}`;
      expect(exitCode, said).toBe(1);
      expect(said).toContain(`${data} belongs to nobody`);
      expect(pastedLines(said)).toContain(`runuser -u nobody -- keyturn --config ${settings} ${argv.join(' ')}`);
    }
    expect(readdirSync(data)).toEqual([]);
  });
});
