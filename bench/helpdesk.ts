import { Client } from 'ldapts';
import type { Case } from '../shared/api/cases.ts';
import { allOf, equals } from '../src/directory/ldap/filters.ts';
import { passwordModifyValue } from '../src/directory/ldap/password-modify.ts';
import { GENEROUS_LIMITS } from '../test/scenarios/generous-limits.ts';
import { startJourney } from '../test/scenarios/journey-client.ts';
import { exchange, inSession, proveSignIn } from '../test/scenarios/sign-in-client.ts';
import { type Enrolled, type Keyturn, startKeyturn } from '../test/scenarios/start-keyturn.ts';
import { startPostgres } from '../test/servers/postgres.ts';
import { seedPassword } from '../test/servers/seed-people.ts';
import { type SlapdServer, startSlapd } from '../test/servers/slapd.ts';
import { PASSWORD_VARIABLE } from './directories.ts';
import { median, percentile } from './statistics.ts';

/** RFC 3062. */
const PASSWORD_MODIFY = '1.3.6.1.4.1.4203.1.11.1';
/** Stories that are told one after the other, beside the raw operations in turns. */
const MOST_STORIES = 60;

interface Times {
  readonly median: number;
  readonly p95: number;
}

export interface HelpdeskResult {
  /** "The agent resets, the caller signs in": all requests of both, and the bare search, change and bind; milliseconds. */
  readonly story: { readonly product: Times; readonly bare: Times };
  /** Agents who work at the same time on two nodes, each with one caller after the other. */
  readonly crowd: {
    readonly agents: number;
    readonly callers: number;
    readonly seconds: number;
    readonly failed: number;
    readonly story: Times;
  };
}

/** Asks as an agent who is signed in. */
type Agent = (method: string, path: string, body: unknown) => ReturnType<typeof inSession>;

interface Caller extends Enrolled {
  readonly login: string;
  readonly dn: string;
}

/** Plays the helpdesk on two nodes over one PostgreSQL and one OpenLDAP: one agent alone, then many. */
export async function measureHelpdesk(mostAgents: number, callers: number): Promise<HelpdeskResult> {
  const [agents, stories] = [Math.min(mostAgents, callers), Math.min(MOST_STORIES, callers)];
  await using started = new AsyncDisposableStack();
  const server = await startSlapd({ noSync: false, generatedUsers: agents + callers + stories * 2 });
  started.defer(() => server.stop());
  process.env[PASSWORD_VARIABLE] = server.service.password;
  const postgres = await startPostgres({ durable: true });
  started.defer(() => postgres.stop());
  const database = (await postgres.createDatabase('bench')).url;
  const names = Array.from({ length: agents + callers + stories }, (_, nth) => `user${nth}`);
  const one = await startNode(server, database, names.slice(0, agents));
  started.defer(() => one.close());
  const other = await startKeyturn({ directories: [], database, clock: one.clock, key: one.key });
  started.defer(() => other.close());
  const nodes = [one, other];

  // RFC 4517 3.3.13, in whole seconds.
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().replace(/[-:T]|\.\d+/g, '');
  const people: Caller[] = [];
  for (const login of names) {
    const dn = `uid=${login},${server.peopleDn}`;
    // Of whom it is not told when the password was set, or just now, a write waits for the next second.
    await server.modifyRelaxed(dn, { pwdChangedTime: yesterday });
    people.push({ ...(await one.enrol(login)), login, dn });
  }
  const [held, calling] = [people.slice(0, agents), people.slice(agents)];
  const sessions: Agent[] = [];
  for (const [nth, agent] of held.entries()) sessions.push(await atHelpdesk(nodes[nth % 2] ?? one, agent));
  const [first] = sessions;
  if (first === undefined) throw new Error('no agent');
  const story = await compare(server, one, first, calling.slice(0, stories));
  return { story, crowd: await tellAtOnce(server, nodes, sessions, calling.slice(stories)) };
}

function startNode(server: SlapdServer, database: string, agents: readonly string[]): Promise<Keyturn> {
  return startKeyturn({
    database,
    directories: [
      {
        ...{ kind: 'openldap', id: 'people', label: 'People', baseDn: server.baseDn, servers: [{ url: server.url }] },
        ...{ tls: { caFile: server.caFile }, serviceAccount: { name: server.service.name, password: `env:${PASSWORD_VARIABLE}` } },
      },
    ],
    configuration: {
      guard: GENEROUS_LIMITS,
      signIn: { enabled: true },
      recovery: { rules: [{ name: 'everybody', accepted: [['totp']] }] },
      roles: [
        {
          name: 'helpdesk',
          may: ['reset-password'],
          resetBy: ['told'],
          heldBy: { directories: ['people'], accounts: [...agents] },
          over: { directories: ['people'] },
        },
      ],
    },
  });
}

async function atHelpdesk({ url }: Keyturn, agent: Caller): Promise<Agent> {
  const client = await proveSignIn(url, agent.login, agent, seedPassword);
  const { token, ...answer } = (await exchange(url, client)).body;
  if (token === undefined) throw new Error(`not signed in: ${JSON.stringify(answer)}`);
  return (method, path, body) => inSession(url, token, method, path, body);
}

/** From the case to the sign-in with the new password, at whichever node each of them meets. */
async function tell(server: SlapdServer, node: Keyturn, agent: Agent, caller: Caller): Promise<void> {
  const must = async (method: string, path: string, body: unknown) => {
    const reply = await agent(method, path, body);
    if (reply.status >= 300) throw new Error(`${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body as { case?: Case; outcome?: string };
  };
  const opened = await must('POST', '/helpdesk/cases', { account: caller.account, action: 'reset-password' });
  const client = await startJourney(node.url, caller.login, 'confirm-call');
  await client.answer({ option: 'totp' });
  await client.answer({ code: caller.totp() });
  client.at('confirm-call');
  await client.answer({ number: opened.case?.numbers?.spoken });
  client.at('done');
  const password = passwordOf(caller);
  const { outcome } = await must('POST', `/helpdesk/cases/${opened.case?.id}/act`, { password });
  if (outcome !== 'done') throw new Error(`not done: ${outcome}`);
  await bind(server, caller, password);
}

const passwordOf = ({ login }: Caller) => `a quiet harbour at noon, ${login}`;

async function bind(server: SlapdServer, { dn }: Caller, password: string): Promise<void> {
  const client = new Client({ url: server.url, tlsOptions: { ca: server.caPem } });
  await client.bind(dn, password);
  await client.unbind();
}

async function compare(server: SlapdServer, node: Keyturn, agent: Agent, callers: readonly Caller[]): Promise<HelpdeskResult['story']> {
  const times = { product: [] as number[], bare: [] as number[] };
  const service = new Client({ url: server.url, tlsOptions: { ca: server.caPem } });
  await service.bind(server.service.name, server.service.password);
  for (const [nth, caller] of callers.entries()) {
    const side = nth % 4 === 0 || nth % 4 === 3 ? 'bare' : 'product';
    const begun = performance.now();
    if (side === 'product') await tell(server, node, agent, caller);
    else await resetBare(server, service, caller);
    times[side].push(performance.now() - begun);
  }
  await service.unbind();
  return { product: of(times.product), bare: of(times.bare) };
}

/** What the story comes down to in the directory: find the entry, set the password, sign in with it. */
async function resetBare(server: SlapdServer, service: Client, caller: Caller): Promise<void> {
  const filter = allOf(equals('entryUUID', caller.account.id), equals('objectClass', 'person'));
  const { searchEntries } = await service.search(server.baseDn, { scope: 'sub', filter, attributes: ['entryUUID'] });
  const dn = searchEntries[0]?.dn ?? '';
  await service.exop(PASSWORD_MODIFY, passwordModifyValue({ userIdentity: dn, newPassword: passwordOf(caller) }));
  await bind(server, caller, passwordOf(caller));
}

async function tellAtOnce(
  server: SlapdServer,
  nodes: readonly Keyturn[],
  agents: readonly Agent[],
  callers: readonly Caller[],
): Promise<HelpdeskResult['crowd']> {
  const waiting = [...callers];
  const times: number[] = [];
  let failed = 0;
  const begun = performance.now();
  await Promise.all(
    agents.map(async (agent, nth) => {
      for (let caller = waiting.shift(); caller !== undefined; caller = waiting.shift()) {
        const from = performance.now();
        // The caller is at the other node than the agent.
        const node = nodes[(nth + 1) % nodes.length];
        if (node === undefined) throw new Error('no node');
        await tell(server, node, agent, caller).catch((error: unknown) => {
          failed += 1;
          process.stderr.write(`${caller?.login}: ${error instanceof Error ? error.message : String(error)}\n`);
        });
        times.push(performance.now() - from);
      }
    }),
  );
  return { agents: agents.length, callers: callers.length, seconds: (performance.now() - begun) / 1000, failed, story: of(times) };
}

const of = (values: readonly number[]): Times => ({ median: median(values), p95: percentile(values, 95) });
