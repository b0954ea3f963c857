import fc from 'fast-check';
import type { Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { termFor, termsOf } from '../../src/core/audit/event-terms.ts';
import type { AuditRow, AuditSearch } from '../../src/core/ports/audit-store.ts';
import type { Store } from '../../src/core/ports/store.ts';
import { indexAuditEvents } from '../../src/store/migrations/0040-index-audit-events.ts';
import { openForMaintenance } from '../../src/store/postgres.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { type MakeDatabase, NOW, openTestStore, quietLog, type TestDatabase } from './fixture.ts';

const MINUTE = 60_000;
const EVENTS = 2_600;
const TYPES = ['journey.started', 'write.succeeded', 'session.opened', 'case.opened', 'of.tomorrow'];
const PEOPLE = Array.from({ length: 12 }, (_, nth) => ({ directory: nth % 3 === 0 ? 'cloud' : 'people', id: `guid-${nth}` }));

/** Looking through the audit log, compared with reading all of it. */
export function specifyHistory(makeDatabase: MakeDatabase): void {
  let database: TestDatabase;
  let store: Store;
  let all: AuditRow[];
  beforeAll(async () => {
    database = await makeDatabase();
    store = await openTestStore(database.url);
    let state = 7;
    const below = (limit: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % limit;
    };
    for (let from = 0; from < EVENTS; from += 100) {
      const events = Array.from({ length: 100 }, (_, nth) => {
        // Two nodes whose clocks are some minutes apart write in turns; now and then nothing happens for a day.
        const at = NOW + (from + nth) * MINUTE + Math.floor((from + nth) / 700) * 1_440 * MINUTE - (nth % 2) * 5 * MINUTE;
        const type = TYPES[below(40) === 0 ? 3 : below(5) % 3 === 0 ? 4 : below(3)] ?? 'of.tomorrow';
        const facts = {
          ...(below(3) === 0 ? { accounts: [PEOPLE[below(12)], PEOPLE[below(12)]] } : { account: PEOPLE[below(12)] }),
          ...(below(10) === 0 ? { actor: { kind: 'delegate', login: below(2) === 0 ? 'Frida' : 'carol' } } : { actor: { kind: 'self' } }),
        };
        return { at, type, data: JSON.stringify(facts) };
      });
      const [first, ...others] = events;
      if (first !== undefined) await store.audit.append(first, ...others);
    }
    all = (await store.audit.read(0, EVENTS)).toReversed();
  });
  afterAll(async () => {
    await store?.close();
    await database?.drop();
  });

  const fits = (row: AuditRow, { terms, from = 0, to = Number.MAX_SAFE_INTEGER, before = Number.MAX_SAFE_INTEGER }: AuditSearch) => {
    const own = termsOf(row);
    return row.at >= from && row.at < to && row.seq < before && terms.every((set) => set.some((term) => own.includes(term)));
  };
  async function searchAll(wanted: AuditSearch): Promise<number[]> {
    const found: number[] = [];
    for (let before = wanted.before ?? null, first = true; first || before !== null; first = false) {
      const page = await store.audit.search({ ...wanted, ...(before === null ? {} : { before }) });
      expect(page.rows.length).toBeLessThanOrEqual(wanted.limit);
      if (page.next !== null && before !== null) expect(page.next).toBeLessThan(before);
      found.push(...page.rows.map(({ seq }) => seq));
      before = page.next;
    }
    return found;
  }

  describe('search in the audit log', () => {
    const sets = fc.array(
      fc.oneof(
        fc.array(fc.constantFrom(...PEOPLE.map(termFor.account)), { minLength: 1, maxLength: 3 }),
        fc.constantFrom([termFor.directory('people')], [termFor.directory('cloud')], [termFor.directory('nowhere')]),
        fc.constantFrom([termFor.author('frida')], [termFor.author(' FRIDA ')], [termFor.author('nobody')]),
        fc.constantFrom([termFor.group('helpdesk')], [termFor.group('proof'), termFor.group('passwords')]),
        fc.constant([] as string[]),
      ),
      { maxLength: 3 },
    );
    const instant = fc.option(fc.integer({ min: NOW - 100 * MINUTE, max: NOW + (EVENTS + 6_000) * MINUTE }), { nil: undefined });

    it('finds what reading everything finds, in the same order, page by page', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.record({
            terms: sets,
            from: instant,
            to: instant,
            before: fc.option(fc.integer({ min: 1, max: EVENTS + 10 }), { nil: undefined }),
            limit: fc.constantFrom(7, 50, 900),
          }),
          async (wanted) => {
            expect(await searchAll(wanted)).toEqual(all.filter((row) => fits(row, wanted)).map(({ seq }) => seq));
          },
        ),
        { numRuns: 60 },
      );
    });

    it('ends a page before it is full where much was looked at, and goes on from there', async () => {
      const never = { terms: [[termFor.directory('people'), termFor.directory('cloud')], [termFor.author('nobody')]], limit: 5 };
      expect(await store.audit.search(never)).toEqual({ rows: [], next: null });
      expect(await searchAll({ ...never, terms: [[termFor.directory('people')], [termFor.author('carol')]] })).toEqual(
        all.filter((row) => row.data.includes('carol') && row.data.includes('"people"')).map(({ seq }) => seq),
      );
    });

    it('finds what was written before there was an index', async () => {
      const before = await database.execute('select term, seq from audit_terms order by term, seq');
      await database.execute('drop table audit_terms');
      const db =
        database.engine === 'sqlite' ? openSqlite(database.url.slice('sqlite:'.length)).db : openForMaintenance(database.url, quietLog);
      try {
        await indexAuditEvents(db as Kysely<unknown>);
      } finally {
        await db.destroy();
      }
      expect(await database.execute('select term, seq from audit_terms order by term, seq')).toEqual(before);
      expect(before.length).toBeGreaterThan(EVENTS);
    });

    it('finds nothing of an event whose transaction was taken back', async () => {
      const account = { directory: 'people', id: 'guid-gone' };
      const work = store.transaction(async (inner) => {
        await inner.audit.append({ at: NOW, type: 'session.opened', data: JSON.stringify({ account }) });
        throw new Error('on purpose');
      });
      await expect(work).rejects.toThrow('on purpose');
      expect(await store.audit.search({ terms: [[termFor.account(account)]], limit: 5 })).toEqual({ rows: [], next: null });
    });
  });
}
