import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyStored } from '../../src/cli/audit/verify-log.ts';
import { createStore } from '../../src/store/create-store.ts';
import { newPassword } from '../conformance/samples.ts';
import { prove, startJourney } from '../scenarios/journey-client.ts';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from '../scenarios/sample-directory.ts';
import { type Keyturn, startKeyturn } from '../scenarios/start-keyturn.ts';
import { sharedPostgres } from '../servers/shared-servers.ts';
import { makePostgresDatabase, makeSqliteDatabase, openTestStore, quietLog, type TestDatabase, testKey } from './fixture.ts';

/** Columns of an account of the embedded directory, which outlives every change of the schema. */
const PERSON = ['directory', 'id', 'login', 'display_name', 'groups', 'password_hash', 'password_history', 'password_set_at'];

/*
 * The schema of the first program that others could run is kept here as text: what the migrations of today make of it must not hang on
 * whether somebody changed an old one.
 */
describe.each(['sqlite', 'postgres'] as const)('a database of the first schema on %s', (engine) => {
  let database: TestDatabase;
  const nodes: Keyturn[] = [];
  const make = async () => (engine === 'sqlite' ? makeSqliteDatabase() : makePostgresDatabase(await sharedPostgres()));

  beforeEach(async () => {
    database = await make();
    for (const file of [`${engine}.sql`, 'rows.sql']) {
      const text = readFileSync(join(import.meta.dirname, 'first-schema', file), 'utf8');
      for (const statement of text.split(/;\n/)) if (statement.trim() !== '') await database.execute(statement);
    }
  });
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.close()));
    await database.drop();
  });

  async function start(at: TestDatabase): Promise<Keyturn> {
    const node = await startKeyturn({ directories: [embeddedSection()], database: at.url, keys: [testKey('k1')] });
    nodes.push(node);
    return node;
  }

  /** Tables, columns and indexes, in words of the engine. */
  async function schemaOf({ execute }: TestDatabase): Promise<unknown> {
    if (engine === 'postgres') {
      return {
        columns: await execute(
          "select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns where table_schema = 'public' order by 1, 2",
        ),
        indexes: await execute("select tablename, indexdef from pg_indexes where schemaname = 'public' order by 1, 2"),
        constraints: await execute(
          "select conname, pg_get_constraintdef(oid) as text from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n' order by 1",
        ),
      };
    }
    const tables = await execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name");
    const described: unknown[] = [];
    for (const { name } of tables) {
      const columns = await execute(`select name, type, "notnull", dflt_value, pk from pragma_table_info('${String(name)}') order by name`);
      described.push({ name, columns });
    }
    return {
      described,
      indexes: await execute("select name, sql from sqlite_master where type = 'index' and sql is not null order by name"),
    };
  }

  it('is left alone by whoever only looks', async () => {
    const before = await schemaOf(database);
    const looking = createStore({ url: database.url, sealingKeys: [testKey('k1')], log: quietLog, migrates: false });
    await expect(looking).rejects.toMatchObject({ code: 'store.older-schema' });
    expect(await schemaOf(database)).toEqual(before);
  });

  it('becomes the same as one that is made today, also when two nodes start at once', async () => {
    const stores = await Promise.all([openTestStore(database.url), openTestStore(database.url)]);
    await Promise.all(stores.map((store) => store.close()));
    const fresh = await make();
    try {
      await (await openTestStore(fresh.url)).close();
      expect(await schemaOf(database)).toEqual(await schemaOf(fresh));
    } finally {
      await fresh.drop();
    }
  });

  it('keeps people and freezes, begins a whole audit log, and recovers accounts', async () => {
    const other = await make();
    try {
      // The password was hashed by a program of today; the hash has the form it had then.
      await addPerson(await start(other), 'lea');
      const columns = (await other.execute('select * from embedded_accounts'))[0] ?? {};
      const quoted = Object.values(columns).map((value) => (value === null ? 'null' : `'${String(value)}'`));
      expect(Object.keys(columns)).toEqual(expect.arrayContaining(PERSON));
      await database.execute(`insert into embedded_accounts (${Object.keys(columns).join(', ')}) values (${quoted.join(', ')})`);
    } finally {
      await Promise.all(nodes.splice(0).map((node) => node.close()));
      await other.drop();
    }
    const node = await start(database);
    expect(await signsIn(node, 'lea', OLD_PASSWORD)).toBe(true);
    expect(await database.execute('select directory, account_id from freezes')).toEqual([{ directory: 'people', account_id: 'account-2' }]);
    const lea = await node.enrol('lea');
    const journey = await startJourney(node.url, 'lea');
    await prove(node, journey, lea);
    const password = newPassword();
    await journey.answer({ password });
    journey.at('done');
    expect(await signsIn(node, 'lea', password)).toBe(true);
    expect(await verifyStored(node.deps.store)).toMatchObject({ ok: true });
  });
});
