import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Health } from '../../shared/api/health.ts';
import { newLogin } from '../conformance/samples.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { sharedPostgres } from '../servers/shared-servers.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { signIn } from './sign-in-client.ts';
import { startKeyturn } from './start-keyturn.ts';

/** A database, and how it is made to take no writes until it is told to go on. */
interface Place {
  readonly database: string;
  stopWrites(): Promise<() => Promise<void>>;
  clear(): Promise<void>;
}

let folder: string;
beforeEach(async () => {
  folder = await createScratchFolder('no-writes');
});
afterEach(() => removeScratchFolder(folder));

const PLACES: Record<string, () => Promise<Place>> = {
  async 'an SQLite file that another process holds'() {
    const path = join(folder, 'keyturn.sqlite');
    return {
      database: `sqlite:${path}`,
      async stopWrites() {
        const other = new SqliteFile(path);
        other.exec('begin immediate');
        return async () => void other.close();
      },
      async clear() {},
    };
  },
  async 'a PostgreSQL that has become read-only'() {
    const cluster = await sharedPostgres();
    const { name, url, drop } = await cluster.createDatabase('no_writes');
    const switchTo = async (readOnly: 'on' | 'off') => {
      const client = new pg.Client({ connectionString: cluster.url });
      await client.connect();
      await client.query(`alter database ${name} set default_transaction_read_only = ${readOnly}`);
      await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
      await client.end();
    };
    return {
      database: url,
      async stopWrites() {
        await switchTo('on');
        return () => switchTo('off');
      },
      clear: drop,
    };
  },
};

it.each(Object.entries(PLACES))('who is signed in sees what is wrong with %s, and changes nothing', async (_name, open) => {
  const place = await open();
  const login = newLogin();
  const keyturn = await startKeyturn({
    directories: [embeddedSection()],
    database: place.database,
    configuration: {
      guard: GENEROUS_LIMITS,
      signIn: { enabled: true },
      roles: [{ name: 'editors', may: ['manage-configuration', 'view-history'], heldBy: { accounts: [login] } }],
    },
  });
  try {
    await addPerson(keyturn, login);
    const held = await signIn(keyturn, login, await keyturn.enrol(login));
    const look = async () => {
      const { status, body } = await held.call('GET', '/admin/health');
      expect(status, JSON.stringify(body)).toBe(200);
      return (body as unknown as Health).findings.filter(({ area }) => area === 'database' || area === 'configuration');
    };
    const inOrder = await look();
    // Beyond this their use of the session and their role are noted again, and the findings are looked for anew.
    keyturn.clock.move(60_000);
    const goOn = await place.stopWrites();
    const findings = await look();
    expect(findings.filter(({ level }) => level === 'fail')).toMatchObject([{ area: 'database', fix: expect.stringMatching(/\S/) }]);
    expect(findings.filter(({ area }) => area === 'configuration')).toEqual(inOrder.filter(({ area }) => area === 'configuration'));
    const unavailable = { status: 503, body: { code: 'store.unavailable' } };
    expect(await held.call('POST', '/admin/threat', { reason: 'a try' })).toMatchObject(unavailable);
    // That somebody takes a list away cannot be written down: nothing of it leaves.
    expect(await held.call('GET', '/history.csv')).toMatchObject(unavailable);
    await goOn();
    keyturn.clock.move(60_000);
    expect((await look()).filter(({ level }) => level === 'fail')).toEqual([]);
  } finally {
    await keyturn.close();
    await place.clear();
  }
});
