import fc from 'fast-check';
import { AndFilter, EqualityFilter, PresenceFilter } from 'ldapts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { ldapSettings } from '../../../test/conformance/harness-ldap.ts';
import { createMovableClock } from '../../../test/conformance/samples.ts';
import { createKeptRefusals } from '../../../test/kept-refusals.ts';
import { type SlapdServer, startSlapd } from '../../../test/servers/slapd.ts';
import { startTcpProxy, type TcpProxy } from '../../../test/servers/tcp-proxy.ts';
import type { Account } from '../../core/ports/directory.ts';
import type { LdapConnection } from './connection.ts';
import { createHeldSearches, type HeldSearches } from './held-searches.ts';
import { type PeopleSearch, searchPeople } from './search-people.ts';
import { HELD_SEARCHES } from './server.ts';
import { createServers, type Servers } from './servers.ts';

const PEOPLE = 60;
const TEAMS = ['north', 'south', 'east'];

let slapd: SlapdServer;
let proxy: TcpProxy;
let servers: Servers;
let held: HeldSearches;
/** Pages that were asked of the server. */
let pages = 0;

beforeAll(async () => {
  slapd = await startSlapd();
  for (let number = 0; number < PEOPLE; number += 1) {
    const person = await slapd.createUser({ login: `paged-${String(number).padStart(3, '0')}`, password: 'A quiet harbour 7' });
    await slapd.modify(person.dn, { title: TEAMS[number % TEAMS.length] ?? '' });
  }
}, 120_000);
afterAll(async () => {
  await slapd?.stop();
});
beforeEach(async () => {
  proxy = await startTcpProxy({ targetHost: '127.0.0.1', targetPort: Number(new URL(slapd.url).port) });
  const clock = createMovableClock();
  const own = createServers(ldapSettings('openldap', slapd, { servers: [{ url: `ldaps://127.0.0.1:${proxy.port}` }] }), {
    clock,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    resolveSecret: async () => slapd.service.password,
    refusedSecrets: createKeptRefusals(clock),
  });
  servers = { ...own, read: (work) => own.read((one) => work(counted(one))), listing: (work) => own.listing((one) => work(counted(one))) };
  held = createHeldSearches(servers);
  pages = 0;
});
afterEach(async () => {
  held.close();
  await servers.close();
  await proxy.stop();
});

/** The same connection, whose pages are counted. */
function counted(connection: LdapConnection): LdapConnection {
  return new Proxy(connection, {
    get(target, name) {
      if (name !== 'pages') return Reflect.get(target, name) as unknown;
      return async function* (...asked: Parameters<LdapConnection['pages']>) {
        for await (const page of target.pages(...asked)) {
          pages += 1;
          yield page;
        }
      };
    },
  });
}

function those(team: string | undefined): PeopleSearch {
  const people = new PresenceFilter({ attribute: 'title' });
  return {
    baseDn: slapd.peopleDn,
    people: team === undefined ? people : new AndFilter({ filters: [people, new EqualityFilter({ attribute: 'title', value: team })] }),
    options: { attributes: ['uid'], scope: 'sub' },
    toAccounts: (entries) => entries.map(({ dn }) => ({ id: dn }) as Account),
  };
}
const kind = { searchedAttributes: ['uid'], stateFilter: () => null };

const pageOf = async (pageSize: number, cursor: string | null, team?: string) => {
  const request = { pageSize, ...(cursor === null ? {} : { cursor }) };
  const everybody = { ...those(undefined), sample: async () => [] };
  const page = await searchPeople({ servers, held, clock: createMovableClock(), everybody }, kind, those(team), request);
  return { ids: page.accounts.map(({ id }) => id), cursor: page.cursor };
};

async function everybody(team?: string): Promise<string[]> {
  return (await pageOf(1000, null, team)).ids;
}

it('costs the same for the last page as for the second, one after the other', async () => {
  const all = await everybody();
  expect(all).toHaveLength(PEOPLE);
  const costs: number[] = [];
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const before = pages;
    const page: Awaited<ReturnType<typeof pageOf>> = await pageOf(5, cursor);
    costs.push(pages - before);
    seen.push(...page.ids);
    cursor = page.cursor;
  } while (cursor !== null);
  expect(seen).toEqual(all);
  // The second one reads the first once more; the others read on. Pages of the server are one longer than those of the list.
  expect(costs).toHaveLength(PEOPLE / 5);
  expect(costs[0]).toBe(1);
  for (const cost of costs.slice(2)) expect(cost).toBeLessThanOrEqual(1);
});

it('gives each reader what they would read alone, however many turn pages at the same time, forwards, backwards and twice', async () => {
  const lists = new Map(await Promise.all([undefined, ...TEAMS].map(async (team) => [team, await everybody(team)] as const)));
  const reader = fc.record({ team: fc.constantFrom(undefined, ...TEAMS), pageSize: fc.integer({ min: 3, max: 9 }), again: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(reader, { minLength: 1, maxLength: 5 }), async (readers) => {
      await Promise.all(
        readers.map(async ({ team, pageSize, again }) => {
          const seen: string[] = [];
          const cursors: (string | null)[] = [null];
          for (let cursor: string | null = null; ; ) {
            const page = await pageOf(pageSize, cursor, team);
            seen.push(...page.ids);
            if (again && cursors.length % 2 === 0) expect((await pageOf(pageSize, cursor, team)).ids).toEqual(page.ids);
            cursor = page.cursor;
            if (cursor === null) break;
            cursors.push(cursor);
          }
          expect(seen).toEqual(lists.get(team));
          const back = cursors.at(-2) ?? null;
          expect((await pageOf(pageSize, back, team)).ids).toEqual(seen.slice(Number(back ?? 0), Number(back ?? 0) + pageSize));
        }),
      );
    }),
    { numRuns: 8 },
  );
});

it('looks at so many people for one page and no more, and leaves out nobody whom a later one finds', async () => {
  const filter = new PresenceFilter({ attribute: 'title' });
  const clock = createMovableClock();
  const asked: number[] = [];
  const wanted = {
    searchedAttributes: ['uid'],
    stateFilter: () => null,
    passwordEnds: {
      attributes: [],
      sees: async () => true,
      search: async (_: LdapConnection, __: unknown, { upTo }: { upTo: number }) => {
        asked.push(upTo);
        return { filter, untold: false };
      },
      // Two of them, far from each other.
      endOf: async (_: LdapConnection, { dn }: { dn: string }) => (/paged-0(05|55)/.test(dn) ? 1 : ('never' as const)),
    },
  };
  const deps = { servers, held, clock, everybody: { ...those(undefined), sample: async () => [] }, mostLookedAt: 10 };
  const seen: string[][] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    // A node that holds nothing, too: it reads the pages before.
    if (seen.length === 3) held.close();
    const request = { filter: 'expired' as const, pageSize: 5, ...(cursor === '' ? {} : { cursor }) };
    const page: Awaited<ReturnType<typeof searchPeople>> = await searchPeople(deps, wanted, those(undefined), request);
    seen.push(page.accounts.map(({ id }) => id));
    cursor = page.cursor ?? undefined;
    clock.forward(60_000);
  }
  expect(seen.map((ids) => ids.length)).toEqual([1, 0, 0, 0, 0, 1]);
  expect(seen.flat()).toEqual([expect.stringContaining('paged-005'), expect.stringContaining('paged-055')]);
  expect(pages).toBeGreaterThan(6);
  // All pages are about the time of the first one.
  expect(new Set(asked).size).toBe(1);
});

it('begins anew where the connection broke on which it was read', async () => {
  const all = await everybody();
  const first = await pageOf(10, null);
  const second = await pageOf(10, first.cursor);
  proxy.cutAll();
  const third = await pageOf(10, second.cursor);
  expect([...first.ids, ...second.ids, ...third.ids]).toEqual(all.slice(0, 30));
});

it('holds no more connections than it may, and none once it is closed', async () => {
  for (const team of [undefined, ...TEAMS]) {
    const first = await pageOf(3, null, team);
    await pageOf(3, first.cursor, team);
  }
  // One more reads.
  expect(proxy.openConnectionCount).toBeLessThanOrEqual(HELD_SEARCHES + 1);
  const late = await held.begin({ base: slapd.peopleDn, options: { attributes: ['uid'], scope: 'sub' }, pageSize: 3 });
  held.close();
  if (late !== null) held.keep('late', late);
  await servers.close();
  expect(held.take('late')).toBeNull();
});
