import type { Client } from 'ldapts';
import { allOf, anyOf, contains } from '../src/directory/ldap/filters.ts';
import { type SessionClient, signIn } from '../test/scenarios/sign-in-client.ts';
import { type Keyturn, startKeyturn } from '../test/scenarios/start-keyturn.ts';
import { seedPassword } from '../test/servers/seed-people.ts';
import type { BareSearch, PeopleServer } from './people-servers.ts';
import { median, percentile } from './statistics.ts';

/** Of each search, by each side. */
const TIMES = 60;
/** Turned one after the other, as somebody who looks through all of them does. */
const PAGES = 200;
const PAGE = 25;
/** The limits end no measurement; the counting itself stays. */
const patient = { count: 1_000_000, windowSeconds: 3600 };

/** One search for a page of people; milliseconds. */
export interface PeopleSearch {
  readonly what: string;
  readonly bare: { readonly median: number; readonly p95: number };
  readonly product: { readonly median: number; readonly p95: number };
}

export interface PeopleResult {
  readonly directory: string;
  readonly people: number;
  readonly searches: readonly PeopleSearch[];
  /** Milliseconds of a page, as the median of ten: the second to the eleventh, and the last ten. */
  readonly pages: { readonly count: number; readonly first: number; readonly last: number };
  /** Resident memory in MB: before the pages were turned, and after. */
  readonly memory: { readonly before: number; readonly after: number };
}

/** Finds people in a large directory as an agent of the helpdesk does, over HTTP, and by bare LDAP in turns. Stops the server. */
export async function measurePeople(server: PeopleServer): Promise<PeopleResult> {
  await using started = new AsyncDisposableStack();
  started.defer(() => server.stop());
  const { title, people } = server;
  const keyturn = await startKeyturn({
    directories: [server.section],
    configuration: {
      guard: { searchesPerSession: patient, searchesPerAgent: patient },
      signIn: { enabled: true },
      roles: [
        {
          name: 'helpdesk',
          may: ['see-people'],
          heldBy: { accounts: ['alice'], directories: ['people'] },
          over: { directories: ['people'] },
        },
      ],
    },
  });
  started.defer(() => keyturn.close());
  const bare = await server.connect();
  started.defer(() => bare.unbind());
  const agent = await signIn(keyturn, 'alice', await keyturn.enrol('alice'), seedPassword);
  const searches: PeopleSearch[] = [];
  for (const [what, text] of Object.entries(SEARCHES)) searches.push({ what, ...(await compare(server, bare, agent, text)) });
  return { directory: title, people, searches, ...(await turnPages(keyturn, agent)) };
}

/** What is typed for the `nth` time. */
const SEARCHES: Readonly<Record<string, (nth: number, people: number) => string>> = {
  'one person by sign-in name': (nth, people) => `user${(nth * 7919) % people}`,
  'a part of a name': (nth, people) => String(Math.floor(people / 10) + ((nth * 131) % Math.floor(people / 10))),
  'whoever there is': () => '',
};

async function compare({ bare: search, people }: PeopleServer, bare: Client, agent: SessionClient, text: (typeof SEARCHES)[string]) {
  const times = { bare: [] as number[], product: [] as number[] };
  for (let nth = 0; nth < 2 * TIMES; nth += 1) {
    const typed = text(nth, people);
    const begun = performance.now();
    // In turns, each the first as often as the other.
    const side = nth % 4 === 0 || nth % 4 === 3 ? 'bare' : 'product';
    if (side === 'bare') await searchBare(search, bare, typed);
    else await searchProduct(agent, typed);
    times[side].push(performance.now() - begun);
  }
  const of = (values: readonly number[]) => ({ median: median(values), p95: percentile(values, 95) });
  return { bare: of(times.bare), product: of(times.product) };
}

/** The same page by bare LDAP. */
async function searchBare({ baseDn, person, searched, attributes, binary }: BareSearch, client: Client, text: string): Promise<void> {
  const filter = text === '' ? person : allOf(person, anyOf(...searched.map((attribute) => contains(attribute, text))));
  const options = { scope: 'sub' as const, filter, attributes: [...attributes], explicitBufferAttributes: [...binary] };
  for await (const page of client.searchPaginated(baseDn, { ...options, paged: { pageSize: PAGE + 1 } })) {
    if (page.searchEntries.length === 0) throw new Error(`nobody by bare LDAP: ${text}`);
    return;
  }
}

async function searchProduct(agent: SessionClient, text: string, cursor: string | null = null): Promise<string | null> {
  const query = new URLSearchParams({ directory: 'people', ...(text === '' ? {} : { text }), ...(cursor === null ? {} : { cursor }) });
  const { status, body } = await agent.call('GET', `/helpdesk/people?${query}`);
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return (body.cursor as string | null | undefined) ?? null;
}

async function turnPages(keyturn: Keyturn, agent: SessionClient): Promise<Pick<PeopleResult, 'pages' | 'memory'>> {
  const memory = () => process.memoryUsage.rss() / 1e6;
  const times: number[] = [];
  const before = memory();
  let cursor = await searchProduct(agent, '');
  while (cursor !== null && times.length < PAGES - 1) {
    const begun = performance.now();
    cursor = await searchProduct(agent, '', cursor);
    times.push(performance.now() - begun);
    if (times.length % 20 === 0) keyturn.clock.move(1000);
  }
  // The second page reads the first once more; from then on each is read where the one before has stopped.
  return {
    pages: { count: times.length + 1, first: median(times.slice(1, 11)), last: median(times.slice(-10)) },
    memory: { before, after: memory() },
  };
}
