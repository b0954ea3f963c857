import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import { loadSettings } from './load-settings.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-settings-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(text: string | Buffer): string {
  const file = join(folder, 'keyturn.yaml');
  writeFileSync(file, text);
  return file;
}

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError && error.code === 'settings.invalid') return error.details.problems as readonly string[];
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('loadSettings', () => {
  it('fills in defaults that listen on loopback alone', () => {
    const { settings, configuration } = loadSettings(undefined, {});
    expect(settings).toEqual({
      listen: { host: '127.0.0.1', port: 8080 },
      dataDirectory: resolve('.keyturn'),
      database: {},
      keys: [],
      trustedProxies: [],
      logLevel: 'info',
      demo: false,
    });
    expect(configuration).toBeUndefined();
  });

  it('reads a file, lets the environment win, and hands on the configuration part', () => {
    const file = fileWith(
      'listen: { host: 0.0.0.0, port: 9000 }\nkeys: [{ id: k1, secret: "env:K1" }]\nconfiguration: { version: 1, organisation: {} }\n',
    );
    const { settings, configuration } = loadSettings(file, {
      KEYTURN_LISTEN_PORT: '9100',
      KEYTURN_KEYS: 'k2=file:/etc/k2, k1=env:K1',
      KEYTURN_TRUSTED_PROXIES: '10.0.0.1, 2001:db8::/32',
      KEYTURN_LOG_LEVEL: '',
    });
    expect(settings.listen).toEqual({ host: '0.0.0.0', port: 9100 });
    expect(settings.keys).toEqual([
      { id: 'k2', secret: 'file:/etc/k2' },
      { id: 'k1', secret: 'env:K1' },
    ]);
    expect(settings.trustedProxies).toEqual(['10.0.0.1', '2001:db8::/32']);
    expect(configuration).toEqual({ version: 1, organisation: {} });
  });

  it('takes a single key without an id', () => {
    expect(loadSettings(undefined, { KEYTURN_KEYS: 'file:/etc/a=b' }).settings.keys).toEqual([{ id: 'main', secret: 'file:/etc/a=b' }]);
  });

  it('makes an SQLite path absolute', () => {
    expect(loadSettings(undefined, { KEYTURN_DATABASE_URL: 'sqlite:some/file' }).settings.database.url).toBe(
      `sqlite:${resolve('some/file')}`,
    );
  });

  it('lists every problem at once, with its path and the variable it came from', () => {
    const file = fileWith(
      'listn: {}\nlisten: { hostt: x }\ndatabase: { url: mysql://x }\nkeys: [{ id: K 1, secret: c2VjcmV0 }]\ntrustedProxies: [10.0.0.0/33]\n',
    );
    const problems = problemsOf(() => loadSettings(file, { KEYTURN_LISTEN_PORT: 'ninety', KEYTURN_LOG_LEVEL: 'loud' }));
    expect([...problems].sort()).toEqual([
      'database.url: sqlite:/path/to/file, or: postgres://user@host/database, or: A secret is a reference: env:NAME or file:/absolute/path',
      'keys[0].id: Lower-case letters, digits and dashes, at most 40',
      'keys[0].secret: A secret is a reference: env:NAME or file:/absolute/path',
      'listen.hostt: There is no such setting here; did you mean host?',
      'listen.port (from KEYTURN_LISTEN_PORT): Expected a number',
      'listn: There is no such setting here; did you mean listen?',
      'logLevel (from KEYTURN_LOG_LEVEL): Expected one of debug, info, warn, error',
      'trustedProxies[0]: An IP address or a network such as 10.0.0.0/8',
    ]);
    expect(problems.join()).not.toContain('c2VjcmV0');
  });

  it('says where a file is not YAML, and does not repeat its text', () => {
    const problems = problemsOf(() => loadSettings(fileWith('keys: [\npassword: hunter2'), {}));
    expect(problems.join()).toMatch(/line \d+/);
    expect(problems.join()).not.toContain('hunter2');
  });

  it('names a file that cannot be read', () => {
    expect(problemsOf(() => loadSettings('/nonexistent/keyturn.yaml', {}))).toEqual([
      '/nonexistent/keyturn.yaml: this file cannot be read',
    ]);
  });

  it.each<[string, string | Buffer, string]>([
    ['UTF-16 with a mark', Buffer.from('\ufefflisten: {}\n', 'utf16le'), 'this is no UTF-8 text, it looks like UTF-16: save it as UTF-8'],
    ['UTF-16 without', Buffer.from('listen: {}\n', 'utf16le'), 'this is no UTF-8 text, it looks like UTF-16: save it as UTF-8'],
    ['another encoding', Buffer.from('dataDirectory: /K\xf6ln\n', 'latin1'), 'this is no UTF-8 text: save it as UTF-8'],
    ['nothing', '', 'the file is empty'],
    ['comments alone', '# nothing yet\n', 'there is nothing in it but comments'],
  ])('says what is wrong with a file of %s, rather than take every default', (_what, text, problem) => {
    const file = fileWith(text);
    expect(problemsOf(() => loadSettings(file, {}))).toEqual([`${file}: ${problem}`]);
  });

  it.each(['[::1]', '/run/keyturn.sock', '127.0.0.1:8080', 'http://localhost', ' '])(
    'refuses to listen on %s, and says what is meant',
    (host) => {
      const sentence = 'An IP address (IPv6 without brackets: ::1) or a host name, not a port, an address of the web or a socket';
      expect(problemsOf(() => loadSettings(undefined, { KEYTURN_LISTEN_HOST: host }))).toEqual([
        `listen.host (from KEYTURN_LISTEN_HOST): ${sentence}`,
      ]);
      const file = fileWith(JSON.stringify({ metrics: { host, port: 0, token: 'env:TOKEN' } }));
      expect(problemsOf(() => loadSettings(file, {}))).toEqual([`metrics.host: ${sentence}`]);
    },
  );

  it.each(['::1', 'fe80::1%eth0', '0.0.0.0', 'localhost', 'node-1.example.org'])('listens on %s', (host) => {
    expect(loadSettings(undefined, { KEYTURN_LISTEN_HOST: host }).settings.listen.host).toBe(host);
  });
});
