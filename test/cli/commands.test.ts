import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { configurationDocument, runCommand, writeSettings } from './run-command.ts';

let folder: string;
beforeEach(async () => {
  folder = await createScratchFolder('cli');
});
afterEach(() => removeScratchFolder(folder));

function fileWith(document: unknown, name = 'configuration.yaml'): string {
  const file = join(folder, name);
  writeFileSync(file, name.endsWith('.json') ? JSON.stringify(document) : stringify(document));
  return file;
}

describe('the command line', () => {
  it('prints help and version with exit code 0', async () => {
    for (const argv of [['--help'], ['help', 'doctor'], ['config', 'apply', '--help']]) {
      const { exitCode, output } = await runCommand(argv);
      expect(exitCode).toBe(0);
      expect(output).toContain('Usage: keyturn');
    }
    expect(await runCommand(['--version'])).toMatchObject({ exitCode: 0, output: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it('lists commands by one sentence each, and says the rest where one is asked for', async () => {
    const help = async (...argv: string[]) => (await runCommand([...argv, '--help'])).output.replace(/\s+/g, ' ');
    const rest = 'Exit code 1 when somebody could not be invited.';
    expect(await help('enrolment')).toContain('invite [options] [name...] Invite people by mail to set up what proves them. invitations');
    expect(await help('enrolment')).not.toContain(rest);
    expect(await help('enrolment', 'invite')).toContain(rest);
  });

  it.each([
    [['sevre'], /unknown command 'sevre'[\s\S]*serve/],
    [['serve', '--prot', '1'], /unknown option '--prot'[\s\S]*--port/],
    [['serve', '--port', '70000'], /Expected a number from 0 to 65535/],
    [['config', 'check'], /missing required argument 'file'/],
    [['audit', 'verify', '--expect', 'x'], /Expected SEQ:HASH/],
    [[], /Usage: keyturn/],
  ])('refuses %j with exit code 2', async (argv, message) => {
    const { exitCode, errors } = await runCommand(argv);
    expect(exitCode).toBe(2);
    expect(errors).toMatch(message);
  });

  it('tells an error in one sentence with its code and the fix, and the stack only when asked', async () => {
    const { exitCode, errors } = await runCommand(['serve']);
    expect(exitCode).toBe(1);
    expect(errors).toMatch(/^keyturn: The boot settings are not in order \(settings\.invalid\)\.\n/);
    expect(errors).toContain('keyturn key create');
    expect(errors).not.toMatch(/\n\s+at /);
    expect((await runCommand(['--debug', 'serve'])).errors).toMatch(/\n\s+at /);
  });

  it('reads the settings file that KEYTURN_CONFIG names', async () => {
    const settings = writeSettings(folder, { listn: {} });
    const { errors } = await runCommand(['serve'], { environment: { KEYTURN_CONFIG: settings } });
    expect(errors).toContain('listn: There is no such setting here; did you mean listen?');
  });
});

describe('keyturn key create', () => {
  it('writes a private file once, and prints a key otherwise', async () => {
    const file = join(folder, 'key');
    const first = await runCommand(['key', 'create', file]);
    expect(first.exitCode).toBe(0);
    expect(first.output).not.toContain(readFileSync(file, 'utf8').trim());
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await runCommand(['key', 'create', file])).toMatchObject({ exitCode: 1, errors: expect.stringContaining('exists already') });
    expect((await runCommand(['key', 'create'])).output).toMatch(/^[A-Za-z0-9+/]{43}=\n$/);
  });
});

describe('keyturn config', () => {
  it('prints the JSON Schema', async () => {
    const { output } = await runCommand(['config', 'schema']);
    expect(JSON.parse(output)).toMatchObject({ type: 'object', required: expect.arrayContaining(['directories']) });
  });

  it('checks a file and lists every problem at once, without any database', async () => {
    const file = fileWith({
      ...configurationDocument(),
      version: 2,
      mail: { kind: 'capture' },
      recovery: { rules: [{ name: 'everybody', accepted: [['email']] }] },
    });
    const { exitCode, output } = await runCommand(['config', 'check', file]);
    expect(exitCode).toBe(1);
    expect(output).toContain(
      'error: version: This is a document of format 2, of a newer release; this one understands format 1. Install that release, ',
    );
    expect(output).toContain('error: mail.kind: ');
    expect(output).toContain('warning: recovery.rules[0].accepted[0]: Very weak');
    expect(output).toContain('2 errors, 1 warning');
    const json = await runCommand(['config', 'check', '--json', file]);
    expect(json.exitCode).toBe(1);
    expect(JSON.parse(json.output)).toMatchObject({ ok: false, problems: { length: 3 } });
    expect(await runCommand(['config', 'check', fileWith(configurationDocument())])).toMatchObject({ exitCode: 0 });
  });

  it('shows each of twenty errors, at its place, once', async () => {
    const misspelt = Array.from({ length: 18 }, (_, index) => `guard.misspelt${index}`);
    const guard = Object.fromEntries(misspelt.map((path) => [path.split('.')[1], 1]));
    const file = fileWith({ ...configurationDocument({ guard }), version: 2, mail: { kind: 'capture' } });
    const { exitCode, output } = await runCommand(['config', 'check', file]);
    expect(exitCode).toBe(1);
    const places = [...output.matchAll(/^error: ([^:]+): /gm)].map(([, place]) => place);
    expect(places.sort()).toEqual(['mail.kind', 'version', ...misspelt].sort());
    expect(output).toContain('20 errors');
  });

  it('refuses a file that is not there or not YAML in one sentence', async () => {
    const missing = await runCommand(['config', 'check', join(folder, 'absent.yaml')]);
    expect(missing).toMatchObject({ exitCode: 1, errors: expect.stringContaining('this file cannot be read') });
    const broken = join(folder, 'broken.yaml');
    writeFileSync(broken, 'a: [\npassword: hunter2');
    const { exitCode, errors } = await runCommand(['config', 'check', broken]);
    expect(exitCode).toBe(1);
    expect(errors).toMatch(/line \d+, column \d+/);
    expect(errors).not.toContain('hunter2');
  });

  it('applies, exports, compares and refuses, as YAML and JSON', async () => {
    const config = ['--config', writeSettings(folder)];
    const first = fileWith(configurationDocument());
    expect(await runCommand([...config, 'config', 'export'])).toMatchObject({
      exitCode: 1,
      errors: expect.stringContaining('configuration.missing'),
    });
    expect((await runCommand([...config, 'config', 'apply', first])).output).toContain('Version 1 is in force.');
    expect((await runCommand([...config, 'config', 'apply', first])).output).toContain('Nothing to do');
    expect((await runCommand([...config, 'config', 'diff', first])).output).toBe('No difference.\n');

    const second = fileWith(configurationDocument({ guard: { failuresPerAuthenticator: 50 } }), 'second.json');
    const diff = await runCommand([...config, 'config', 'diff', '--exit-code', second]);
    expect(diff).toMatchObject({ exitCode: 1, output: '~ guard.failuresPerAuthenticator: 100 -> 50\n' });
    const applied = await runCommand([...config, 'config', 'apply', second, '--comment', 'stricter', '--json']);
    expect(JSON.parse(applied.output)).toMatchObject({
      version: 2,
      changes: [{ path: 'guard.failuresPerAuthenticator', before: 100, after: 50 }],
    });

    const late = await runCommand([...config, 'config', 'apply', first, '--expect', '1']);
    expect(late).toMatchObject({ exitCode: 1, errors: expect.stringContaining('configuration.conflict') });
    const broken = await runCommand([...config, 'config', 'apply', fileWith({ version: 2 }, 'third.yaml')]);
    expect(broken.exitCode).toBe(1);
    expect(broken.errors).toContain('version: This is a document of format 2, of a newer release; ');
    expect(broken.errors).toContain('directories: This is required\n');

    const exported = await runCommand([...config, 'config', 'export']);
    expect(parse(exported.output)).toEqual(parse(readFileSync(second, 'utf8')));
    const old = await runCommand([...config, 'config', 'export', '1', '--format', 'json', '--defaults']);
    expect(JSON.parse(old.output)).toMatchObject({ guard: { failuresPerAuthenticator: 100 } });
  });

  it('tells who changed what, and goes back to any version as a new one', async () => {
    const config = ['--config', writeSettings(folder), 'config'];
    const limit = (failuresPerAuthenticator: number) => fileWith(configurationDocument({ guard: { failuresPerAuthenticator } }));
    const run = (...argv: string[]) => runCommand([...config, ...argv]);
    expect((await run('history')).output).toBe('There is no configuration yet.\n');
    expect((await run('rollback')).errors).toContain('configuration.missing');
    for (const number of [40, 50, 60]) await run('apply', limit(number), '--comment', `now ${number}`);
    const lines = (await run('history', '--limit', '2')).output.trimEnd().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^3 {2}\S+Z {2}tester {2}now 60$/),
      expect.stringMatching(/^2 {2}\S+Z {2}tester {2}now 50$/),
    ]);
    expect((await run('history', '2')).output).toMatch(/now 50\n~ guard.failuresPerAuthenticator: 40 -> 50\n$/);
    expect(JSON.parse((await run('history', '3', '--json')).output)).toMatchObject({ version: 3, changes: [{ before: 50, after: 60 }] });
    expect((await run('history', '4')).errors).toContain('configuration.unknown-version');
    expect((await run('history', '--limit', '0')).exitCode).toBe(2);

    const dry = await run('rollback', '1', '--dry-run');
    expect(dry.output).toBe('~ guard.failuresPerAuthenticator: 60 -> 40\nNothing was changed: this was a dry run.\n');
    expect(JSON.parse((await run('rollback', '1', '--dry-run', '--json')).output)).toMatchObject({
      changed: false,
      changes: [{ after: 40 }],
    });
    expect((await run('rollback', '3')).output).toContain('Nothing to do: version 3 says the same.');
    expect((await run('rollback', '1', '--expect', '2')).errors).toContain('configuration.conflict');
    for (const version of ['0', '9']) expect((await run('rollback', version)).errors).toContain('configuration.unknown-version');
    expect((await run('rollback')).output).toBe('~ guard.failuresPerAuthenticator: 60 -> 50\nVersion 4 is in force.\n');
    expect((await run('rollback', '1', '--comment', 'too\u001b[31m\nloose')).output).toContain('Version 5 is in force.');
    expect((await run('export')).output).toBe((await run('export', '1')).output);
    expect((await run('history')).output).toMatch(/^5 .* too \[31m loose\n4 .* Back to version 2\n3 /);
    const audited = await runCommand([...config.slice(0, 2), 'audit', 'export']);
    expect(audited.output).toContain('Back to version 2');
  });

  it('goes back to nothing that this release or this machine cannot use', async () => {
    const settings = writeSettings(folder);
    const secret = join(folder, 'secret');
    writeFileSync(secret, 'x');
    const document = (file: string) => ({
      ...configurationDocument(),
      mail: {
        kind: 'smtp',
        from: 'a@example.com',
        servers: [{ host: '127.0.0.1', port: 465, security: 'tls', user: 'a', password: `file:${file}` }],
      },
    });
    expect((await runCommand(['--config', settings, 'config', 'apply', fileWith(document(secret))])).errors).toBe('');
    await runCommand(['--config', settings, 'config', 'apply', fileWith(configurationDocument())]);
    rmSync(secret);
    const { exitCode, errors } = await runCommand(['--config', settings, 'config', 'rollback']);
    expect(exitCode).toBe(1);
    expect(errors).toContain('configuration.invalid');
    expect(errors).toContain('mail.servers[0].password');
    expect((await runCommand(['--config', settings, 'config', 'history'])).output).toMatch(/^2 /);
  });
});

describe('keyturn audit', () => {
  it('exports the log and finds what was changed, dropped or cut off', async () => {
    const config = ['--config', writeSettings(folder)];
    for (const name of ['One', 'Two', 'Three']) {
      const organisation = { name, publicUrl: 'https://password.example.com' };
      await runCommand([...config, 'config', 'apply', fileWith(configurationDocument({ organisation }))]);
    }
    const whole = await runCommand([...config, 'audit', 'verify', '--json']);
    expect(whole.exitCode).toBe(0);
    const { head, checked } = JSON.parse(whole.output) as { head: { seq: number; hash: string }; checked: number };
    expect(checked).toBe(3);

    const { output } = await runCommand([...config, 'audit', 'export']);
    const lines = output.trimEnd().split('\n');
    const verify = (rows: readonly string[], ...options: string[]) => {
      const file = join(folder, 'audit.jsonl');
      writeFileSync(file, `${rows.join('\n')}\n`);
      return runCommand(['audit', 'verify', '--file', file, ...options]);
    };
    const [first = '', second = '', third = '', end = ''] = lines;
    // What a collector fetches piece by piece is the whole log, once the ends between are left out.
    const later = await runCommand([...config, 'audit', 'export', '--after', '2']);
    expect(later.output.trimEnd().split('\n')[0]).toBe(third);
    expect(await verify([first, second, ...later.output.trimEnd().split('\n')])).toMatchObject({ exitCode: 0 });
    const none = await runCommand([...config, 'audit', 'export', '--after', '3']);
    expect(none.output.trimEnd().split('\n')).toHaveLength(1);
    expect((await runCommand([...config, 'audit', 'export', '--after', '4'])).errors).toContain('ends before the event that was named');
    expect((await runCommand([...config, 'audit', 'export', '--after', 'x'])).exitCode).toBe(2);
    expect(await verify(lines)).toMatchObject({ exitCode: 0, output: expect.stringContaining('3 events') });
    expect(await verify([first, second.replace('Two', 'Too'), third, end])).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('Event 2: its content'),
    });
    expect(await verify([first, third, end])).toMatchObject({ exitCode: 1, output: expect.stringContaining('Event 2: it is missing') });
    expect(await verify([second, first, third, end])).toMatchObject({ exitCode: 1, output: expect.stringContaining('were reordered') });
    expect(await verify([first, second, end])).toMatchObject({ exitCode: 1, output: expect.stringContaining('were cut off') });
    expect(await verify([first, second])).toMatchObject({ exitCode: 1, output: expect.stringContaining('no signed end') });
    expect(await verify([end])).toMatchObject({ exitCode: 1, output: expect.stringContaining('Event 1: the log ends before it') });
    expect(await verify([first, end, second])).toMatchObject({ exitCode: 1, errors: expect.stringContaining('line: 3') });
    expect(await verify([first, second, third, end.replace('"seq":3', '"seq":2')])).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('not signed with the key'),
    });
    // Whose signature it is, is told, and is checked when asked for.
    const { output: key } = await runCommand([...config, 'audit', 'key']);
    const publicKey = key.split(' ')[0] ?? '';
    expect(await verify(lines)).toMatchObject({ exitCode: 0, output: expect.stringContaining(publicKey) });
    expect(await verify(lines, '--public-key', publicKey)).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('the key you named'),
    });
    expect(await verify(lines, '--public-key', 'another')).toMatchObject({ exitCode: 1, output: expect.stringContaining('another key') });
    const expected = ['--expect', `${head.seq}:${head.hash}`];
    expect(await verify([first, second], ...expected)).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('the log ends before it'),
    });
    expect(await verify(lines, ...expected)).toMatchObject({ exitCode: 0 });
    expect(await verify([first, '{"seq":2}'])).toMatchObject({ exitCode: 1, errors: expect.stringContaining('line: 2') });
  });
});

describe('keyturn serve', () => {
  it('imports the configuration on the first start only, answers, and stops when asked', async () => {
    const settings = writeSettings(folder, { configuration: configurationDocument() });
    const start = async (look: (url: string) => Promise<void>) => {
      let said = '';
      let stop = () => {};
      const stopped = new Promise<void>((resolve) => {
        stop = resolve;
      });
      const outcome = await runCommand(['serve', '--config', settings], {
        stopRequested: () => stopped,
        write: async (text) => {
          said += text;
          const url = /Keyturn is ready: (\S+)/.exec(text)?.[1];
          if (url !== undefined) await look(url).finally(stop);
        },
      });
      return { ...outcome, said };
    };
    const first = await start(async (url) => {
      const site = await fetch(`${url}/api/v1/site`);
      expect(await site.json()).toMatchObject({ organisation: 'Example' });
    });
    expect(first).toMatchObject({ exitCode: 0, said: expect.stringContaining('as version 1.') });
    const second = await start(async () => {});
    expect(second).toMatchObject({ exitCode: 0, said: expect.stringContaining('for the first start only') });
  });

  it('does not start with a broken configuration, and lists all of it', async () => {
    const settings = writeSettings(folder, { configuration: { version: 2 } });
    const { exitCode, errors } = await runCommand(['serve', '--config', settings]);
    expect(exitCode).toBe(1);
    for (const line of [
      'version: This is a document of format 2, of a newer release; this one understands format 1. Install that release, or take the document of this one: keyturn config export',
      'organisation: This is required',
      'directories: This is required',
      'mail: This is required',
    ]) {
      expect(errors).toContain(`  ${line}\n`);
    }
    expect(existsSync(join(folder, 'data'))).toBe(true);
  });
});

it.each([
  ['serve', '[::1]'],
  ['demo', '/run/keyturn.sock'],
])('keyturn %s listens on no %s, and says what is meant', async (command, host) => {
  const { exitCode, errors } = await runCommand([command, '--host', host]);
  expect(exitCode).toBe(2);
  expect(errors).toContain('An IP address (IPv6 without brackets: ::1) or a host name');
});

describe('keyturn config check', () => {
  const check = (bytes: Buffer | string) => {
    const file = join(folder, 'odd.yaml');
    writeFileSync(file, bytes);
    return runCommand(['config', 'check', file]);
  };

  it.each<[string, Buffer | string, string]>([
    ['UTF-16 with a mark', Buffer.from('\ufeffversion: 1\n', 'utf16le'), 'UTF-16'],
    ['UTF-16 without', Buffer.from('version: 1\n', 'utf16le'), 'UTF-16'],
    ['another encoding', Buffer.from('name: K\xf6ln\n', 'latin1'), 'no UTF-8 text'],
    ['nothing', '', 'the file is empty'],
    ['comments alone', '# nothing yet\n', 'nothing in it but comments'],
  ])('says what is wrong with a file of %s', async (_what, bytes, sentence) => {
    const { exitCode, errors, output } = await check(bytes);
    expect(exitCode).toBe(1);
    expect(errors + output).toContain(sentence);
  });

  it('touches neither database nor directories when it is to judge the file alone', async () => {
    const settings = writeSettings(folder, { database: { url: 'postgres://keyturn:x@127.0.0.1:1/keyturn' } });
    const file = join(folder, 'alone.yaml');
    const asks = {
      recovery: { rules: [{ name: 'everybody', accepted: [['passkey']] }] },
      roles: [{ name: 'desk', may: ['unlock-account'], heldBy: { groups: ['Helpdesk'] }, over: { directories: ['people'] } }],
    };
    writeFileSync(file, stringify(configurationDocument(asks)));
    const judge = (...flags: string[]) => runCommand(['--config', settings, 'config', 'check', ...flags, file]);
    const { output } = await judge();
    for (const what of ['tokens and sessions would end', 'have passkeys for another domain', 'what roles name'])
      expect(output).toMatch(new RegExp(`${what}.* could not be (looked up|counted): store\\.unavailable`));
    expect(await judge('--offline')).toEqual({ exitCode: 0, output: `${file}: 0 errors, 0 warnings\n`, errors: '' });
  });

  it('judges by the parsers that will be used', async () => {
    const document = { ...configurationDocument, directories: [{ ...openldapSection, peopleFilter: '(&(objectClass=person) (ou=x))' }] };
    const { exitCode, output } = await check(stringify(document));
    expect(exitCode).toBe(1);
    expect(output).toContain('directories[0].peopleFilter: not an LDAP filter');
  });
});

const openldapSection = {
  kind: 'openldap',
  id: 'people',
  label: 'People',
  servers: [{ url: 'ldaps://ldap.example.com' }],
  baseDn: 'ou=people,dc=example,dc=com',
  serviceAccount: { name: 'cn=keyturn,dc=example,dc=com', password: 'env:PATH' },
};
