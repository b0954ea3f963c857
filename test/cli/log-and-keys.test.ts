import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createKeyFile } from '../../src/config/create-key-file.ts';
import { startIdly, startJourney } from '../scenarios/journey-client.ts';
import { addPerson, embeddedSection } from '../scenarios/sample-directory.ts';
import { type Enrolled, type Keyturn, startKeyturn, until } from '../scenarios/start-keyturn.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { runCommand, writeSettings } from './run-command.ts';

let folder: string;
let settings: string;
let keyturn: Keyturn;
let alice: Enrolled;

/** A Keyturn on the database that the commands open. */
beforeEach(async () => {
  folder = await createScratchFolder('cli-keys');
  settings = writeSettings(folder);
  // The first command makes the data folder.
  await runCommand(['--config', settings, 'audit', 'verify']);
  const key = new Uint8Array(Buffer.from(readFileSync(join(folder, 'key'), 'utf8'), 'base64'));
  keyturn = await startKeyturn({ directories: [embeddedSection()], database: `sqlite:${database()}`, keys: [{ id: 'test', key }] });
  for (const login of ['alice', 'bob']) await addPerson(keyturn, login);
  alice = await keyturn.enrol('alice');
});
afterEach(async () => {
  await keyturn.close();
  await removeScratchFolder(folder);
});

const database = () => join(folder, 'data', 'keyturn.sqlite');
const audit = async (type: string) => (await keyturn.deps.store.audit.read(0, 1_000)).filter((row) => row.type === type);

describe('keyturn audit find', () => {
  const find = async (name: string) => {
    const { exitCode, output } = await runCommand(['--config', settings, 'audit', 'find', name]);
    const rows = output.split('\n').filter((line) => line !== '');
    return { exitCode, types: rows.map((line) => (JSON.parse(line) as { type: string }).type), output };
  };

  it('prints what became of the recoveries that began with a name, however it is spelled, and of no other', async () => {
    const client = await startJourney(keyturn.url, 'alice');
    await client.answer({ option: 'email' });
    await client.answer({ code: '00000000' });
    await startIdly(keyturn.url, { account: 'bob' });
    await startIdly(keyturn.url, { account: 'nobody' });
    await until(async () => (await audit('journey.leads-nowhere')).length === 2, 'the look-ups');

    for (const spelling of ['alice', ' ALICE ']) {
      expect(await find(spelling)).toMatchObject({ exitCode: 0, types: ['journey.started', 'journey.code-sent', 'journey.proof-refused'] });
    }
    expect((await find('bob')).types).toEqual(['journey.leads-nowhere']);
    expect((await find('nobody')).types).toEqual(['journey.leads-nowhere']);
    expect((await find('nobody')).output).not.toContain('nobody');
    expect(await find('carol')).toMatchObject({ exitCode: 0, types: [] });
    // Not by what stands in an event.
    expect((await find(alice.account.id)).types).toEqual([]);
  });
});

describe('keyturn key reseal', () => {
  /** Settings on the same database with these keys, the first of which seals. */
  function withKeys(...files: string[]): string {
    const file = join(folder, `with-${files.join('-')}.yaml`);
    const keys = files.map((name) => ({ id: name === 'key' ? 'test' : name, secret: `file:${join(folder, name)}` }));
    writeFileSync(file, stringify({ listen: { port: 0 }, dataDirectory: join(folder, 'data'), keys, logLevel: 'error' }), { mode: 0o600 });
    return file;
  }
  const run = (file: string, ...argv: string[]) => runCommand(['--config', file, ...argv]);

  beforeEach(() => {
    createKeyFile(join(folder, 'new'));
  });

  it('seals anew what the old key sealed, while a node runs, so that the old one can be taken out', async () => {
    const foreign = { exitCode: 1, errors: expect.stringContaining('store.wrong-key') };
    expect(await run(withKeys('new'), 'key', 'reseal')).toMatchObject(foreign);
    const both = withKeys('new', 'key');
    const output = expect.stringMatching(/^Sealed [1-9]\d* values? anew with new\.\n$/);
    expect(await run(both, 'key', 'reseal')).toMatchObject({ exitCode: 0, output });
    expect(await run(both, 'key', 'reseal')).toMatchObject({ exitCode: 0, output: 'Sealed 0 values anew with new.\n' });
    // The new key alone opens them all, and the old one none.
    expect(await run(withKeys('new'), 'key', 'reseal')).toMatchObject({ exitCode: 0, output: 'Sealed 0 values anew with new.\n' });
    expect(await run(withKeys('new'), 'audit', 'verify')).toMatchObject({ exitCode: 0 });
    expect(await run(withKeys('key'), 'key', 'reseal')).toMatchObject({ exitCode: 1, output: expect.stringContaining('cannot be opened') });
  });

  it('says what it cannot open, and leaves it as it is', async () => {
    const file = new SqliteFile(database());
    file.prepare(`update factors set account_id = 'another' where kind = 'totp'`).run();
    const sealed = () => file.prepare(`select secret from factors where kind = 'totp'`).get();
    const before = sealed();
    const { exitCode, output } = await run(withKeys('new', 'key'), 'key', 'reseal');
    expect(exitCode).toBe(1);
    expect(output).toMatch(/^Sealed [1-9]\d* values? anew with new\.\n1 in factors cannot be opened and were left as they are\.\n$/);
    expect(sealed()).toEqual(before);
    file.close();
  });
});
