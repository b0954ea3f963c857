import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeSettings } from '../cli/run-command.ts';
import { newPassword } from '../conformance/samples.ts';
import { run } from '../servers/processes.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { sharedPostgres } from '../servers/shared-servers.ts';
import { prove, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, signsIn } from './sample-directory.ts';
import { createMovableClock, type Enrolled, type Keyturn, startKeyturn } from './start-keyturn.ts';

let folder: string;
const nodes: Keyturn[] = [];
const clock = createMovableClock();
const cleaned: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  folder = await createScratchFolder('restore');
  for (const name of ['backup', 'old', 'new']) mkdirSync(join(folder, name));
});
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.close()));
  for (const clean of cleaned.splice(0)) await clean();
  await removeScratchFolder(folder);
});

/** The shell block of the handbook page that has this command. */
function handbookBlock(command: string): string[] {
  const page = readFileSync('docs/handbook/database.md', 'utf8');
  const found = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, text = '']) => text).filter((text) => text.includes(command));
  expect(found, command).toHaveLength(1);
  return (found[0] ?? '').trim().split('\n');
}

interface Machine {
  readonly settings: string;
  readonly place: string;
  readonly database: string;
  readonly environment?: Record<string, string>;
  readonly systemctl?: (verb: string) => Promise<void>;
}

/** Runs what the handbook says, line by line, in the folders of this test and as whoever runs it. */
async function follow(command: string, machine: Machine): Promise<string> {
  let said = '';
  for (const line of handbookBlock(command)) {
    const [, verb] = /^systemctl (start|stop) keyturn$/.exec(line) ?? [];
    if (verb !== undefined) {
      await machine.systemctl?.(verb);
      continue;
    }
    const here = line
      .replace('runuser -u keyturn -- keyturn ', `'${process.execPath}' bin/keyturn.js --config '${machine.settings}' `)
      .replace('-o keyturn -g keyturn ', '')
      .replaceAll('/var/lib/keyturn/', `${machine.place}/`)
      .replaceAll(/\/backup\b/g, `${folder}/backup`)
      .replace(/--dbname=keyturn\b/, `--dbname=${machine.database}`)
      .replace(/ keyturn$/, ` ${machine.database}`);
    const { stdout } = await run('sh', ['-ec', here], { env: machine.environment ?? {}, timeoutMs: 120_000 });
    said += stdout;
  }
  return said;
}

/** The machine with the settings, and the key of the one before if there was one. */
function machineAt(name: 'old' | 'new', url: string): Machine {
  const place = join(folder, name);
  if (name === 'new') copyFileSync(join(folder, 'old', 'key'), join(place, 'key'));
  return { settings: writeSettings(place, { database: { url } }), place, database: new URL(url).pathname.slice(1) };
}

async function start({ place }: Machine, url: string): Promise<Keyturn> {
  const key = new Uint8Array(Buffer.from(readFileSync(join(place, 'key'), 'utf8'), 'base64'));
  const node = await startKeyturn({ directories: [embeddedSection()], database: url, key, clock });
  nodes.push(node);
  return node;
}

async function reset(node: Keyturn, name: string, person: Enrolled): Promise<string> {
  // The authenticator goes on to a code that was not used yet.
  clock.move(60_000);
  const journey = await startJourney(node.url, name);
  await prove(node, journey, person);
  const password = newPassword();
  await journey.answer({ password });
  journey.at('done');
  return password;
}

it('a backup of SQLite that was made while Keyturn ran makes a new node, by the handbook', async () => {
  const [oldUrl, newUrl] = ['old', 'new'].map((name) => `sqlite:${join(folder, name, 'keyturn.sqlite')}`) as [string, string];
  const oldMachine = machineAt('old', oldUrl);
  const old = await start(oldMachine, oldUrl);
  await addPerson(old, 'lea');
  const lea = await old.enrol('lea');
  const password = await reset(old, 'lea', lea);
  expect(await follow('database backup', oldMachine)).toContain('its audit log is whole');
  await addPerson(old, 'late');

  const newMachine = machineAt('new', newUrl);
  let restored: Keyturn | undefined;
  const systemctl = async (verb: string) => {
    if (verb === 'start') restored = await start(newMachine, newUrl);
  };
  expect(await follow('install -o keyturn', { ...newMachine, systemctl })).toContain('The audit log is whole');
  if (restored === undefined) throw new Error('the handbook does not start it');
  expect(await signsIn(restored, 'lea', password)).toBe(true);
  await expect(signsIn(restored, 'late', password)).rejects.toThrow('no account');
  expect(await signsIn(restored, 'lea', await reset(restored, 'lea', lea))).toBe(true);
});

it('a backup of PostgreSQL that was made while Keyturn ran makes a new database, by the handbook', async () => {
  const cluster = await sharedPostgres();
  const environment = { PGHOST: cluster.host, PGPORT: String(cluster.port), PGUSER: cluster.user };
  const client = new pg.Client({ connectionString: cluster.url });
  await client.connect();
  await client.query('do $$ begin create role keyturn login; exception when duplicate_object or unique_violation then null; end $$');
  await client.end();
  const before = await cluster.createDatabase('restore');
  const restored = `${before.name}_again`;
  cleaned.push(before.drop, () => run('dropdb', ['--force', '--if-exists', restored], { env: environment }));
  const oldMachine = { ...machineAt('old', before.url), environment };
  const old = await start(oldMachine, before.url);
  await addPerson(old, 'lea');
  const lea = await old.enrol('lea');
  const password = await reset(old, 'lea', lea);
  await follow('pg_dump', oldMachine);
  await addPerson(old, 'late');

  const newUrl = before.url.replace(`/${before.name}`, `/${restored}`).replace('//postgres@', '//keyturn@');
  const newMachine = { ...machineAt('new', newUrl), environment };
  expect(await follow('pg_restore', newMachine)).toContain('The audit log is whole');
  const node = await start(newMachine, newUrl);
  expect(await signsIn(node, 'lea', password)).toBe(true);
  await expect(signsIn(node, 'late', password)).rejects.toThrow('no account');
  expect(await signsIn(node, 'lea', await reset(node, 'lea', lea))).toBe(true);
});
