import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type PostgresServer, startPostgres } from '../../test/servers/postgres.ts';
import { sharedPostgres } from '../../test/servers/shared-servers.ts';
import {
  journeyRow,
  makeMigratedDatabase,
  makePostgresDatabase,
  NOW,
  openTestStore,
  quietLog,
  type TestDatabase,
  testKey,
} from '../../test/store/fixture.ts';
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

const makeDatabase = async () => makePostgresDatabase(await sharedPostgres());
const makeMigrated = async () => makeMigratedDatabase(await sharedPostgres());

describe('store on PostgreSQL', () => {
  specifyJourneyTables(makeMigrated);
  specifySessions(makeMigrated);
  specifyCases(makeMigrated);
  specifyEmergencies(makeMigrated);
  specifySetUps(makeMigrated);
  specifyApiTokens(makeMigrated);
  specifyPeople(makeMigrated);
  specifyEnrolmentAsks(makeMigrated);
  specifyVouches(makeMigrated);
  specifyWorkTables(makeMigrated);
  specifyTransactions(makeMigrated);
  specifyHistory(makeMigrated);
  specifyThreats(makeMigrated);
  specifyQueue(makeMigrated);
  specifyPeopleCounts(makeMigrated);
  specifyDatabase(makeDatabase);
  specifySealedColumns(makeMigrated);
});

describe('PostgreSQL connections', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await makeMigrated();
  });
  afterEach(() => database.drop());

  it('stay usable after a statement that failed', async () => {
    const store = await openTestStore(database.url);
    const row = journeyRow();
    const work = store.transaction(async (inner) => {
      await inner.journeys.insert(row);
      await inner.journeys.insert(row).catch(() => {});
    });
    // PostgreSQL undoes the whole transaction then, whatever the work made of the error.
    await expect(work).rejects.toMatchObject({ details: { reason: 'committed-after-a-failed-statement' } });
    expect(await store.journeys.find(row.id)).toBeNull();
    await store.journeys.insert(row);
    // What the server tells of the row stays out of the log.
    const refused = await store
      .transaction(async (inner) => {
        await inner.journeys.insert(row);
        await inner.journeys.insert(row);
      })
      .catch((problem: unknown) => problem);
    expect(inspect(refused, { depth: 9 })).toContain('23505');
    expect(inspect(refused, { depth: 9 })).not.toContain(row.id);
    await store.close();
  });

  it('are replaced when the server cuts them between two statements of a transaction', async () => {
    const store = await openTestStore(database.url);
    const row = journeyRow();
    const work = store.transaction(async (inner) => {
      await inner.journeys.insert(row);
      await database.execute(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'keyturn'`,
      );
      await inner.audit.append({ at: NOW, type: 'test', data: '{}' });
    });
    await expect(work).rejects.toMatchObject({ name: 'AppError', code: 'store.unavailable' });
    expect(await store.journeys.find(row.id)).toBeNull();
    expect(await store.audit.head()).toMatchObject({ seq: 0 });
    await store.close();
  });

  it('end a statement that is stuck', async () => {
    const store = await createStore({ url: database.url, sealingKeys: [testKey('k1')], log: quietLog, statementTimeout: 100 });
    const row = journeyRow();
    await store.journeys.insert(row);
    const locked = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    const holder = store.transaction(async (inner) => {
      await inner.journeys.advance(row, { status: 'open', state: '{}' });
      locked.resolve();
      await mayEnd.promise;
    });
    await locked.promise;
    await expect(store.journeys.advance(row, { status: 'open', state: '{}' })).rejects.toMatchObject({
      code: 'store.unavailable',
      details: { reason: '57014' },
    });
    mayEnd.resolve();
    await holder;
    expect(await store.journeys.find(row.id)).toMatchObject({ version: 2 });
    await store.close();
  });

  it('are no more than the pool allows, and callers wait', async () => {
    const store = await openTestStore(database.url);
    const rows = Array.from({ length: 60 }, () => journeyRow());
    await Promise.all(rows.map((row) => store.transaction((inner) => inner.journeys.insert(row))));
    const [counted] = await database.execute(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name = 'keyturn'`,
    );
    expect(counted).toEqual({ n: 10 });
    await store.close();
  });
});

describe('a PostgreSQL server that goes away', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  it('is said to be unavailable, and used again once it is back', async () => {
    const database = await makePostgresDatabase(server);
    const store = await openTestStore(database.url);
    const row = journeyRow();
    await store.journeys.insert(row);
    await server.halt();
    await expect(store.ping()).rejects.toMatchObject({ name: 'AppError', code: 'store.unavailable' });
    await expect(store.transaction((inner) => inner.journeys.insert(journeyRow()))).rejects.toMatchObject({ code: 'store.unavailable' });
    await expect(openTestStore(database.url)).rejects.toMatchObject({ name: 'AppError', code: 'store.unavailable' });
    await server.restart();
    await store.ping();
    expect(await store.journeys.find(row.id)).toEqual(row);
    await server.kill();
    await expect(store.ping()).rejects.toMatchObject({ code: 'store.unavailable' });
    await server.restart();
    expect(await store.journeys.find(row.id)).toEqual(row);
    await store.close();
  });

  it('names no password in its errors', async () => {
    const url = server.url.replace('postgres@', 'nobody:planted-password@');
    const error = await openTestStore(url).catch((problem: unknown) => problem);
    expect(error).toMatchObject({ code: 'store.unavailable' });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('planted-password');
  });
});
