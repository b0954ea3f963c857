import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAppError } from '../../shared/errors.ts';
import { createKey, createKeyFile } from './create-key-file.ts';
import { databaseFile, describeDatabaseUrl, resolveDatabaseUrl } from './resolve-database-url.ts';
import { decodeKey, resolveKeys } from './resolve-keys.ts';
import { createSecretResolver } from './resolve-secret.ts';
import { settingsSchema } from './settings.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-secrets-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function refusal(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (isAppError(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('createSecretResolver', () => {
  const resolveSecret = createSecretResolver({ PRESENT: 'värde with spaces ', EMPTY: '' });

  it('reads a variable as it is', () => {
    expect(resolveSecret('env:PRESENT')).toBe('värde with spaces ');
  });

  it('reads the first line of a file, without a byte order mark or line end', () => {
    const file = join(folder, 'secret');
    writeFileSync(file, '\uFEFFpass word \r\nsecond line\n');
    expect(resolveSecret(`file:${file}`)).toBe('pass word ');
  });

  it.each([
    ['env:ABSENT', 'the environment variable is not set'],
    ['env:EMPTY', 'the environment variable is empty'],
    ['file:/nonexistent/secret', 'the file does not exist'],
    ['file:/', 'it is a folder, not a file'],
  ])('names %s and why it leads nowhere', (reference, reason) => {
    expect(refusal(() => resolveSecret(reference))).toMatchObject({
      code: 'configuration.secret-missing',
      details: { reference, reason },
    });
  });

  it('does not repeat a secret that stands in place of its reference', () => {
    expect(refusal(() => resolveSecret('hunter2')).message).not.toContain('hunter2');
  });
});

describe('keys', () => {
  it('makes files that only the owner may read and never overwrites one', () => {
    const file = join(folder, 'below', 'key');
    expect(createKeyFile(file)).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const first = readFileSync(file, 'utf8');
    expect(createKeyFile(file)).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe(first);
    const settings = settingsSchema.parse({ keys: [{ id: 'k1', secret: `file:${file}` }] });
    expect(resolveKeys(settings, createSecretResolver({}))).toEqual([{ id: 'k1', key: decodeKey(first.trim()) }]);
  });

  it('takes 32 bytes in base64 and nothing else', () => {
    expect(decodeKey(createKey())).toHaveLength(32);
    expect(decodeKey('c2hvcnQ=')).toBeNull();
    expect(decodeKey('not base64!')).toBeNull();
    const settings = settingsSchema.parse({
      keys: [
        { id: 'k1', secret: 'env:A' },
        { id: 'k2', secret: 'env:B' },
      ],
    });
    const error = refusal(() => resolveKeys(settings, createSecretResolver({ A: 'hunter2', B: 'hunter3' })));
    expect(error.details.problems).toEqual([
      'keys[0].secret: env:A does not hold 32 bytes in base64',
      'keys[1].secret: env:B does not hold 32 bytes in base64',
    ]);
  });

  it('names the command when there is no key', () => {
    expect(refusal(() => resolveKeys(settingsSchema.parse({}), createSecretResolver({}))).message).toContain('keyturn key create');
  });
});

describe('database address', () => {
  it('is a file in the data directory unless said otherwise', () => {
    const url = resolveDatabaseUrl(settingsSchema.parse({ dataDirectory: '/data' }), createSecretResolver({}));
    expect(url).toBe('sqlite:/data/keyturn.sqlite');
    expect(databaseFile(url)).toBe('/data/keyturn.sqlite');
  });

  it('may stand behind a reference', () => {
    const settings = settingsSchema.parse({ database: { url: 'env:DB' } });
    expect(resolveDatabaseUrl(settings, createSecretResolver({ DB: 'postgres://u:p@h/d' }))).toBe('postgres://u:p@h/d');
    const error = refusal(() => resolveDatabaseUrl(settings, createSecretResolver({ DB: 'hunter2' })));
    expect(error.code).toBe('settings.invalid');
    expect(error.message).not.toContain('hunter2');
  });

  it.each(['postgres://user:p@host/db', 'postgres://user:p/a@s?s@host/db?password=p', 'postgresql://host/db#p'])(
    'is shown without a password: %s',
    (url) => {
      expect(describeDatabaseUrl(url)).toMatch(/^postgres(ql)?:\/\/host\/db$/);
    },
  );
});
