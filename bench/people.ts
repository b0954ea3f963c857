import { Client } from 'ldapts';
import { allOf, anyOf, contains, equals } from '../src/directory/ldap/filters.ts';
import { type SessionClient, signIn } from '../test/scenarios/sign-in-client.ts';
import { type Keyturn, startKeyturn } from '../test/scenarios/start-keyturn.ts';
import { seedPassword } from '../test/servers/seed-people.ts';
import { type SlapdServer, startSlapd } from '../test/servers/slapd.ts';
import { PASSWORD_VARIABLE } from './directories.ts';
import { median, percentile } from './statistics.ts';

/** Of each search, by each side. */
const TIMES = 60;
/** Turned one after the other, as somebody who looks through all of them does. */
const PAGES = 200;
const PAGE = 25;
/** What the directory is searched in for a text, by either side. */
const SEARCHED = ['cn', 'displayName', 'uid', 'mail', 'employeeNumber'];

/** One search for a page of people; milliseconds. */
export interface PeopleSearch {
  readonly what: string;
  readonly bare: { readonly median: number; readonly p95: number };
  readonly product: { readonly median: number; readonly p95: number };
}

export interface PeopleResult {
  readonly people: number;
  readonly searches: readonly PeopleSearch[];
  /** Milliseconds of a page, as the median of ten: the second to the eleventh, and the last ten. */
  readonly pages: { readonly count: number; readonly first: number; readonly last: number };
  /** Resident memory in MB: before the pages were turned, and after. */
  readonly memory: { readonly before: number; readonly after: number };
}

/** Finds people in a large OpenLDAP as an agent of the helpdesk does, over HTTP, and by bare LDAP in turns. */
export async function measurePeople(people: number): Promise<PeopleResult> {
  const server = await startSlapd({
    generatedUsers: people,
    databaseLines: ['index cn,displayName,employeeNumber eq,sub', 'maxreaders 126'],
  });
  process.env[PASSWORD_VARIABLE] = server.service.password;
  const keyturn = await startKeyturn({
    directories: [
      {
        ...{ kind: 'openldap', id: 'people', label: 'People', baseDn: server.peopleDn, servers: [{ url: server.url }] },
        ...{ tls: { caFile: server.caFile }, serviceAccount: { name: server.service.name, password: `env:${PASSWORD_VARIABLE}` } },
      },
    ],
    configuration: {
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
  const bare = new Client({ url: server.url, tlsOptions: { ca: server.caPem } });
  try {
    await bare.bind(server.service.name, server.service.password);
    const agent = await signIn(keyturn, 'alice', await keyturn.enrol('alice'), seedPassword);
    const searches: PeopleSearch[] = [];
    for (const [what, text] of Object.entries(SEARCHES)) searches.push({ what, ...(await compare(server, bare, agent, people, text)) });
    return { people, searches, ...(await turnPages(keyturn, agent)) };
  } finally {
    await bare.unbind();
    await keyturn.close();
    await server.stop();
  }
}

/** What is typed for the `nth` time. */
const SEARCHES: Readonly<Record<string, (nth: number, people: number) => string>> = {
  'one person by sign-in name': (nth, people) => `user${(nth * 7919) % people}`,
  'a part of a name': (nth, people) => String(Math.floor(people / 10) + ((nth * 131) % Math.floor(people / 10))),
  'whoever there is': () => '',
};

async function compare(server: SlapdServer, bare: Client, agent: SessionClient, people: number, text: (typeof SEARCHES)[string]) {
  const times = { bare: [] as number[], product: [] as number[] };
  for (let nth = 0; nth < 2 * TIMES; nth += 1) {
    const typed = text(nth, people);
    const begun = performance.now();
    // In turns, each the first as often as the other.
    const side = nth % 4 === 0 || nth % 4 === 3 ? 'bare' : 'product';
    if (side === 'bare') await searchBare(server, bare, typed);
    else await searchProduct(agent, typed);
    times[side].push(performance.now() - begun);
  }
  const of = (values: readonly number[]) => ({ median: median(values), p95: percentile(values, 95) });
  return { bare: of(times.bare), product: of(times.product) };
}

/** The same page by bare LDAP: what a list needs of each person. */
async function searchBare(server: SlapdServer, client: Client, text: string): Promise<void> {
  const person = equals('objectClass', 'person');
  const found = text === '' ? person : allOf(person, anyOf(...SEARCHED.map((attribute) => contains(attribute, text))));
  const attributes = [...SEARCHED, 'entryUUID', 'givenName', 'sn', 'mobile', 'memberOf', 'pwdAccountLockedTime', 'pwdChangedTime'];
  for await (const page of client.searchPaginated(server.peopleDn, {
    ...{ scope: 'sub', filter: found, attributes, paged: { pageSize: PAGE + 1 } },
  })) {
    if (page.searchEntries.length === 0 && text === '') throw new Error('nobody');
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
