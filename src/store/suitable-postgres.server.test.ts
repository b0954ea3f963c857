import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, startPostgres, startStandby } from '../../test/servers/postgres.ts';
import { makePostgresDatabase, openTestStore, quietLog, type TestDatabase, testKey } from '../../test/store/fixture.ts';
import { createStore } from './create-store.ts';

let server: PostgresServer;
let admin: TestDatabase;
beforeAll(async () => {
  server = await startPostgres();
  admin = await makePostgresDatabase(server);
});
afterAll(() => server?.stop());

const openingOf = (url: string): Promise<unknown> => openTestStore(url).catch((error: unknown) => error);

describe('a PostgreSQL database that is none for Keyturn is refused at the start, and it is said why', () => {
  it.each([
    ['LATIN1', 'LATIN1'],
    ['SQL_ASCII', 'SQL_ASCII'],
  ])('in the encoding %s', async (encoding) => {
    const name = `encoded_${encoding.toLowerCase()}`;
    await admin.execute(`create database ${name} template template0 encoding '${encoding}' lc_collate 'C' lc_ctype 'C'`);
    expect(await openingOf(server.url.replace(/\/postgres$/, `/${name}`))).toMatchObject({
      code: 'store.unsuitable',
      details: { problem: expect.stringContaining(`encoding ${encoding}`), fix: expect.stringContaining('\ncreatedb --encoding=UTF8') },
    });
  });

  it('without the right to create, and the printed command gives it', async () => {
    const { url, execute } = await makePostgresDatabase(server);
    await execute('create role "keyturn-app" login');
    const asRole = url.replace('postgres@', 'keyturn-app@');
    const error = (await openingOf(asRole)) as { code: string; details: { problem: string; fix: string } };
    expect(error).toMatchObject({ code: 'store.unsuitable', details: { problem: expect.stringContaining('keyturn-app') } });
    const statement = /--command='(.*)'$/.exec(error.details.fix)?.[1] ?? '';
    await execute(statement);
    const store = await openTestStore(asRole);
    await store.close();
  });

  it('but one that is whole may be used by a role that may create nothing', async () => {
    const { url, execute } = await makePostgresDatabase(server);
    await (await openTestStore(url)).close();
    await execute('create role reader login');
    await execute('grant select, insert, update, delete on all tables in schema public to reader');
    await execute('grant usage on all sequences in schema public to reader');
    const store = await openTestStore(url.replace('postgres@', 'reader@'));
    await store.ping();
    await store.close();
  });

  it('on a hot standby', { timeout: 60_000 }, async () => {
    const { url } = await makePostgresDatabase(server);
    await (await openTestStore(url)).close();
    const standby = await startStandby(server);
    try {
      expect(await openingOf(url.replace(/:\d+\//, `:${standby.port}/`))).toMatchObject({
        code: 'store.unavailable',
        details: { reason: '25006', problem: expect.stringContaining('read-only'), fix: expect.stringContaining('primary') },
      });
    } finally {
      await standby.stop();
    }
  });

  it.each([
    ['a name that is not there', (url: string) => url.replace(/\/[^/]+$/, '/nowhere'), /no database with this name/],
    ['a role that is not there', (url: string) => url.replace('postgres@', 'nobody@'), /does not let this user in/],
    ['a port where nothing listens', (url: string) => url.replace(/:\d+\//, ':1/'), /Nothing listens/],
    ['TLS that the server does not offer', (url: string) => `${url}?sslmode=require`, /offers no TLS/],
  ])('with %s, in words', async (_what, change, words) => {
    expect(await openingOf(change(admin.url))).toMatchObject({
      code: 'store.unavailable',
      details: { problem: expect.stringMatching(words), fix: expect.any(String) },
    });
  });
});

describe('a schema that is left as it is', () => {
  const open = (url: string) =>
    createStore({ url, sealingKeys: [testKey('k1')], log: quietLog, migrates: false }).catch((error: unknown) => error);

  it('is not made', async () => {
    const { url, execute } = await makePostgresDatabase(server);
    expect(await open(url)).toMatchObject({ code: 'store.no-schema' });
    const tables = await execute(`select * from pg_tables where schemaname = 'public'`);
    expect(tables).toEqual([]);
  });
});

describe('a database that turns read-only under live connections', () => {
  it('is said to take no writes, and is used again when it takes them, without a restart', async () => {
    const { url, execute } = await makePostgresDatabase(server);
    const store = await openTestStore(url);
    await store.ping();
    const name = /[^/]+$/.exec(url)?.[0];
    await admin.execute(`alter database ${name} set default_transaction_read_only = on`);
    await execute(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and application_name = 'keyturn'`);
    const refusals = new Set<unknown>();
    for (let look = 0; look < 10; look += 1) {
      const error: unknown = await store.ping().catch((reason: unknown) => reason);
      refusals.add((error as { details?: { reason?: unknown } } | undefined)?.details?.reason);
    }
    // Each of these was told by a connection that was made meanwhile, and none of them is kept.
    expect([...refusals].filter((reason) => reason !== '57P01')).toEqual(['25006']);
    await admin.execute(`alter database ${name} reset default_transaction_read_only`);
    await store.ping();
    await store.close();
  });
});
