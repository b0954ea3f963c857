import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '../src/core/audit/canonical-json.ts';
import { addFactor } from '../src/core/enrolment/add-factor.ts';
import type { AuditEntry } from '../src/core/ports/audit-store.ts';
import { foldReports } from '../src/core/reports/fold-reports.ts';
import { addPerson, embeddedSection } from '../test/scenarios/sample-directory.ts';
import { signIn } from '../test/scenarios/sign-in-client.ts';
import { type Keyturn, startKeyturn } from '../test/scenarios/start-keyturn.ts';
import { median, percentile } from './statistics.ts';

/** People of the log, and how many of them the directory still has: names are looked up for every page. */
const PEOPLE = 20_000;
const KNOWN = 200;
const MINUTE = 60_000;
/** Pages of each search. */
const TIMES = 60;

/** One search of the history, over HTTP, with names; milliseconds. */
export interface HistorySearch {
  readonly what: string;
  readonly median: number;
  readonly p95: number;
}

export interface HistoryResult {
  readonly events: number;
  /** Microseconds for each event while the log was filled, 500 in a transaction. */
  readonly append: number;
  /** Bytes of the database file for each event; null on PostgreSQL. */
  readonly bytes: number | null;
  readonly searches: readonly HistorySearch[];
}

/** Fills a log as the product writes it, and looks through it as a page does. @param database null: an SQLite file */
export async function measureHistory(database: string | null, events: number): Promise<HistoryResult> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bench-history-'));
  const file = join(folder, 'keyturn.sqlite');
  const keyturn = await startKeyturn({
    directories: [embeddedSection()],
    database: database ?? `sqlite:${file}`,
    configuration: {
      signIn: { enabled: true },
      roles: [{ name: 'auditors', may: ['view-history'], heldBy: { directories: ['people'], groups: ['Auditors'] } }],
    },
  });
  try {
    const known = await addPeople(keyturn);
    const append = await fill(keyturn, events, known);
    await addPerson(keyturn, 'auditor', { groups: ['Auditors'] });
    const { token } = await signIn(keyturn, 'auditor', await keyturn.enrol('auditor'));
    const searches: HistorySearch[] = [];
    for (const [what, query] of Object.entries(SEARCHES)) searches.push({ what, ...(await measure(keyturn, token, query, known)) });
    await enrolPeople(keyturn);
    while (!(await foldReports(keyturn.deps, 100)));
    for (const days of [30, 365]) searches.push({ what: `the report of ${days} days`, ...(await measureReport(keyturn, token, days)) });
    return { events, append, bytes: database === null ? (await stat(file)).size / events : null, searches };
  } finally {
    await keyturn.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What is asked for the `nth` time. */
const SEARCHES: Readonly<Record<string, (nth: number, login: string, at: (part: number) => string) => Record<string, string>>> = {
  everything: () => ({}),
  'one person, by name': (_, person) => ({ person }),
  'one person in a month': (nth, person, at) => ({ person, from: at(nth / TIMES), to: at((nth + 5) / TIMES) }),
  'a busy person, and a rare group': () => ({ person: 'person-0', group: 'administration' }),
  'what an agent did': (nth) => ({ by: `agent-${nth % 20}` }),
  'a rare group': () => ({ group: 'administration' }),
  'an agent, in a group they never act in': (nth) => ({ group: 'proof', by: `agent-${nth % 20}` }),
  'a week long ago': (nth, _, at) => ({ from: at(nth / TIMES), to: at((nth + 1) / TIMES) }),
};

async function measure(keyturn: Keyturn, token: string, query: (typeof SEARCHES)[string], known: readonly string[]) {
  const times: number[] = [];
  const now = keyturn.clock.now();
  for (let nth = 0; nth < TIMES; nth += 1) {
    const login = `person-${(nth * 7) % known.length}`;
    const at = (part: number) => new Date(now - (1 - part) * 365 * 1_440 * MINUTE).toISOString();
    const begun = performance.now();
    const url = `${keyturn.url}/api/v1/history?${new URLSearchParams(query(nth, login, at))}`;
    const reply = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    if (!reply.ok) throw new Error(`${url}: ${reply.status} ${await reply.text()}`);
    await reply.arrayBuffer();
    times.push(performance.now() - begun);
  }
  return { median: median(times), p95: percentile(times, 95) };
}

/** A report is asked for while things happen: some events are not counted yet. */
async function measureReport(keyturn: Keyturn, token: string, days: number) {
  const times: number[] = [];
  for (let nth = 0; nth < TIMES; nth += 1) {
    const at = keyturn.clock.now();
    await keyturn.deps.store.audit.append(eventOf(nth, at, []), ...Array.from({ length: 49 }, (_, more) => eventOf(nth + more, at, [])));
    const begun = performance.now();
    const url = `${keyturn.url}/api/v1/reports?days=${days}`;
    const reply = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    if (!reply.ok) throw new Error(`${url}: ${reply.status} ${await reply.text()}`);
    await reply.arrayBuffer();
    times.push(performance.now() - begun);
  }
  return { median: median(times), p95: percentile(times, 95) };
}

/** Two proofs for everybody: the report counts who has what as it is now. */
async function enrolPeople({ deps }: Keyturn): Promise<void> {
  for (let from = 0; from < PEOPLE; from += 500)
    await deps.store.transaction(async (store) => {
      for (let nth = from; nth < from + 500; nth += 1)
        for (const kind of ['email', 'totp'] as const)
          await addFactor(deps, store, {
            account: { directory: 'people', id: `guid-${nth}` },
            ...{ kind, label: kind, secret: kind === 'totp' ? 'A'.repeat(32) : `person-${nth}@example.test`, source: 'bench' },
          });
    });
}

async function addPeople(keyturn: Keyturn): Promise<string[]> {
  const ids: string[] = [];
  for (let nth = 0; nth < KNOWN; nth += 1) {
    await addPerson(keyturn, `person-${nth}`);
    const [account] = await keyturn.deps.directories.get('people').findAccounts(`person-${nth}`);
    ids.push(account?.id ?? '');
  }
  return ids;
}

/** A year of events. One account in fifty events is that of one person: somebody is attacked. */
async function fill(keyturn: Keyturn, events: number, known: readonly string[]): Promise<number> {
  const last = keyturn.clock.now();
  const step = (365 * 1_440 * MINUTE) / events;
  const begun = performance.now();
  for (let from = 0; from < events; from += 500) {
    const [first, ...others] = Array.from({ length: Math.min(500, events - from) }, (_, index) =>
      eventOf(from + index, Math.round(last - (events - from - index) * step), known),
    );
    if (first !== undefined) await keyturn.deps.store.audit.append(first, ...others);
  }
  return ((performance.now() - begun) / events) * 1000;
}

function eventOf(nth: number, at: number, known: readonly string[]): AuditEntry {
  const who = nth % 50 === 0 ? 0 : (nth * 7919) % PEOPLE;
  const account = { directory: 'people', id: known[who] ?? `guid-${who}` };
  const actor = { kind: 'self', address: '192.0.2.7', client: 'web' };
  const journey = `journey-${Math.floor(nth / 6)}`;
  if (nth % 5_000 === 4_999) {
    const facts = { actor: { kind: 'operator', client: 'cli' }, author: 'root', version: nth, comment: '', changes: [] };
    return { at, type: 'configuration.applied', data: canonicalJson(facts) };
  }
  if (nth % 25 === 24) {
    const agent = { account: { directory: 'people', id: `agent-${nth % 20}` }, login: `agent-${Math.floor(nth / 25) % 20}` };
    return { at, type: 'case.opened', data: canonicalJson({ case: journey, account, agent, action: 'unlock-account', actor }) };
  }
  const type = ['journey.started', 'journey.code-sent', 'journey.proof-accepted', 'write.intended', 'write.succeeded'][nth % 5] ?? '';
  const facts = type.startsWith('write.')
    ? { account, verb: 'reset-password' }
    : { accounts: [account], goal: 'reset-password', factor: 'totp' };
  return { at, type, data: canonicalJson({ journey, actor, ...facts }) };
}
