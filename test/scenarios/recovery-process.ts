import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { Client } from 'ldapts';
import pg from 'pg';
import type { ConfigurationDocument } from '../../src/core/configuration/document.ts';
import { prove, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { createMovableClock, type MovableClock, startKeyturn } from './start-keyturn.ts';

/** What one part of a recovery took, beside waits for the disk. */
export interface Work {
  statements: number;
  /** Of entries. */
  searches: number;
  /** Those of them for which a domain controller looks for the policy of an account among all that there are. */
  policies: number;
  /** Requests that change something in the directory. */
  writes: number;
}

/**
 * Recoveries on SQLite in FOLDER: `node recovery-process.ts FOLDER [SECTION LOGIN=MAIL...]`, in the embedded directory unless the section of another
 * one is given (JSON). KEYTURN_COUNTED_DATABASE names another database. The last one counts, when what is kept for a while has been read. Which parts of it are over is written to
 * the file `mark`, what they took to standard output as JSON.
 */
const [folder = '', section, ...given] = process.argv.slice(2);
const logins = section === undefined ? ['ada', 'grace'] : given;
const database = process.env.KEYTURN_COUNTED_DATABASE ?? `sqlite:${join(folder, 'keyturn.sqlite')}`;
const work: Work = { statements: 0, searches: 0, policies: 0, writes: 0 };
stopTheSecond();
countWork();

const directories = [section === undefined ? embeddedSection() : (JSON.parse(section) as ConfigurationDocument['directories'][number])];
const keyturn = await startKeyturn({ directories, clock: createSlowClock(), database });
if (section === undefined) for (const login of logins) await addPerson(keyturn, login, {});
const people = new Map(
  await Promise.all(
    logins.map(async (one) => {
      const [login = '', mail] = one.split('=');
      return [login, await keyturn.enrol(login, mail)] as const;
    }),
  ),
);
const parts: Record<string, Work> = {};
const mark = (over: string) => {
  appendFileSync(join(folder, 'mark'), over);
  parts[over] = { ...work };
};
for (const [login, person] of people) {
  await keyturn.deps.store.settled();
  mark('prepared');
  const client = await startJourney(keyturn.url, login);
  await prove(keyturn, client, person);
  client.at('new-password');
  mark('proven');
  await client.answer({ password: `A quiet harbour at 12, ${login}` });
  client.at('done');
  mark('done');
  // The notice belongs to the recovery, though nobody waits for it.
  await keyturn.waitForMessage(person.address, 1);
  mark('told');
}
process.stdout.write(JSON.stringify(parts));
await keyturn.close();
// Timers of work that will not come again are left.
process.exit(0);

/**
 * What is kept for seconds stays that long however slow this machine is. Ahead, so that nobody's password was set just now: a write
 * would wait for the next second.
 */
function createSlowClock(): MovableClock {
  const begun = Date.now();
  return { ...createMovableClock(), now: () => begun + 15 * 60_000 + Math.floor((Date.now() - begun) / 50) };
}

/** What is done every second whether somebody recovers or not stands still: how long this machine takes must not count. */
function stopTheSecond(): void {
  const begin = globalThis.setTimeout;
  const forEver = 2 ** 31 - 1;
  globalThis.setTimeout = ((work: (...given: unknown[]) => void, milliseconds: number, ...given: unknown[]) =>
    begin(work, milliseconds === 1000 ? forEver : milliseconds, ...given)) as never;
}

function countWork(): void {
  const statement = Object.getPrototypeOf(new SqliteFile(':memory:').prepare('select 1')) as Record<
    string,
    (...given: unknown[]) => unknown
  >;
  for (const name of ['run', 'all', 'get', 'iterate']) count(statement, name, 'statements');
  // What a pool is asked it asks one of its clients.
  count(pg.Client.prototype as never, 'query', 'statements');
  const client = Client.prototype as unknown as Record<string, (...given: never[]) => unknown>;
  // Each connection asks once for the root DSE, and whether password settings may be read: of a recovery on two of them one more or none.
  count(client, 'search', 'searches', (base) => base !== '' && !base.startsWith('CN=Password Settings Container,'));
  count(client, 'search', 'policies', (_base, { attributes }) => attributes.includes('msDS-ResultantPSO'));
  for (const name of ['exop', 'modify', 'add', 'del', 'modifyDN']) count(client, name, 'writes');
}

function count(
  prototype: Record<string, (...given: never[]) => unknown>,
  name: string,
  what: keyof Work,
  isMeant: (base: string, options: { attributes: readonly string[] }) => boolean = () => true,
): void {
  const real = prototype[name];
  if (real === undefined) throw new Error(`nothing to count: ${name}`);
  prototype[name] = function (this: unknown, ...given: never[]) {
    if (isMeant(...(given as unknown as Parameters<typeof isMeant>))) work[what] += 1;
    return real.apply(this, given);
  };
}
