import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createKey } from '../../src/config/create-key-file.ts';
import type { Finding } from '../../src/core/health/finding.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { configurationDocument, runCommand, writeSettings } from './run-command.ts';

let folder: string;
let settings: string[];
beforeEach(async () => {
  folder = await createScratchFolder('tampering');
  settings = ['--config', writeSettings(folder)];
  for (const name of ['One', 'Two', 'Three']) {
    const file = join(folder, 'configuration.yaml');
    writeFileSync(file, stringify(configurationDocument({ organisation: { name, publicUrl: 'https://password.example.com' } })));
    await runCommand([...settings, 'config', 'apply', file]);
  }
});
afterEach(() => removeScratchFolder(folder));

function inDatabase(...statements: string[]): void {
  const file = new SqliteFile(join(folder, 'data', 'keyturn.sqlite'));
  for (const statement of statements) file.prepare(statement).run();
  file.close();
}

async function doctor(...more: string[]): Promise<Finding[]> {
  const { output } = await runCommand([...settings, ...more, 'doctor', '--json']);
  return (JSON.parse(output) as { findings: Finding[] }).findings;
}
const failures = (findings: readonly Finding[], area: string) =>
  findings.filter((finding) => finding.area === area && finding.level === 'fail');

describe('an audit log that somebody has changed in the database', () => {
  it('is whole before', async () => {
    expect(await runCommand([...settings, 'audit', 'verify'])).toMatchObject({ exitCode: 0, output: expect.stringContaining('3 events') });
    expect(failures(await doctor(), 'audit')).toEqual([]);
  });

  it.each([
    ['cut', ['delete from audit_events where seq > 2'], 'Event 3: the log ends before it'],
    ['emptied', ['delete from audit_events'], 'Event 1: the log ends before it'],
    [
      'emptied with its end',
      ['delete from audit_events', `update audit_head set seq = 0, hash = '${'0'.repeat(64)}'`],
      'was not written with the key',
    ],
    ['without its end', ['delete from audit_head'], null],
  ])('is found by verify, export and doctor: %s', async (_what, statements, words) => {
    inDatabase(...statements);
    const verified = await runCommand([...settings, 'audit', 'verify']);
    expect(verified.exitCode).toBe(1);
    if (words === null) expect(verified.errors).toContain('audit.chain-broken');
    else expect(verified.output).toContain(words);
    expect(failures(await doctor(), 'audit')).toHaveLength(1);
    const exported = await runCommand([...settings, 'audit', 'export']);
    const file = join(folder, 'audit.jsonl');
    writeFileSync(file, exported.output);
    expect(await runCommand(['audit', 'verify', '--file', file])).toMatchObject({ exitCode: 1 });
  });

  it('is found by verify in the middle too', async () => {
    inDatabase(`update audit_events set mac = hash where seq = 2`);
    expect((await runCommand([...settings, 'audit', 'verify'])).output).toContain('Event 2: its hash was not made with the key of the log');
    inDatabase(`update audit_events set type = 'x' where seq = 2`);
    expect((await runCommand([...settings, 'audit', 'verify', '--json'])).output).toContain('"reason": "changed"');
  });
});

describe('an event that somebody hides from the history', () => {
  it('is found by verify, and by the history again once its index is made anew', async () => {
    const listed = async () =>
      (await runCommand([...settings, 'audit', 'list', '--group', 'administration'])).output.trim().split('\n').length;
    expect(await listed()).toBe(3);
    inDatabase('delete from audit_terms where seq = 2');
    expect(await listed()).toBe(2);
    const verified = await runCommand([...settings, 'audit', 'verify']);
    expect(verified).toMatchObject({ exitCode: 1, output: expect.stringContaining('Event 2: the history does not find it') });
    expect(verified.output).toMatch(/\n {4}keyturn .*audit reindex\n$/);
    expect((await runCommand([...settings, 'audit', 'reindex'])).output).toBe('Events that the history finds again: 1.\n');
    expect(await listed()).toBe(3);
    expect((await runCommand([...settings, 'audit', 'verify'])).exitCode).toBe(0);
    expect((await runCommand([...settings, 'audit', 'reindex'])).output).toContain(': 0.');
  });
});

describe('keys that do not belong to the database', () => {
  it.each([
    ['another key under the same id', () => [{ id: 'test', secret: 'env:OTHER' }], /another key than the one/],
    ['no key that it knows', () => [{ id: 'new', secret: 'env:OTHER' }], /no key of the settings is known/],
  ])('are told by serve and by doctor: %s', async (_what, keys, words) => {
    process.env.OTHER = createKey();
    const other = join(folder, 'other.yaml');
    writeFileSync(other, stringify({ listen: { port: 0 }, dataDirectory: join(folder, 'data'), keys: keys(), logLevel: 'error' }), {
      mode: 0o600,
    });
    const environment = { USER: 'tester', OTHER: process.env.OTHER };
    const served = await runCommand(['serve', '--config', other], { environment });
    expect(served).toMatchObject({ exitCode: 1, errors: expect.stringContaining('store.wrong-key') });
    expect(served.errors).toMatch(words);
    const { exitCode, output } = await runCommand(['--config', other, 'doctor', '--json'], { environment });
    expect(exitCode).toBe(1);
    expect(output).toMatch(words);
    delete process.env.OTHER;
  });
});
