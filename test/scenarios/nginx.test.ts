import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordEvent } from '../../src/core/audit/record-event.ts';
import { newPassword } from '../conformance/samples.ts';
import { createCertificateAuthority } from '../servers/certificate-authority.ts';
import { claimFreePort, type FreePort } from '../servers/free-address.ts';
import { type ServerProcess, startReadyProcess } from '../servers/processes.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { sharedPostgres } from '../servers/shared-servers.ts';
import { testKey } from '../store/fixture.ts';
import type { JourneyClient, Reply } from './journey-client.ts';
import { addPerson, embeddedSection, signsIn } from './sample-directory.ts';
import { signIn } from './sign-in-client.ts';
import { codeIn, createMovableClock, type Enrolled, holdsCode, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const NAME = 'password.example.com';
/** The addresses of the handbook's nodes. */
const ADDRESSES = ['10.0.0.7:8080', '10.0.0.8:8080'] as const;

let folder: string;
let ca: string;
let port: FreePort;
let proxy: ServerProcess;
let drop: () => Promise<void>;
const nodes: Keyturn[] = [];
const clock = createMovableClock();

/** The block of the handbook, with the places of this test in it. */
function handbookConfiguration(places: Readonly<Record<string, string>>): string {
  const page = readFileSync('docs/handbook/several-nodes.md', 'utf8');
  let text = /^```nginx\n([\s\S]*?)^```/m.exec(page)?.[1] ?? '';
  for (const [written, here] of Object.entries(places)) {
    expect(text.split(written), written).toHaveLength(2);
    text = text.replace(written, here);
  }
  return text;
}

beforeAll(async () => {
  folder = await createScratchFolder('nginx');
  const database = await (await sharedPostgres()).createDatabase('nginx');
  drop = database.drop;
  const start = async () => {
    const node = await startKeyturn({
      directories: [embeddedSection()],
      database: database.url,
      keys: [testKey('k1')],
      clock,
      trustedProxies: ['127.0.0.1'],
      metrics: { port: 0 },
      configuration: {
        organisation: { name: 'Test', publicUrl: `https://${NAME}` },
        signIn: { enabled: true },
        roles: [{ name: 'agents', may: ['see-people'], heldBy: { groups: ['Agents'] }, over: { directories: ['people'] } }],
      },
    });
    nodes.push(node);
  };
  await start();
  await start();
  const authority = await createCertificateAuthority(join(folder, 'ca'));
  ca = authority.caPem;
  const issued = await authority.issue({ name: 'nginx', altNames: [`DNS:${NAME}`] });
  port = await claimFreePort();
  const configuration = handbookConfiguration({
    [ADDRESSES[0]]: new URL(nodes[0]?.url ?? '').host,
    [ADDRESSES[1]]: new URL(nodes[1]?.url ?? '').host,
    'listen 443 ssl': `listen 127.0.0.1:${port.port} ssl`,
    [`/etc/ssl/${NAME}.pem`]: issued.certificateFile,
    [`/etc/ssl/${NAME}.key`]: issued.keyFile,
  });
  mkdirSync(join(folder, 'temporary'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (what) => `${what}_temp_path ${join(folder, 'temporary', what)};`,
  );
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off;\nmaster_process off;\npid ${join(folder, 'pid')};\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${temporary.join('\n')}\n${configuration}}\n`,
  );
  proxy = await startReadyProcess(
    'nginx',
    { command: 'nginx', args: ['-p', folder, '-c', join(folder, 'nginx.conf')], logFile: join(folder, 'log'), folder },
    async () => expect((await ask('GET', '/healthz')).status).toBe(200),
  );
});
afterAll(async () => {
  await proxy.stop();
  port.release();
  await Promise.all(nodes.splice(0).map((node) => node.close()));
  await drop();
  await removeScratchFolder(folder);
});

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** One request through nginx, whose certificate is checked. */
function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const content = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = httpsRequest(
      {
        host: '127.0.0.1',
        port: port.port,
        servername: NAME,
        ca,
        method,
        path,
        agent: false,
        headers: { host: NAME, ...(content === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    sent.on('error', reject);
    sent.end(content);
  });
}

/** A recovery through nginx: which node answers is nginx's to choose. */
async function start(account: string, headers: Record<string, string> = {}): Promise<JourneyClient> {
  const call = async (method: string, path: string, body?: unknown, more: Record<string, string> = {}): Promise<Reply> => {
    const { status, text } = await ask(method, `/api/v1${path}`, body, { ...headers, ...more });
    return { status, body: JSON.parse(text) as Reply['body'], headers: new Headers() };
  };
  const started = await call('POST', '/journeys', { goal: 'reset-password', account, locale: 'en', client: { kind: 'cli' } });
  const { token = '', step } = started.body;
  if (step === undefined) throw new Error(`not started: ${JSON.stringify(started.body)}`);
  const client: JourneyClient = {
    step,
    token,
    call: (method, path, body) => call(method, path, body, { authorization: `Bearer ${token}` }),
    async answer(body, id = client.step.id) {
      const reply = await client.call('POST', `/journeys/current/steps/${id}`, body);
      if (reply.body.step !== undefined) client.step = reply.body.step;
      return reply;
    },
    at(kind) {
      if (client.step.kind !== kind) throw new Error(`expected ${kind}, at ${JSON.stringify(client.step)}`);
      return client.step as never;
    },
  };
  return client;
}

const codesTo = (person: Enrolled): string[] => (nodes[0]?.messages(person.address) ?? []).filter(holdsCode).map(codeIn);

async function person(login: string): Promise<Enrolled> {
  const [node] = nodes;
  if (node === undefined) throw new Error('no node');
  await addPerson(node, login);
  return node.enrol(login);
}

async function proveAndReset(client: JourneyClient, who: Enrolled): Promise<string> {
  await client.answer({ option: 'email' });
  client.at('code');
  await until(() => codesTo(who).length > 0, 'a code');
  await client.answer({ code: codesTo(who)[0] });
  await client.answer({ code: who.totp() });
  client.at('new-password');
  const password = newPassword();
  await client.answer({ password });
  client.at('done');
  return password;
}

/** How many requests of recoveries a node has answered. */
async function answered({ metricsUrl }: Keyturn): Promise<number> {
  const text = await (await fetch(metricsUrl ?? '')).text();
  const counts = [...text.matchAll(/^keyturn_http_request_seconds_count\{[^}]*route="\/api\/v1\/journeys[^}]*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

it('a recovery goes over both nodes, and what one has done the other knows', async () => {
  const lea = await person('lea');
  const password = await proveAndReset(await start('lea'), lea);
  for (const node of nodes) {
    expect(await answered(node)).toBeGreaterThan(0);
    expect(await signsIn(node, 'lea', password)).toBe(true);
  }
});

it('believes what nginx says about the address of a person, and not what the person says', async () => {
  await person('ida');
  const client = await start('ida', { 'x-forwarded-for': '203.0.113.99' });
  await client.answer({ option: 'email' });
  const lines = nodes.flatMap(({ logLines }) => logLines);
  expect(lines.filter((line) => line.includes('http.untrusted-proxy'))).toEqual([]);
  const [node] = nodes;
  const rows = await node?.deps.store.audit.read(0, 1_000);
  expect(JSON.stringify(rows)).not.toContain('203.0.113.99');
  expect(JSON.stringify(rows)).toContain('127.0.0.1');
});

it('passes on what an agent is told while it happens, and keeps none of it back', async () => {
  const [node] = nodes as [Keyturn];
  await addPerson(node, 'agent', { groups: ['Agents'] });
  const { token } = await signIn(node, 'agent', await node.enrol('agent'));
  const headers = { host: NAME, authorization: `Bearer ${token}` };
  const sent = httpsRequest({
    ...{ host: '127.0.0.1', port: port.port, servername: NAME, ca, agent: false },
    path: '/api/v1/helpdesk/live',
    headers,
  });
  const [reply] = (await once(sent.end(), 'response')) as [IncomingMessage];
  let text = '';
  reply.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await until(() => text.includes('id: '), 'the first message', 10_000);
  const told = text.length;
  const { account } = await person('eva');
  const happened = { type: 'recovery.frozen' as const, account, actor: { kind: 'self' as const }, reason: 'not-me' };
  await node.deps.store.transaction((store) => recordEvent(store, node.clock, happened));
  await until(() => text.slice(told).includes('"kind":"frozen"'), 'the notice', 10_000);
  reply.destroy();
});

it('a recovery goes on when the node that answered until now is gone', async () => {
  const max = await person('max');
  const client = await start('max');
  await client.answer({ option: 'email' });
  await until(() => codesTo(max).length > 0, 'a code');
  const [code] = codesTo(max);
  const [gone] = nodes.splice(1, 1);
  await gone?.close();
  await client.answer({ code });
  await client.answer({ code: max.totp() });
  client.at('new-password');
  const password = newPassword();
  await client.answer({ password });
  client.at('done');
  expect(await signsIn(nodes[0] as Keyturn, 'max', password)).toBe(true);
});
