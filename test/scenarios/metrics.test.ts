import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { settingsSchema } from '../../src/config/settings.ts';
import { makeEmergencyLink, retireEmergencies } from '../../src/core/access/emergency.ts';
import { raiseThreat } from '../../src/core/threat/threat.ts';
import { consoleAuthor } from '../../src/core/threat/threat-author.ts';
import { newPassword } from '../conformance/samples.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { sharedPostgres } from '../servers/shared-servers.ts';
import { type Canary, findCanaries } from './find-canaries.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { prove, request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

const TOKEN = 'the-token-of-the-scrape';
let folder: string;
let keyturn: Keyturn;
const canaries: Canary[] = [];
const plant = (what: string, value: string): string => {
  canaries.push({ what, value });
  return value;
};

beforeAll(async () => {
  folder = await createScratchFolder('metrics');
  process.env.METRICS_TOKEN = TOKEN;
  const database = await (await sharedPostgres()).createDatabase('metrics');
  keyturn = await startKeyturn({
    directories: [embeddedSection()],
    database: database.url,
    metrics: { port: 0, token: 'env:METRICS_TOKEN' },
    configuration: { guard: GENEROUS_LIMITS },
  });
});
afterAll(async () => {
  await keyturn.close();
  await removeScratchFolder(folder);
});

async function scrape(): Promise<string> {
  const response = await fetch(keyturn.metricsUrl ?? '', { headers: { authorization: `Bearer ${TOKEN}` } });
  expect(response.status).toBe(200);
  return response.text();
}

/** The value of one line, by name and labels as they are printed. */
function metric(text: string, line: string): number {
  const found = text.split('\n').find((candidate) => candidate.startsWith(`${line} `));
  return Number(found?.slice(line.length + 1) ?? Number.NaN);
}

/** Names of metrics in an expression of Prometheus: what no function, keyword or label is. */
function namesIn(expression: string): string[] {
  const bare = expression
    .replace(/"[^"]*"/g, '')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\b(by|without) \([^)]*\)/g, '');
  return [...bare.matchAll(/[a-z_][a-z0-9_]*(?![a-z0-9_]*\s*\()/gi)]
    .map(([name]) => name)
    .filter((name) => /_/.test(name) && !/^histogram_/.test(name));
}

describe('the metrics', () => {
  it('count a recovery, and hold nothing of whose it is', async () => {
    const login = plant('sign-in name', `lea-${randomBytes(6).toString('hex')}`);
    const address = plant('address', `home-${randomBytes(6).toString('hex')}@private.example.test`);
    const before = await scrape();
    await addPerson(keyturn, login);
    const person = await keyturn.enrol(login, address);
    plant('account', person.account.id);
    const client = await startJourney(keyturn.url, login);
    plant('token', client.token);
    await prove(keyturn, client, person);
    await client.answer({ password: plant('new password', newPassword()) });
    client.at('done');
    await request(keyturn.url, 'GET', `/${plant('a typed address', `x${randomBytes(8).toString('hex')}`)}`);
    const other = await startJourney(keyturn.url, plant('another name', `nobody-${randomBytes(6).toString('hex')}`));
    // Names are looked up with the first answer.
    await other.answer({ option: 'email' });
    const after = await scrape();
    const grown = (line: string) => metric(after, line) - metric(before, line);
    expect(grown('keyturn_journeys_total{event="started"}')).toBe(1);
    expect(grown('keyturn_journeys_total{event="leads-nowhere"}')).toBe(1);
    expect(grown('keyturn_journeys_total{event="proof-complete"}')).toBe(1);
    expect(grown('keyturn_proofs_total{outcome="accepted"}')).toBe(2);
    expect(grown('keyturn_writes_total{outcome="succeeded"}')).toBe(1);
    expect(metric(after, 'keyturn_directory_seconds_count{directory="people",verb="resetPassword",outcome="ok"}')).toBe(1);
    expect(metric(after, 'keyturn_http_request_seconds_count{method="POST",route="/api/v1/journeys",status="201"}')).toBe(2);
    expect(metric(after, 'keyturn_database_seconds_count{outcome="ok"}')).toBeGreaterThan(10);
    expect(metric(after, 'keyturn_database_connections{state="open"}')).toBeGreaterThan(0);
    expect(metric(after, 'keyturn_database_up')).toBe(1);
    expect(metric(after, 'keyturn_outbox_oldest_seconds{lane="code"}')).toBeGreaterThanOrEqual(0);
    expect(findCanaries(canaries, [{ where: 'the metrics', bytes: Buffer.from(after) }])).toEqual([]);
    // The search finds what is there.
    expect(findCanaries(canaries, [{ where: 'a line', bytes: Buffer.from(`${after}\n${login}`) }])).not.toEqual([]);
  });

  it('are for whoever has the token, on a port of their own', async () => {
    const url = keyturn.metricsUrl ?? '';
    expect(new URL(url).hostname).toBe('127.0.0.1');
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: TOKEN }]) {
      expect((await fetch(url, { headers })).status).toBe(401);
    }
    expect((await fetch(`${keyturn.url}/metrics`)).status).toBe(404);
  });

  it('are not opened to other machines without one', () => {
    const problems = (metrics: object) => settingsSchema.safeParse({ metrics }).error?.issues.length ?? 0;
    expect(problems({ port: 9464 })).toBe(0);
    expect(problems({ port: 9464, host: '0.0.0.0' })).toBe(1);
    expect(problems({ port: 9464, host: '0.0.0.0', token: 'env:TOKEN' })).toBe(0);
  });

  it('are those of the dashboard and of the alert rules', async () => {
    const known = new Set((await scrape()).split('\n').flatMap((line) => /^([a-z_][a-z0-9_]*)[{ ]/i.exec(line)?.[1] ?? []));
    const folderOf = join(import.meta.dirname, '..', '..', 'packaging', 'monitoring');
    const dashboard = JSON.parse(readFileSync(join(folderOf, 'keyturn-dashboard.json'), 'utf8')) as {
      panels: { title: string; targets: { expr: string }[] }[];
    };
    const { groups } = parse(readFileSync(join(folderOf, 'keyturn-alerts.yaml'), 'utf8')) as {
      groups: { rules: { alert: string; expr: string }[] }[];
    };
    const expressions = [
      ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
      ...groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => [alert, expr] as const)),
    ];
    expect(expressions.length).toBeGreaterThan(20);
    // Prometheus makes `up` itself. A counter with labels that has not counted yet has no line.
    const later = new Set(['keyturn_log_lines_total', 'keyturn_audit_events_total']);
    for (const [where, expression] of expressions) {
      const names = namesIn(expression).filter((name) => !later.has(name));
      if (!/\bup\{/.test(expression) && !later.has(namesIn(expression)[0] ?? '')) expect(names, where).not.toEqual([]);
      for (const name of names) expect(known, where).toContain(name);
    }
    const described = readFileSync('docs/handbook/monitoring.md', 'utf8');
    for (const { alert } of groups.flatMap(({ rules }) => rules)) expect(described, alert).toContain(alert);
  });

  it('say nothing of what is not known while the database cannot be asked', async () => {
    expect(metric(await scrape(), 'keyturn_writes_open')).toBe(0);
    expect(metric(await scrape(), 'keyturn_emergencies_in_use')).toBe(0);
    const { address } = await makeEmergencyLink(keyturn.deps, { author: 'root', reason: 'test', lifetime: 60_000 });
    expect(metric(await scrape(), 'keyturn_emergencies_in_use')).toBe(0);
    await request(keyturn.url, 'POST', '/emergency', { secret: address.split('#')[1] });
    expect(metric(await scrape(), 'keyturn_emergencies_in_use')).toBe(1);
    await retireEmergencies(keyturn.deps, 'root');
    expect(metric(await scrape(), 'keyturn_emergencies_in_use')).toBe(0);
    expect(metric(await scrape(), 'keyturn_threat_raised')).toBe(0);
    await raiseThreat(keyturn.deps, consoleAuthor('root'), 'test');
    expect(metric(await scrape(), 'keyturn_threat_raised')).toBe(1);
    await keyturn.deps.store.close();
    const text = await scrape();
    expect(metric(text, 'keyturn_database_up')).toBe(0);
    expect(text).not.toMatch(/^keyturn_(writes_open|outbox_\w+)[{ ]/m);
  });
});
