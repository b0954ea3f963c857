import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import SqliteFile from 'better-sqlite3';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { journeyRow, makeSqliteDatabase, openTestStore, quietLog, testKey } from '../../test/store/fixture.ts';
import { specifyApiTokens } from '../../test/store/specification-api-tokens.ts';
import { specifyCases } from '../../test/store/specification-cases.ts';
import { specifyDatabase } from '../../test/store/specification-database.ts';
import { specifyEmergencies } from '../../test/store/specification-emergencies.ts';
import { specifyEnrolmentAsks } from '../../test/store/specification-enrolment-asks.ts';
import { specifyHistory } from '../../test/store/specification-history.ts';
import { specifyJourneyTables } from '../../test/store/specification-journeys.ts';
import { specifyPeople } from '../../test/store/specification-people.ts';
import { specifyPeopleCounts } from '../../test/store/specification-people-counts.ts';
import { specifyQueue } from '../../test/store/specification-queue.ts';
import { specifySealedColumns } from '../../test/store/specification-sealed.ts';
import { specifySessions } from '../../test/store/specification-sessions.ts';
import { specifySetUps } from '../../test/store/specification-set-ups.ts';
import { specifyThreats } from '../../test/store/specification-threats.ts';
import { specifyTransactions } from '../../test/store/specification-transactions.ts';
import { specifyVouches } from '../../test/store/specification-vouches.ts';
import { specifyWorkTables } from '../../test/store/specification-work.ts';
import { createStore } from './create-store.ts';
import type { WalFiles } from './disk.ts';
import { openSqlite } from './sqlite.ts';

describe('store on SQLite', () => {
  specifyJourneyTables(makeSqliteDatabase);
  specifySessions(makeSqliteDatabase);
  specifyCases(makeSqliteDatabase);
  specifyEmergencies(makeSqliteDatabase);
  specifySetUps(makeSqliteDatabase);
  specifyApiTokens(makeSqliteDatabase);
  specifyPeople(makeSqliteDatabase);
  specifyEnrolmentAsks(makeSqliteDatabase);
  specifyVouches(makeSqliteDatabase);
  specifyWorkTables(makeSqliteDatabase);
  specifyTransactions(makeSqliteDatabase);
  specifyHistory(makeSqliteDatabase);
  specifyThreats(makeSqliteDatabase);
  specifyQueue(makeSqliteDatabase);
  specifyPeopleCounts(makeSqliteDatabase);
  specifyDatabase(makeSqliteDatabase);
  specifySealedColumns(makeSqliteDatabase);
});

describe('the SQLite file', () => {
  const pathOf = (url: string): string => url.slice('sqlite:'.length);

  it('is readable by its owner alone, as is a folder made for it', async () => {
    const database = await makeSqliteDatabase();
    const path = join(dirname(pathOf(database.url)), 'new', 'deeper', 'keyturn.sqlite');
    const store = await openTestStore(`sqlite:${path}`);
    await store.journeys.insert(journeyRow());
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
    expect((await stat(dirname(dirname(path)))).mode & 0o777).toBe(0o700);
    await store.close();
    await database.drop();
  });

  it('has one writer from the start of a transaction on', async () => {
    const database = await makeSqliteDatabase();
    const store = await openTestStore(database.url);
    const beside = new SqliteFile(pathOf(database.url), { timeout: 0 });
    const write = () => beside.prepare("insert into freezes values ('corp', 'a', 'test', 0)").run();
    await store.transaction(async (inner) => {
      await inner.journeys.find('none');
      // Otherwise this write would come first, and a later one of the transaction would fail instead of wait.
      expect(write).toThrow(expect.objectContaining({ code: 'SQLITE_BUSY' }));
      await inner.journeys.insert(journeyRow());
    });
    expect(write().changes).toBe(1);
    expect(await store.freezes.isFrozen({ directory: 'corp', id: 'a' })).toBe(true);
    beside.close();
    await store.close();
    await database.drop();
  });

  it('is durable and checks references', async () => {
    const database = await makeSqliteDatabase();
    const { db, disk } = openSqlite(pathOf(database.url));
    const setting = async (name: string) =>
      Object.values((await sql.raw<Record<string, unknown>>(`pragma ${name}`).execute(db)).rows[0] ?? {})[0];
    expect(await setting('journal_mode')).toBe('wal');
    // NORMAL, and no checkpoint of its own: see disk.ts and checkpoints.ts.
    expect(await setting('synchronous')).toBe(1);
    expect(await setting('wal_autocheckpoint')).toBe(0);
    expect(await setting('foreign_keys')).toBe(1);
    // Whoever waits for another process must not stop this one: see wait-for-others.ts.
    expect(await setting('busy_timeout')).toBe(0);
    await disk.close();
    await db.destroy();
    await database.drop();
  });

  it('lets no commit succeed whose flush failed, and nothing after it', async () => {
    const database = await makeSqliteDatabase();
    let failing = false;
    const walFiles: WalFiles = {
      identityOf: async () => 'the log',
      open: async () => ({
        identity: async () => 'the log',
        async datasync() {
          if (failing) throw Object.assign(new Error('planted'), { code: 'EIO' });
        },
        close: async () => {},
      }),
    };
    const store = await createStore({ url: database.url, sealingKeys: [testKey('k1')], log: quietLog, walFiles });
    await store.journeys.insert(journeyRow());
    failing = true;
    const refused = { code: 'store.unavailable', details: { engine: 'sqlite', reason: 'flush-failed' } };
    const late = journeyRow();
    const commits = [store.journeys.insert(journeyRow()), store.transaction((inner) => inner.journeys.insert(late))];
    for (const commit of commits) await expect(commit).rejects.toMatchObject(refused);
    failing = false;
    await expect(store.ping()).rejects.toMatchObject(refused);
    await expect(store.settled()).rejects.toMatchObject(refused);
    await expect(store.journeys.find(late.id)).rejects.toMatchObject(refused);
    await store.close();
    await database.drop();
  });

  it('is unavailable while another process keeps it locked', async () => {
    const database = await makeSqliteDatabase();
    await (await openTestStore(database.url)).close();
    const { db, disk } = openSqlite(pathOf(database.url), { busyTimeout: 50 });
    const write = () => db.insertInto('freezes').values({ directory: 'corp', account_id: 'a', reason: 'test', frozen_at: 0 }).execute();
    const beside = new SqliteFile(pathOf(database.url));
    beside.exec('begin immediate');
    await expect(write()).rejects.toMatchObject({ code: 'store.unavailable', details: { reason: 'SQLITE_BUSY' } });
    expect(await db.selectFrom('freezes').selectAll().execute()).toEqual([]);
    beside.close();
    await write();
    await disk.close();
    await db.destroy();
    await database.drop();
  });

  it('is available beside another process that locks it again and again, as an import does', async () => {
    const database = await makeSqliteDatabase();
    await (await openTestStore(database.url)).close();
    const busyTimeout = 1500;
    const { db, disk } = openSqlite(pathOf(database.url), { busyTimeout });
    const beside = new SqliteFile(pathOf(database.url));
    const begun = performance.now();
    let written = 0;
    for (; performance.now() - begun < 2 * busyTimeout; written += 1) {
      beside.exec('begin immediate');
      const write = db
        .insertInto('freezes')
        .values({ directory: 'corp', account_id: `${written}`, reason: 'test', frozen_at: 0 })
        .execute();
      // Long enough that the lock is met, and far shorter than it is waited for.
      await new Promise((resolve) => setTimeout(resolve, 20));
      beside.exec('commit');
      await write;
    }
    expect(await db.selectFrom('freezes').selectAll().execute()).toHaveLength(written);
    beside.close();
    await disk.close();
    await db.destroy();
    await database.drop();
  });

  it('can be kept in memory for tests', async () => {
    const store = await openTestStore('sqlite::memory:');
    const row = journeyRow();
    await store.journeys.insert(row);
    expect(await store.journeys.find(row.id)).toEqual(row);
    await store.close();
  });

  it('is told once when it is made, however many changes that takes, and not at all in memory', async () => {
    const database = await makeSqliteDatabase();
    const told: [string, Record<string, unknown> | undefined][] = [];
    const log = { ...quietLog, info: (event: string, facts?: Record<string, unknown>) => told.push([event, facts]) };
    for (const url of ['sqlite::memory:', database.url, database.url])
      await (await createStore({ url, sealingKeys: [testKey('k1')], log })).close();
    expect(told).toEqual([['store.migrated', { migrations: expect.any(Number), newest: expect.stringMatching(/^\d{4}-/) }]]);
    await database.drop();
  });

  it('is refused when it is no database or no file', async () => {
    const database = await makeSqliteDatabase();
    await writeFile(pathOf(database.url), 'this is a text file and no database, long enough to have a header'.repeat(20));
    await expect(openTestStore(database.url)).rejects.toMatchObject({ code: 'store.unavailable', details: { reason: 'SQLITE_NOTADB' } });
    await expect(openTestStore(`sqlite:${dirname(pathOf(database.url))}`)).rejects.toMatchObject({ code: 'store.unavailable' });
    await database.drop();
  });

  it('is named by a URL', async () => {
    for (const url of ['', 'sqlite:', 'mysql://x', '/tmp/x']) {
      await expect(openTestStore(url)).rejects.toMatchObject({ code: 'settings.invalid' });
    }
  });

  it('keeps what was committed and nothing else when the process is killed', { timeout: 300_000 }, async () => {
    const database = await makeSqliteDatabase();
    let journeys = 0;
    for (let round = 0; round < 5; round += 1) {
      const { committed, open } = await writeAndKill(database.url, 15 + round);
      expect(committed).toHaveLength(15 + round);
      const store = await openTestStore(database.url);
      for (const id of committed) expect(await store.journeys.find(id)).not.toBeNull();
      expect(await store.journeys.find(open)).toBeNull();
      journeys += committed.length;
      expect((await store.audit.head()).seq).toBe(journeys);
      expect(await store.audit.read(0, 1_000)).toHaveLength(journeys);
      await store.close();
      expect(await database.execute('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    }
    await database.drop();
  });
});

/** Runs a writer and kills it (SIGKILL) in the middle of a transaction. */
async function writeAndKill(url: string, commits: number): Promise<{ committed: string[]; open: string }> {
  const script = join(import.meta.dirname, '../../test/store/write-until-killed.ts');
  const writer = spawn(process.execPath, [script, url, String(commits)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const committed: string[] = [];
  let open = '';
  for await (const line of createInterface({ input: writer.stdout })) {
    const [what, id = ''] = line.split(' ');
    if (what === 'committed') committed.push(id);
    if (what === 'open') {
      open = id;
      writer.kill('SIGKILL');
    }
  }
  if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');
  return { committed, open };
}
