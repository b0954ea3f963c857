import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/ports/store.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { openColumn, SEALED_COLUMNS, type SealedTable } from '../../src/store/sealed-columns.ts';
import { createSecrets } from '../../src/store/secrets.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import {
  apiTokenRow,
  caseRow,
  embeddedRow,
  emergencyRow,
  factorRow,
  intentRow,
  invitationRow,
  journeyRow,
  type MakeDatabase,
  NOW,
  openTestStore,
  outboxRow,
  quietLog,
  sessionRow,
  setUpRow,
  type TestDatabase,
  testKey,
  vouchRow,
} from './fixture.ts';

type Row = Record<string, string | number | null>;

/** Writes one more row of a table, different from all before. A table that seals has to be here. */
const SAMPLES: Record<SealedTable, (store: Store, nth: number) => Promise<unknown>> = {
  journeys: (store, nth) => store.journeys.insert(journeyRow({ createdAt: NOW + nth, expiresAt: NOW + 900_000 + nth })),
  challenges: async (store, nth) => {
    const journey = journeyRow();
    await store.journeys.insert(journey);
    const counts = { attempts: nth, maximumAttempts: nth + 1, expiresAt: NOW + nth, consumedAt: null };
    await store.challenges.insert({
      id: randomUUID(),
      journeyId: journey.id,
      kind: nth % 2 === 0 ? 'email' : 'totp',
      expected: '[]',
      ...counts,
    });
  },
  factors: (store, nth) =>
    store.factors.insert(factorRow({ directory: `d${nth}`, kind: nth % 2 === 0 ? 'email' : 'totp', createdAt: NOW + nth })),
  intents: (store, nth) =>
    store.intents.insert(intentRow({ directory: `d${nth}`, journeyId: nth % 2 === 0 ? null : randomUUID(), createdAt: NOW + nth })),
  outbox: (store, nth) =>
    store.outbox.insert(outboxRow({ kind: `kind-${nth}`, lane: nth % 2 === 0 ? 'code' : 'notice', createdAt: NOW + nth })),
  freeze_links: (store, nth) =>
    store.freezes.insertLink({ tokenDigest: randomUUID(), account: { directory: `d${nth}`, id: randomUUID() }, expiresAt: NOW + nth }),
  sessions: (store, nth) =>
    store.sessions.insert(
      sessionRow({
        directory: `d${nth}`,
        rights: nth % 2 === 0 ? 'full' : 'enrolment',
        createdAt: NOW + nth,
        endsAt: NOW + 900_000 + nth,
      }),
    ),
  person_accounts: async (store, nth) => {
    const [account, added] = [`d${nth}`, `e${nth}`].map((directory) => ({ directory, id: randomUUID() }));
    if (account === undefined || added === undefined) throw new Error('no accounts');
    await store.people.link(account, added, {
      person: randomUUID(),
      ids: [randomUUID(), randomUUID()],
      now: NOW + nth,
      by: `j${nth}`,
      countsFrom: nth,
    });
  },
  invitations: (store, nth) =>
    store.invitations.insert(
      invitationRow({ directory: `d${nth}`, author: `a${nth}`, createdAt: NOW + nth, expiresAt: NOW + 900_000 + nth }),
    ),
  helpdesk_cases: (store, nth) =>
    store.cases.insert(
      caseRow({ directory: `d${nth}`, agentId: `a${nth}`, tries: nth, createdAt: NOW + nth, expiresAt: NOW + 900_000 + nth }),
    ),
  emergencies: async (store, nth) => {
    const row = emergencyRow({ createdAt: NOW + nth, expiresAt: NOW + 900_000 + nth });
    await store.emergencies.insert(row);
    const next = { openedAt: NOW + nth, credential: randomUUID(), ...(nth % 2 === 0 ? {} : { retiredAt: NOW + nth }) };
    await store.emergencies.change(row, next);
    if (nth % 3 === 0) await store.emergencies.change({ ...row, ...next, version: 2 }, {});
  },
  set_ups: async (store, nth) => {
    const row = setUpRow({ createdAt: NOW + nth, linkExpiresAt: NOW + 900_000 + nth });
    await store.setUps.begin(row);
    const next = { openedAt: NOW + nth, sessionDigest: randomUUID(), endedAt: NOW + nth + 1 };
    await store.setUps.change(row, next);
    if (nth % 2 === 0) await store.setUps.change({ ...row, ...next, version: 2 }, {});
  },
  api_tokens: async (store, nth) => {
    const row = apiTokenRow({ createdAt: NOW + nth, expiresAt: NOW + 900_000 + nth });
    await store.tokens.insert(row);
    if (nth % 2 === 0) await store.tokens.revoke(row, NOW + nth);
  },
  counted_people: (store, nth) => store.peopleCounts.keepPart(randomUUID(), nth, `{"n":${nth}}`),
  vouch_requests: (store, nth) =>
    store.vouches.insert(vouchRow({ directory: `d${nth}`, createdAt: NOW + nth, endsAt: NOW + 900_000 + nth })),
  configurations: (store, nth) =>
    store.configurations.append(nth, { document: `{"n":${nth}}`, createdAt: NOW + nth, author: `a${nth}`, comment: `c${nth}` }),
};
const TABLES = Object.keys(SEALED_COLUMNS) as SealedTable[];

/** Whatever is sealed is bound to whom it belongs to: over all tables there are, and those that will come. */
export function specifySealedColumns(makeDatabase: MakeDatabase): void {
  let database: TestDatabase;
  let store: Store;
  const secrets = createSecrets([testKey('k1')]);
  const open = (table: SealedTable, row: Row) => openColumn(secrets, table, row as never, String(row[SEALED_COLUMNS[table].sealed]));
  const undecryptable = expect.objectContaining({ code: 'store.undecryptable' });
  beforeEach(async () => {
    database = await makeDatabase();
    store = await openTestStore(database.url);
  });
  afterEach(async () => {
    await store?.close();
    await database?.drop();
  });
  const rowsOf = async (table: SealedTable): Promise<Row[]> => {
    for (const nth of [0, 1, 2]) await SAMPLES[table](store, nth);
    const rows = (await database.execute(`select * from ${table}`)) as Row[];
    // The driver beside the store gives whole numbers of PostgreSQL as text.
    const numbers = /_at$|_until$|_from$|^version$|^tries$|attempts$|time_step$/;
    return rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, numbers.test(name) && value !== null ? Number(value) : value])),
    );
  };

  describe('sealed columns', () => {
    it('say of every other column of their row whether they are bound to it', async () => {
      const db =
        database.engine === 'sqlite'
          ? openSqlite(database.url.slice('sqlite:'.length)).db
          : openPostgres({ url: database.url, log: quietLog, poolSize: 1, statementTimeout: 10_000 }).db;
      const tables = await db.introspection.getTables();
      await db.destroy();
      for (const table of TABLES) {
        const { sealed, bound, free } = SEALED_COLUMNS[table];
        const columns = tables.find(({ name }) => name === table)?.columns.map(({ name }) => name);
        expect([sealed, ...bound, ...Object.keys(free)].sort(), table).toEqual(columns?.sort());
      }
    });

    it('are all known: no other column holds a sealed value', async () => {
      for (const table of TABLES) await SAMPLES[table](store, 0);
      await store.embedded.insert(embeddedRow());
      await store.freezes.freeze({ directory: 'd', id: 'a' }, 'test', NOW);
      await store.counters.hitAll([{ key: 'key', windowMilliseconds: 1_000 }], NOW);
      const known = new Set<string>([...TABLES.map((table) => `${table}.${SEALED_COLUMNS[table].sealed}`), 'data_keys.sealed']);
      const names =
        database.engine === 'sqlite'
          ? `select name from sqlite_master where type = 'table'`
          : `select tablename as name from pg_tables where schemaname = 'public'`;
      const found = new Set<string>();
      for (const { name } of await database.execute(names)) {
        for (const row of await database.execute(`select * from ${String(name)}`)) {
          for (const [column, value] of Object.entries(row)) if (/^v\d+\.k1\./.test(String(value))) found.add(`${String(name)}.${column}`);
        }
      }
      expect([...found].sort()).toEqual([...known].sort());
    });

    it.each(TABLES)('%s: open where they were written, and with nothing else beside them', async (table) => {
      const rows = await rowsOf(table);
      const { sealed, bound } = SEALED_COLUMNS[table];
      for (const row of rows) open(table, row);
      fc.assert(
        fc.property(
          fc.nat(rows.length - 1),
          fc.nat(rows.length - 1),
          fc.subarray<string>([...bound], { minLength: 1 }),
          fc.constantFrom('other row', 'nothing', 'one more'),
          (mine, theirs, columns, how) => {
            const row = rows[mine] ?? {};
            const other = rows[theirs] ?? {};
            const changed = Object.fromEntries(
              columns.map((column) => {
                const now = row[column] ?? null;
                const next = {
                  'other row': other[column] ?? null,
                  nothing: null,
                  'one more': typeof now === 'number' ? now + 1 : `${now}x`,
                };
                return [column, next[how]];
              }),
            );
            fc.pre(columns.some((column) => changed[column] !== (row[column] ?? null)));
            expect(() => open(table, { ...row, ...changed })).toThrow(undecryptable);
          },
        ),
      );
      const [first = {}, second = {}] = rows;
      // The value of one row in another one, and in another table.
      expect(() => open(table, { ...second, [sealed]: first[sealed] ?? null })).toThrow(undecryptable);
      for (const elsewhere of TABLES) {
        if (elsewhere === table) continue;
        const row: Row = { ...first, [SEALED_COLUMNS[elsewhere].sealed]: first[sealed] ?? null };
        expect(() => open(elsewhere, row)).toThrow(undecryptable);
      }
    });
  });

  describe('a row that cannot be opened', () => {
    it('holds up none of those that are read with it, and is counted', async () => {
      const journey = journeyRow();
      await store.journeys.insert(journey);
      const intents = [1, 2, 3].map((nth) => intentRow({ createdAt: NOW + nth, leaseUntil: NOW }));
      const messages = [1, 2, 3].map((nth) => outboxRow({ createdAt: NOW + nth }));
      const factors = [1, 2, 3].map((nth) => factorRow({ accountId: 'alice', createdAt: NOW + nth }));
      for (const row of intents) await store.intents.insert(row);
      for (const row of messages) await store.outbox.insert(row);
      for (const row of factors) await store.factors.insert(row);
      await database.execute(`update intents set facts = 'v2.k1.AAAA' where id = '${intents[0]?.id}'`);
      await database.execute(`update outbox set payload = 'gone' where id = '${messages[1]?.id}'`);
      await database.execute(`update factors set kind = 'email' where id = '${factors[2]?.id}'`);
      await database.execute(`update journeys set goal = 'unlock-account' where id = '${journey.id}'`);
      const ids = (rows: readonly ({ id: string } | undefined)[]) => rows.map((row) => row?.id);
      // An intent that is left out would hold up its account for good: it is given without its facts.
      expect(await store.intents.takeOverdue(NOW, NOW + 1, 10)).toEqual(
        intents.map((row, nth) => ({ ...row, leaseUntil: NOW + 1, facts: nth === 0 ? null : row.facts })),
      );
      expect(await store.intents.find(intents[0]?.id ?? '')).toMatchObject({ status: 'open', facts: null });
      expect(ids(await store.outbox.take('code', NOW, NOW + 1, 10))).toEqual(ids([messages[0], messages[2]]));
      expect(ids(await store.factors.ofAccount({ directory: 'corp', id: 'alice' }))).toEqual(ids([factors[0], factors[1]]));
      expect(await store.journeys.find(journey.id)).toBeNull();
      expect(await store.journeys.findByToken(journey.tokenDigest)).toBeNull();
      expect((await store.walkSealed(true)).unreadable).toEqual(
        ['journeys', 'factors', 'intents', 'outbox'].map((table) => ({ table, rows: 1 })),
      );
    });
  });

  describe('sealing anew', () => {
    it('frees every table of an old key, and keeps what was sealed', async () => {
      const rotated = await openTestStore(database.url, testKey('k2'), testKey('k1'));
      for (const table of TABLES) for (const nth of [0, 1, 2]) await SAMPLES[table](store, nth);
      const many = Array.from({ length: 450 }, () => factorRow({ accountId: 'alice' }));
      await store.transaction(async (inner) => {
        for (const row of many) await inner.factors.insert(row);
      });
      const before = await rotated.walkSealed(false);
      expect(Object.keys(before.sealedBy)).toEqual(['k1']);
      const done = await rotated.walkSealed(true);
      expect(done).toMatchObject({ resealed: before.sealedBy.k1, unreadable: [] });
      expect(await rotated.walkSealed(false)).toMatchObject({ sealedBy: { k2: before.sealedBy.k1 }, unreadable: [] });
      await rotated.close();
      const alone = await openTestStore(database.url, testKey('k2'));
      expect((await alone.factors.ofAccount({ directory: 'corp', id: 'alice' })).map((row) => row.id)).toEqual(
        many.map((row) => row.id).sort(),
      );
      await alone.close();
    });
  });

  describe('somebody who writes to the database', () => {
    const alice = { directory: 'corp', id: 'alice' };

    it('gives nobody the proof of another person, and no ended one its life back', async () => {
      const [proof, ended] = [factorRow({ accountId: 'bjoern' }), factorRow({ accountId: 'carol' })];
      await store.factors.insert(proof);
      await store.factors.insert(ended);
      expect(await store.factors.end(ended.id, NOW)).toBe(true);
      expect(await store.factors.end(ended.id, NOW)).toBe(false);
      await database.execute(`update factors set account_id = 'alice' where id = '${proof.id}'`);
      expect(await store.factors.ofAccount(alice)).toEqual([]);
      await database.execute(`update factors set ended_at = null where id = '${ended.id}'`);
      expect(await store.factors.ofAccount({ directory: 'corp', id: 'carol' })).toEqual([]);
    });

    it('takes no passkey from its device', async () => {
      const carol = { directory: 'corp', id: 'carol' };
      const [live, ended, foreign] = [
        factorRow({ accountId: 'carol', kind: 'passkey' }),
        factorRow({ accountId: 'carol', kind: 'passkey' }),
        factorRow({ accountId: 'bjoern', kind: 'passkey' }),
      ];
      for (const row of [live, ended, foreign]) await store.factors.insert(row);
      for (const { id } of [ended, foreign]) expect(await store.factors.end(id, NOW)).toBe(true);
      await database.execute(`update factors set ended_at = ${NOW} where id = '${live.id}'`);
      await database.execute(`update factors set account_id = 'carol' where id = '${foreign.id}'`);
      expect((await store.factors.endedPasskeys(carol, 9)).map(({ id }) => id)).toEqual([ended.id]);
    });

    it('points no link at another account', async () => {
      await store.freezes.insertLink({ tokenDigest: 't', account: { directory: 'corp', id: 'bjoern' }, expiresAt: NOW });
      expect(await store.freezes.findLink('t', NOW - 1)).toMatchObject({ account: { id: 'bjoern' } });
      await database.execute(`update freeze_links set account_id = 'alice'`);
      await expect(store.freezes.findLink('t', NOW - 1)).rejects.toMatchObject({ code: 'store.undecryptable' });
    });

    it('puts no configuration into force', async () => {
      await store.configurations.append(0, { document: '{"n":1}', createdAt: NOW, author: 'a', comment: '' });
      await database.execute(
        `insert into configurations (version, document, created_at, author, comment, seal) select 2, '{"n":2}', created_at, author, comment, seal from configurations`,
      );
      await expect(store.configurations.current()).rejects.toMatchObject({ code: 'store.undecryptable' });
      expect(await store.configurations.read(1)).toMatchObject({ document: '{"n":1}' });
    });
  });
}
