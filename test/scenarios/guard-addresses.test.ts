import { isIP } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ConfigurationDocument } from '../../src/core/configuration/document.ts';
import { prove, request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { type Enrolled, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

let keyturn: Keyturn;

afterEach(async () => {
  await keyturn.close();
});

async function open(guard: ConfigurationDocument['guard'] = {}): Promise<Enrolled> {
  keyturn = await startKeyturn({ directories: [embeddedSection()], configuration: { guard } });
  await addPerson(keyturn, 'alice');
  return keyturn.enrol('alice');
}

describe('limits that an address may be told', () => {
  it('refuse the journey after the last one allowed, say when to try again, and end with their window', async () => {
    await open({ startsPerAddress: { count: 3, windowSeconds: 60 } });
    for (let start = 0; start < 3; start += 1) await startJourney(keyturn.url, `someone${start}`);
    const refused = await request(keyturn.url, 'POST', '/journeys', { goal: 'reset-password', account: 'alice' });
    expect(refused).toMatchObject({ status: 429, body: { code: 'guard.slow-down', retryAfter: expect.any(Number) } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    keyturn.clock.move(61_000);
    await startJourney(keyturn.url, 'alice');
  });

  it('do not believe a forwarded address from anybody', async () => {
    await open({ startsPerAddress: { count: 2, windowSeconds: 60 } });
    const start = (from: string) =>
      request(keyturn.url, 'POST', '/journeys', { goal: 'reset-password', account: 'x' }, { 'x-forwarded-for': from });
    await start('192.0.2.1');
    await start('192.0.2.2');
    expect((await start('192.0.2.3')).status).toBe(429);
  });

  it('count the answers of each journey by themselves', async () => {
    await open({ answersPerJourney: { count: 2, windowSeconds: 60 } });
    const client = await startJourney(keyturn.url, 'alice');
    const other = await startJourney(keyturn.url, 'alice');
    await client.answer({ option: 'email' });
    await client.answer({ code: '11111111' });
    expect((await client.answer({ code: '22222222' })).status).toBe(429);
    expect((await other.answer({ option: 'email' })).status).toBe(200);
  });
});

describe('people behind one address', () => {
  const garbage = (path: string, headers: Record<string, string> = {}) => request(keyturn.url, 'POST', path, { code: '1' }, headers);

  it('are not kept from their journeys, nor from "this was not me", by garbage that one of them sends', async () => {
    await open({ strayRequestsPerAddress: { count: 5, windowSeconds: 600 } });
    const client = await startJourney(keyturn.url, 'alice');
    const statuses: number[] = [];
    for (let index = 0; index < 8; index += 1) {
      const headers = index % 2 === 0 ? {} : { authorization: `Bearer ${'x'.repeat(43)}` };
      statuses.push((await garbage('/journeys/current/steps/none', headers)).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    expect((await client.answer({ option: 'email' })).status).toBe(200);
    expect((await request(keyturn.url, 'POST', '/notices/not-me', { token: 'x'.repeat(43) })).status).toBe(410);
  });

  it('type passwords as long as they like', async () => {
    const alice = await open({
      answersPerJourney: { count: 6, windowSeconds: 600 },
      strayRequestsPerAddress: { count: 1, windowSeconds: 600 },
    });
    const client = await startJourney(keyturn.url, 'alice');
    await prove(keyturn, client, alice);
    client.at('new-password');
    for (let typed = 1; typed < 40; typed += 1) {
      const checked = await client.call('POST', '/journeys/current/password-check', { password: 'x'.repeat(typed) });
      expect(checked.status).toBe(200);
    }
    const other = await startJourney(keyturn.url, 'alice');
    expect((await other.answer({ option: 'email' })).status).toBe(200);
  });
});

describe('an address that a trusted proxy forwards', () => {
  const start = (from: string) =>
    request(keyturn.url, 'POST', '/journeys', { goal: 'reset-password', account: 'x' }, { 'x-forwarded-for': from });
  const openBehindProxy = async (trustedProxies: string[]) => {
    const guard = { startsPerAddress: { count: 2, windowSeconds: 60 }, startsPerNetwork: { count: 1000 } };
    keyturn = await startKeyturn({ directories: [embeddedSection()], configuration: { guard }, trustedProxies });
  };
  const recorded = async () =>
    (await keyturn.deps.store.audit.read(0, 1000)).flatMap(({ data }) => /"address":"([^"]*)"/.exec(data)?.[1] ?? []);

  it.each([
    ['ports', ['203.0.113.7:20000', '203.0.113.7:20001', '203.0.113.7', ' 203.0.113.7 ']],
    ['brackets and zones', ['[2001:db8::7]:443', '2001:db8::7%eth0', '2001:DB8:0::7', '[2001:db8::7]']],
    ['spellings of mapped IPv4', ['::ffff:203.0.113.7', '::ffff:cb00:7107', '[::ffff:cb00:7107]:80', '203.0.113.7']],
    ['garbage', ['evil', 'garbage<script>', '1.2.3', '_hidden']],
    ['lists that end in garbage', ['192.0.2.1, evil', '192.0.2.2, <x>', '192.0.2.3, unknown', '192.0.2.4, -']],
  ])('is one caller whatever %s it is written with', async (_what, spellings) => {
    await openBehindProxy(['127.0.0.1']);
    const statuses = await Promise.all(spellings.map(async (spelling) => (await start(spelling)).status));
    expect(statuses.toSorted()).toEqual([201, 201, 429, 429]);
    await until(async () => (await recorded()).length >= 2, 'two journeys in the audit log');
    for (const address of await recorded()) expect(isIP(address), address).toBeGreaterThan(0);
  });

  it('is the last one before the trusted chain, whose own hops may carry ports', async () => {
    await openBehindProxy(['127.0.0.1', '10.0.0.0/8']);
    const hops = ['203.0.113.7:1000, 10.1.2.3:8080', '203.0.113.7:1001, 10.9.9.9', '203.0.113.7, 10.1.2.3:1'];
    const statuses: number[] = [];
    for (const hop of hops) statuses.push((await start(hop)).status);
    expect(statuses).toEqual([201, 201, 429]);
    expect((await start('203.0.113.8, 10.1.2.3:8080')).status).toBe(201);
  });

  it('is not believed of a proxy of IPv4 where all of IPv6 is trusted', async () => {
    await openBehindProxy(['::/0']);
    const statuses: number[] = [];
    for (const last of [1, 2, 3]) statuses.push((await start(`203.0.113.${last}`)).status);
    expect(statuses).toEqual([201, 201, 429]);
  });

  it('is named in the log, once an hour, when the proxy is not among the trusted ones', async () => {
    await openBehindProxy([]);
    const warnings = () => keyturn.logLines.filter((line) => line.includes('http.untrusted-proxy')).length;
    await start('203.0.113.7');
    await start('203.0.113.8');
    expect(warnings()).toBe(1);
    keyturn.clock.move(3_600_001);
    await start('203.0.113.9');
    expect(warnings()).toBe(2);
  });
});
