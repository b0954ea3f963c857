import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStore } from '../../src/store/create-store.ts';
import { openDataKeys } from '../../src/store/data-keys.ts';
import { migrate } from '../../src/store/migrate.ts';
import { migrations } from '../../src/store/migrations/list.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { createSecrets } from '../../src/store/secrets.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import {
  factorRow,
  intentRow,
  journeyRow,
  type MakeDatabase,
  NOW,
  openTestStore,
  outboxRow,
  quietLog,
  type TestDatabase,
  testKey,
} from './fixture.ts';

const run = promisify(execFile);

/** Opening, migrating, sealing and key rotation; each case on a database of its own. */
export function specifyDatabase(makeDatabase: MakeDatabase): void {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await makeDatabase();
  });
  afterEach(() => database.drop());

  describe('opening', () => {
    it('keeps everything over a close, and refuses work after it', async () => {
      const row = journeyRow();
      const first = await openTestStore(database.url);
      await first.journeys.insert(row);
      await first.close();
      await first.close();
      await expect(first.ping()).rejects.toMatchObject({ code: 'store.unavailable' });
      await expect(first.transaction(async () => {})).rejects.toMatchObject({ code: 'store.unavailable' });
      const second = await openTestStore(database.url);
      expect(await second.journeys.find(row.id)).toEqual(row);
      await second.ping();
      await second.close();
    });

    it('waits in close for the transaction under way', async () => {
      const row = journeyRow();
      const store = await openTestStore(database.url);
      const inserted = Promise.withResolvers<void>();
      const mayEnd = Promise.withResolvers<void>();
      const work = store.transaction(async (inner) => {
        await inner.journeys.insert(row);
        inserted.resolve();
        await mayEnd.promise;
      });
      await inserted.promise;
      const closed = store.close();
      mayEnd.resolve();
      await Promise.all([work, closed]);
      const again = await openTestStore(database.url);
      expect(await again.journeys.find(row.id)).toEqual(row);
      await again.close();
    });

    it('migrates once when several nodes start together', { timeout: 60_000 }, async () => {
      const script = join(import.meta.dirname, 'open-and-append.ts');
      const nodes = await Promise.all([1, 2, 3].map(() => run(process.execPath, [script, database.url, '60'])));
      expect(nodes.map((node) => node.stdout.trim())).toEqual(['done', 'done', 'done']);
      const names = await database.execute('select name from kysely_migration order by name');
      expect(names).toHaveLength(Object.keys(migrations).length);
      // The same processes also appended to one chain at once.
      const store = await openTestStore(database.url);
      expect((await store.audit.head()).seq).toBe(180);
      expect((await store.audit.read(0, 1_000)).map((row) => row.seq)).toEqual(Array.from({ length: 180 }, (_, index) => index + 1));
      await store.close();
    });

    it('takes back everything when a migration fails', async () => {
      const db =
        database.engine === 'sqlite'
          ? openSqlite(database.url.slice('sqlite:'.length)).db
          : openPostgres({ url: database.url, log: quietLog, poolSize: 2, statementTimeout: 10_000 }).db;
      const halfway = async (inner: Kysely<unknown>) => {
        await inner.schema.createTable('halfway').addColumn('id', 'text').execute();
        await inner.schema.createTable('halfway').addColumn('id', 'text').execute();
      };
      await expect(migrate(db, quietLog, { ...migrations, '9999-fail': { up: halfway } })).rejects.toMatchObject({
        name: 'AppError',
        code: expect.stringMatching(/^(internal\.unexpected|store\.unavailable)$/),
      });
      expect((await db.introspection.getTables()).map((table) => table.name)).toEqual([]);
      await migrate(db, quietLog);
      await db.destroy();
      await (await openTestStore(database.url)).close();
    });

    it('leaves a database alone that a newer program has migrated', async () => {
      await (await openTestStore(database.url)).close();
      await database.execute(`insert into kysely_migration (name, timestamp) values ('9999-add-tomorrow', '2030-01-01T00:00:00.000Z')`);
      await expect(openTestStore(database.url)).rejects.toMatchObject({
        code: 'store.newer-schema',
        details: { database: '9999-add-tomorrow', program: Object.keys(migrations).at(-1) },
      });
    });
  });

  it('is looked at for a newer program by one statement, while a node runs', async () => {
    let statements = 0;
    const onStatement = () => {
      statements += 1;
    };
    const observer = { onAuditEvent: () => {}, onStatement };
    const store = await createStore({ url: database.url, sealingKeys: [testKey('k1')], log: quietLog, observer });
    const before = statements;
    await store.requireKnownSchema();
    expect(statements - before).toBe(1);
    await database.execute(`insert into kysely_migration (name, timestamp) values ('9999-add-tomorrow', '2030-01-01T00:00:00.000Z')`);
    await expect(store.requireKnownSchema()).rejects.toMatchObject({ code: 'store.newer-schema' });
    await store.close();
  });

  describe('sealed columns', () => {
    it('say nothing to a thief of the database', async () => {
      const store = await openTestStore(database.url);
      const journey = journeyRow({ state: 'planted-state-1' });
      await store.journeys.insert(journey);
      await store.journeys.advance(journey, { status: 'open', state: 'planted-state-2' });
      const challenge = { id: 'c', journeyId: journey.id, kind: 'email', attempts: 0, maximumAttempts: 1, expiresAt: NOW } as const;
      await store.challenges.insert({ ...challenge, expected: 'planted-expected-1', consumedAt: null });
      await store.factors.insert(factorRow({ secret: 'planted-secret', label: 'planted-label' }));
      await store.intents.insert(intentRow({ facts: 'planted-facts' }));
      await store.outbox.insert(outboxRow({ payload: 'planted-payload' }));
      expect(await database.contents()).toContain(journey.id);
      expect(await database.contents()).not.toMatch(/planted-|cGxhbnRlZC/);
      await store.close();
    });

    it('do not open in another row', async () => {
      const store = await openTestStore(database.url);
      const [mine, theirs] = [factorRow(), factorRow()];
      await store.factors.insert(mine);
      await store.factors.insert(theirs);
      await database.execute(
        `update factors set secret = (select f.secret from factors f where f.id = '${mine.id}') where id = '${theirs.id}'`,
      );
      expect(await store.factors.ofAccount({ directory: 'corp', id: theirs.accountId })).toEqual([]);
      expect(await store.factors.ofAccount({ directory: 'corp', id: mine.accountId })).toEqual([mine]);
      await store.close();
    });

    it('open with an old key of the ring, and not without it', async () => {
      const [before, after] = [factorRow(), factorRow()];
      const account = (row: typeof before) => ({ directory: row.directory, id: row.accountId });
      const old = await openTestStore(database.url, testKey('old'));
      await old.factors.insert(before);
      await old.close();

      const rotated = await openTestStore(database.url, testKey('new'), testKey('old'));
      await rotated.factors.insert(after);
      expect(await rotated.factors.ofAccount(account(before))).toEqual([before]);
      await rotated.close();

      const onlyNew = await openTestStore(database.url, testKey('new'));
      expect(await onlyNew.factors.ofAccount(account(after))).toEqual([after]);
      expect(await onlyNew.factors.ofAccount(account(before))).toEqual([]);
      expect(await onlyNew.walkSealed(true)).toMatchObject({ unreadable: [{ table: 'factors', rows: 1 }] });
      await onlyNew.close();
    });
  });

  describe('keys', () => {
    const wrongKey = { name: 'AppError', code: 'store.wrong-key' };

    it('give the same digest key whatever their order, before, during and after a change', async () => {
      const rings = [['old'], ['old', 'new'], ['new', 'old'], ['old', 'new'], ['new'], ['new', 'third']];
      const seen = new Set<string>();
      for (const ring of rings) {
        const store = await openTestStore(database.url, ...ring.map(testKey));
        seen.add(Buffer.from(store.digestKey).toString('hex'));
        await store.close();
      }
      expect(seen.size).toBe(1);
      expect(await database.contents()).not.toContain([...seen][0]);
    });

    it('are made once when several nodes start together with different orders', async () => {
      const rings = [
        ['a', 'b'],
        ['b', 'a'],
        ['a', 'b'],
        ['b', 'a'],
      ];
      // The first one makes the tables; SQLite would have the others wait for that as well.
      await (await openTestStore(database.url, testKey('a'))).close();
      const open = (ring: string[]) => openTestStore(database.url, ...ring.map(testKey));
      // Two of one process cannot wait for each other on SQLite.
      const stores = database.engine === 'postgres' ? await Promise.all(rings.map(open)) : [await open(['a', 'b']), await open(['b', 'a'])];
      expect(new Set(stores.map((store) => Buffer.from(store.digestKey).toString('hex'))).size).toBe(1);
      expect(await database.execute('select id, sealing_key from data_keys order by id, sealing_key')).toEqual(
        ['audit-a', 'audit-b', 'digest'].flatMap((id) => [
          { id, sealing_key: 'a' },
          { id, sealing_key: 'b' },
        ]),
      );
      await Promise.all(stores.map((store) => store.close()));
    });

    it('are taken from another node that makes them, and works already, between two looks', async () => {
      const db =
        database.engine === 'sqlite'
          ? openSqlite(database.url.slice('sqlite:'.length)).db
          : openPostgres({ url: database.url, log: quietLog, poolSize: 2, statementTimeout: 10_000 }).db;
      await migrate(db, quietLog);
      let other: Uint8Array | undefined;
      let first = true;
      const late = db.withPlugin({
        transformQuery: ({ node }) => node,
        async transformResult({ result }) {
          if (!first) return result;
          first = false;
          // What this look found, nothing, is old by now.
          const store = await openTestStore(database.url, testKey('main'));
          await store.factors.insert(factorRow());
          other = store.digestKey;
          await store.close();
          return result;
        },
      });
      const { digest } = await openDataKeys(late, database.engine, createSecrets([testKey('main')]));
      expect(Buffer.from(digest)).toEqual(Buffer.from(other ?? []));
      await db.destroy();
    });

    it('are refused when they do not belong to the database', async () => {
      await (await openTestStore(database.url, testKey('main'), testKey('spare'))).close();
      const another = testKey('another').key;
      await expect(openTestStore(database.url, { id: 'main', key: another })).rejects.toMatchObject({
        ...wrongKey,
        details: { key: 'main' },
      });
      await expect(openTestStore(database.url, testKey('main'), { id: 'spare', key: another })).rejects.toMatchObject({
        ...wrongKey,
        details: { key: 'spare' },
      });
      await expect(openTestStore(database.url, testKey('new'))).rejects.toMatchObject({
        ...wrongKey,
        details: { database: ['main', 'spare'], settings: ['new'] },
      });
      await (await openTestStore(database.url, testKey('spare'))).close();
    });

    it('are not made anew for a database that is in use', async () => {
      const store = await openTestStore(database.url, testKey('main'));
      await store.factors.insert(factorRow());
      await store.close();
      await database.execute(`delete from data_keys where id = 'digest'`);
      await expect(openTestStore(database.url, testKey('main'))).rejects.toMatchObject(wrongKey);
      await database.execute('delete from data_keys');
      await expect(openTestStore(database.url, testKey('main'))).rejects.toMatchObject(wrongKey);
    });
  });
}
