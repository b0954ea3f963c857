import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCommand, writeSettings } from '../cli/run-command.ts';
import { newPassword } from '../conformance/samples.ts';
import type { PostgresDatabase } from '../servers/postgres.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { sharedPostgres } from '../servers/shared-servers.ts';
import { type JourneyClient, prove, request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, signsIn } from './sample-directory.ts';
import { codeIn, createMovableClock, type Enrolled, type Keyturn, startKeyturn } from './start-keyturn.ts';

let folder: string;
let file: string;
let settings: string;
let target: PostgresDatabase;
const nodes: Keyturn[] = [];
const clock = createMovableClock();

beforeEach(async () => {
  folder = await createScratchFolder('move');
  file = join(folder, 'keyturn.sqlite');
  settings = writeSettings(folder, { database: { url: `sqlite:${file}` } });
  target = await (await sharedPostgres()).createDatabase('move');
});
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.close()));
  await target.drop();
  await removeScratchFolder(folder);
});

async function start(database: string): Promise<Keyturn> {
  const key = new Uint8Array(Buffer.from(readFileSync(join(folder, 'key'), 'utf8'), 'base64'));
  const node = await startKeyturn({ directories: [embeddedSection()], database, key, clock });
  nodes.push(node);
  return node;
}

async function stop(node: Keyturn): Promise<void> {
  nodes.splice(nodes.indexOf(node), 1);
  await node.close();
}

const move = (...more: string[]) => runCommand(['--config', settings, 'database', 'move', target.url, ...more]);

/** Every row of every table, as text, in no order. */
type Content = Record<string, string[]>;

const asText = (rows: readonly object[]): string[] =>
  rows.map((row) => JSON.stringify(Object.entries(row).sort(([one], [other]) => (one < other ? -1 : 1)))).sort();

function sqliteContent(): Content {
  const database = new SqliteFile(file, { readonly: true });
  try {
    const tables = database.prepare("select name from sqlite_master where type = 'table' and name not like 'kysely%'").all() as {
      name: string;
    }[];
    return Object.fromEntries(tables.map(({ name }) => [name, asText(database.prepare(`select * from ${name}`).all() as object[])]));
  } finally {
    database.close();
  }
}

async function postgresContent(): Promise<Content> {
  const client = new pg.Client({
    connectionString: target.url,
    types: { getTypeParser: (oid: number) => (oid === 20 ? Number : pg.types.getTypeParser(oid)) } as never,
  });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'",
    );
    const content: Content = {};
    for (const { name } of tables) content[name] = asText((await client.query(`select * from ${name}`)).rows as object[]);
    return content;
  } finally {
    await client.end();
  }
}

/** A recovery that is done, one that stands at a code which was mailed, people, and a log longer than a page. */
async function use(node: Keyturn): Promise<{ open: JourneyClient; code: string; lea: Enrolled; password: string }> {
  await addPerson(node, 'lea', { displayName: 'Léa “Ω” Müller-Łukasz' });
  await addPerson(node, 'max');
  const [lea, max] = [await node.enrol('lea'), await node.enrol('max')];
  const done = await startJourney(node.url, 'max');
  await prove(node, done, max);
  const password = newPassword();
  await done.answer({ password });
  done.at('done');
  const open = await startJourney(node.url, 'lea');
  await open.answer({ option: 'email' });
  const code = codeIn(await node.waitForMessage(lea.address));
  await node.deps.store.transaction(async (transaction) => {
    for (let written = 0; written < 1_100; written += 1)
      await transaction.audit.append({
        at: clock.now(),
        type: 'guard.slowed-down',
        data: JSON.stringify({ written, random: randomBytes(4).toString('hex') }),
      });
  });
  return { open, code, lea, password };
}

it('moves everything to PostgreSQL, where people go on, and leaves the file as it was', async () => {
  const before = await start(`sqlite:${file}`);
  const { open, code, lea, password } = await use(before);
  await stop(before);
  const content = sqliteContent();
  const { exitCode, output, errors } = await move();
  expect(`${errors}`).toBe('');
  expect(exitCode).toBe(0);
  expect(output).toMatch(/audit log is whole: 11\d\d events/);
  expect(sqliteContent()).toEqual(content);
  expect(Object.keys(content)).toContain('journeys');
  expect(await postgresContent()).toEqual(content);

  const after = await start(target.url);
  expect(await signsIn(after, 'max', password)).toBe(true);
  const answer = (step: string, body: unknown) =>
    request(after.url, 'POST', `/journeys/current/steps/${step}`, body, { authorization: `Bearer ${open.token}` });
  const second = await answer(open.step.id, { code });
  expect(second.body.step?.kind).toBe('code');
  const third = await answer(second.body.step?.id ?? '', { code: lea.totp() });
  expect(third.body.step?.kind).toBe('new-password');
});

it('moves nothing while another process has the file open, and nothing is left half done', async () => {
  const node = await start(`sqlite:${file}`);
  await addPerson(node, 'lea');
  const { exitCode, errors } = await move();
  expect(exitCode).toBe(1);
  expect(errors).toContain('store.in-use');
  expect(await postgresContent()).toEqual({});
});

it('moves into an empty database only', async () => {
  await stop(await start(`sqlite:${file}`));
  expect((await move()).exitCode).toBe(0);
  const moved = await postgresContent();
  const again = await move();
  expect(again).toMatchObject({ exitCode: 1, errors: expect.stringContaining('store.not-empty') });
  expect(await postgresContent()).toEqual(moved);
});

it('makes nothing in a database of something else', async () => {
  await stop(await start(`sqlite:${file}`));
  const client = new pg.Client({ connectionString: target.url });
  await client.connect();
  await client.query('create table invoices (number integer)');
  await client.end();
  expect(await move()).toMatchObject({ exitCode: 1, errors: expect.stringContaining('store.not-empty') });
  expect(Object.keys(await postgresContent())).toEqual(['invoices']);
});

it('leaves nothing behind when it fails in the middle, and can be begun anew', async () => {
  const node = await start(`sqlite:${file}`);
  await addPerson(node, 'lea');
  await stop(node);
  // PostgreSQL has no place for this character in a text (22021); SQLite has.
  const rename = (to: string) => {
    const database = new SqliteFile(file);
    database.prepare('update embedded_accounts set display_name = ?').run(to);
    database.close();
  };
  rename('Lea\0');
  const failed = await move();
  expect(failed.exitCode).toBe(1);
  const left = await postgresContent();
  expect(left.embedded_accounts).toEqual([]);
  expect(left.data_keys).toEqual([]);
  expect(left.audit_events).toEqual([]);
  rename('Lea');
  expect((await move()).exitCode).toBe(0);
  expect(await postgresContent()).toEqual(sqliteContent());
});

it('moves nothing that the keys of the settings do not open', async () => {
  await stop(await start(`sqlite:${file}`));
  mkdirSync(join(folder, 'other'));
  const other = writeSettings(join(folder, 'other'), { database: { url: `sqlite:${file}` } });
  const { exitCode, errors } = await runCommand(['--config', other, 'database', 'move', target.url]);
  expect(exitCode).toBe(1);
  expect(errors).toContain('store.wrong-key');
  expect(await postgresContent()).toEqual({});
});
