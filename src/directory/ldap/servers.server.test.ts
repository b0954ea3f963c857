import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SlapdServer, startSlapd } from '../../../test/servers/slapd.ts';
import type { TcpProxy } from '../../../test/servers/tcp-proxy.ts';
import { CONNECT_TIMEOUT, OPERATION_TIMEOUT, openTwoWays, type TwoWays, url } from '../../../test/servers/two-ways-to-slapd.ts';
import type { LdapConnection } from './connection.ts';
import type { Servers } from './servers.ts';

let slapd: SlapdServer;
let ways: TwoWays;
let first: TcpProxy;
let second: TcpProxy;
let servers: Servers;
let events: string[];
let connect: TwoWays['connect'];
let countPeople: TwoWays['countPeople'];
let describeAlice: TwoWays['describeAlice'];

beforeAll(async () => {
  slapd = await startSlapd();
});
afterAll(() => slapd?.stop());

beforeEach(async () => {
  ways = await openTwoWays(slapd);
  ({ first, second, servers, events, connect, countPeople, describeAlice } = ways);
});
afterEach(() => ways.close());

async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

describe('failover', () => {
  it('passes a dead server over until it answers again, and returns to it then', async () => {
    first.setMode('refuse');
    expect(await servers.read(countPeople)).toBe(url(second));
    expect(await servers.write(describeAlice('one'))).toBe(url(second));
    const tried = first.connectionCount;
    for (let round = 0; round < 5; round += 1) expect(await servers.read(countPeople)).toBe(url(second));
    expect(first.connectionCount).toBe(tried);
    expect(events).toEqual(['directory.server-passed-over']);

    first.setMode('forward');
    expect(await servers.read(countPeople)).toBe(url(second));
    ways.ahead += 15_000;
    // The time has come: asked beside the work, which is not held up, and back as soon as it has answered.
    expect(await servers.read(countPeople)).toBe(url(second));
    await expect.poll(() => servers.read(countPeople)).toBe(url(first));
    expect(events).toEqual(['directory.server-passed-over', 'directory.server-back']);
  });

  it.each([
    { place: 0, refusing: false, passedOver: 1 },
    { place: 1, refusing: true, passedOver: 2 },
    { place: 2, refusing: true, passedOver: 1 },
  ])(
    'passes over a name that nobody knows at place $place of three, also beside one that refuses',
    async ({ place, refusing, passedOver }) => {
      const known = [first, second].map((proxy) => ({ url: url(proxy) }));
      const three = connect({ servers: known.toSpliced(place, 0, { url: 'ldaps://gone.invalid:636' }) });
      try {
        if (refusing) first.setMode('refuse');
        const serving = url(refusing ? second : first);
        expect(await three.read(countPeople)).toBe(serving);
        expect(await three.write(describeAlice('three'))).toBe(serving);
        expect(events).toEqual(Array(passedOver).fill('directory.server-passed-over'));
      } finally {
        await three.close();
      }
    },
  );

  it('lets a silent server cost its connect time-out once', async () => {
    first.setMode('stall');
    expect(await elapsed(() => servers.read(countPeople))).toBeGreaterThanOrEqual(CONNECT_TIMEOUT - 20);
    expect(await elapsed(() => servers.read(countPeople))).toBeLessThan(CONNECT_TIMEOUT / 2);
    ways.ahead += 60_000;
    expect(await elapsed(() => servers.read(countPeople))).toBeLessThan(CONNECT_TIMEOUT / 2);
    expect(await elapsed(() => servers.write(describeAlice('two')))).toBeLessThan(CONNECT_TIMEOUT / 2);
  });

  it('costs one time-out and one connection each, however many wait, when every server is silent, and works again when one is back', async () => {
    first.setMode('stall');
    second.setMode('stall');
    await expect(servers.read(countPeople)).rejects.toMatchObject({
      code: 'directory.unreachable',
      details: { reason: 'connect-timeout' },
    });
    ways.ahead += 2 * CONNECT_TIMEOUT;
    const tried = first.connectionCount + second.connectionCount;
    const waiting = Array.from({ length: 20 }, () =>
      expect(servers.read(countPeople)).rejects.toMatchObject({ code: 'directory.unreachable' }),
    );
    expect(await elapsed(() => Promise.all(waiting))).toBeLessThan(2 * CONNECT_TIMEOUT);
    expect(first.connectionCount + second.connectionCount).toBe(tried + 2);
    second.setMode('forward');
    ways.ahead += 2 * CONNECT_TIMEOUT;
    expect(await servers.read(countPeople)).toBe(url(second));
  });

  it('works again at once when servers that refused are back', async () => {
    first.setMode('refuse');
    second.setMode('refuse');
    await expect(servers.read(countPeople)).rejects.toMatchObject({ code: 'directory.unreachable' });
    first.setMode('forward');
    expect(await servers.read(countPeople)).toBe(url(first));
  });

  it('brings servers back by a health check', async () => {
    first.setMode('refuse');
    await servers.read(countPeople);
    const bad = await servers.probe();
    expect(bad.servers).toMatchObject([
      { url: url(first), ok: false, skippedUntil: expect.any(Number) },
      { url: url(second), ok: true },
    ]);
    expect(bad.servers[0]?.fix).toMatch(/\.$/);
    expect(bad.serviceAccount).toEqual({ ok: true, problem: null, fix: null });
    first.setMode('forward');
    expect((await servers.probe()).servers).toMatchObject([{ ok: true }, { ok: true }]);
    expect(await servers.read(countPeople)).toBe(url(first));
  });
});

describe('a server that is connected to and does not work', () => {
  it('is passed over after two requests without an answer, and who waits for it goes elsewhere at once', async () => {
    await servers.read(countPeople);
    await servers.write(describeAlice('working'));
    let connections: LdapConnection | undefined;
    await servers.read(async (connection) => {
      connections = connection;
    });
    first.setMode('stall');
    // One connection for reading: the others wait in its queue until the time-out, and not once more each.
    const readers = Array.from({ length: 8 }, () => servers.read(countPeople));
    const spent = await elapsed(async () => expect(await Promise.all(readers)).toEqual(Array(8).fill(url(second))));
    expect(spent).toBeLessThan(2 * OPERATION_TIMEOUT);
    expect(connections?.usable).toBe(false);
    await expect.poll(() => events).toEqual(['directory.server-passed-over']);
    expect(await elapsed(() => servers.read(countPeople))).toBeLessThan(CONNECT_TIMEOUT / 2);
    expect(await elapsed(() => servers.write(describeAlice('elsewhere')))).toBeLessThan(CONNECT_TIMEOUT / 2);
  });

  it('is told by the first who cannot connect to all who wait for a connection', async () => {
    first.setMode('stall');
    const readers = Promise.all(Array.from({ length: 8 }, () => servers.read(countPeople)));
    const spent = await elapsed(async () => expect(await readers).toEqual(Array(8).fill(url(second))));
    expect(spent).toBeLessThan(2.5 * CONNECT_TIMEOUT);
    expect(first.connectionCount).toBe(1);
  });

  it('is not taken back by a trial that only connects: it signs in and searches', async () => {
    ways.onSignIn = () => first.setMode('stall');
    expect(await servers.read(countPeople)).toBe(url(second));
    ways.onSignIn = () => {};
    first.setMode('forward');
    first.cutAll();
    ways.onSignIn = () => first.setMode('stall');
    expect((await servers.probe()).servers).toMatchObject([{ ok: false }, { ok: true }]);
    expect(await servers.read(countPeople)).toBe(url(second));
    expect(events).toEqual(['directory.server-passed-over']);
    ways.onSignIn = () => {};
    first.setMode('forward');
    ways.ahead += 15_000;
    await expect.poll(() => servers.read(countPeople)).toBe(url(first));
  });

  it('has one time limit for connecting and signing in', async () => {
    ways.onSignIn = () => first.setMode('stall');
    const spent = await elapsed(async () => expect(await servers.read(countPeople)).toBe(url(second)));
    expect(spent).toBeLessThan(OPERATION_TIMEOUT + CONNECT_TIMEOUT);
  });

  it('that is the only one is asked by one at a time, and serves those who waited', async () => {
    const single = connect({ servers: [{ url: url(first) }], connections: { read: 4, write: 1 } });
    first.setMode('stall');
    await expect(single.read(countPeople)).rejects.toMatchObject({ code: 'directory.unreachable' });
    const before = first.connectionCount;
    ways.ahead += 5 * CONNECT_TIMEOUT;
    const waiting = Promise.all([1, 2, 3, 4, 5].map(() => single.read(countPeople)));
    await expect.poll(() => first.connectionCount).toBe(before + 1);
    first.setMode('forward');
    expect(await waiting).toEqual(Array(5).fill(url(first)));
    await single.close();
  });

  it('does not count against it when connections had been cut by something in between', async () => {
    const many = connect({ connections: { read: 4, write: 1 } });
    await Promise.all([1, 2, 3, 4].map(() => many.read(countPeople)));
    for (let round = 0; round < 4; round += 1) {
      first.cutAll();
      expect(await many.read(countPeople)).toBe(url(first));
    }
    expect(events).toEqual([]);
    await many.close();
  });
});
