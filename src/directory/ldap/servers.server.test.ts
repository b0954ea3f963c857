import { Attribute, Change } from 'ldapts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createKeptRefusals } from '../../../test/kept-refusals.ts';
import { type SlapdServer, startSlapd } from '../../../test/servers/slapd.ts';
import { startTcpProxy, type TcpProxy } from '../../../test/servers/tcp-proxy.ts';
import { directorySchema, type LdapSettings } from '../../core/configuration/directory-section.ts';
import type { LdapConnection } from './connection.ts';
import { createServers, type Servers } from './servers.ts';

// Long enough that a busy machine is not taken for a silent server.
const connectTimeout = 1500;
const operationTimeout = 5000;
const wallClock = 1_000_000;

let slapd: SlapdServer;
let first: TcpProxy;
let second: TcpProxy;
let servers: Servers;
let ahead: number;
let events: string[];
let onSignIn: () => void;

beforeAll(async () => {
  slapd = await startSlapd();
});

afterAll(async () => {
  await slapd?.stop();
});

beforeEach(async () => {
  const target = { targetHost: '127.0.0.1', targetPort: Number(new URL(slapd.url).port) };
  first = await startTcpProxy(target);
  second = await startTcpProxy(target);
  ahead = 0;
  events = [];
  onSignIn = () => {};
  servers = connect();
});

afterEach(async () => {
  await servers.close();
  await first.stop();
  await second.stop();
});

function connect(changes: Record<string, unknown> = {}, secret = (): string => slapd.admin.password): Servers {
  const parsed = directorySchema.parse({
    kind: 'openldap',
    id: 'ldap',
    label: 'Example',
    servers: [first, second].map((proxy) => ({ url: `ldaps://127.0.0.1:${proxy.port}` })),
    tls: { ca: slapd.caPem },
    baseDn: slapd.baseDn,
    serviceAccount: { name: slapd.admin.name, password: 'env:X' },
    connectTimeoutMilliseconds: connectTimeout,
    operationTimeoutMilliseconds: operationTimeout,
    retryServerAfterSeconds: 15,
    ...changes,
  }) as LdapSettings;
  // One of each, which no configuration has: who waits for whom is the same every time.
  const settings: LdapSettings = { ...parsed, connections: changes.connections === undefined ? { read: 1, write: 1 } : parsed.connections };
  const note = (event: string): void => void events.push(event);
  return createServers(settings, {
    refusedSecrets: createKeptRefusals({ now: () => wallClock + ahead }),
    clock: { now: () => wallClock + ahead, monotonic: () => performance.now() + ahead, sleep: async () => {} },
    log: { info: note, warn: note, error: note },
    // Asked for before a connection is opened, and once more when it is about to sign in.
    resolveSecret: async () => {
      if (first.openConnectionCount > 0) onSignIn();
      return secret();
    },
  });
}

const url = (proxy: TcpProxy): string => `ldaps://127.0.0.1:${proxy.port}`;

async function countPeople(connection: LdapConnection): Promise<string> {
  const { result, entries } = await connection.search(slapd.peopleDn, { scope: 'one', attributes: ['uid'] });
  expect(result.code).toBe(0);
  expect(entries.length).toBeGreaterThan(3);
  return connection.server;
}

function describeAlice(text: string) {
  return async (connection: LdapConnection): Promise<string> => {
    const change = new Change({ operation: 'replace', modification: new Attribute({ type: 'description', values: [text] }) });
    expect((await connection.modify(`uid=alice,${slapd.peopleDn}`, [change])).code).toBe(0);
    return connection.server;
  };
}

const description = async (): Promise<string[] | undefined> =>
  (await slapd.read(`uid=alice,${slapd.peopleDn}`, ['description'])).description;

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
    ahead += 15_000;
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
    expect(await elapsed(() => servers.read(countPeople))).toBeGreaterThanOrEqual(connectTimeout - 20);
    expect(await elapsed(() => servers.read(countPeople))).toBeLessThan(connectTimeout / 2);
    ahead += 60_000;
    expect(await elapsed(() => servers.read(countPeople))).toBeLessThan(connectTimeout / 2);
    expect(await elapsed(() => servers.write(describeAlice('two')))).toBeLessThan(connectTimeout / 2);
  });

  it('costs one time-out and one connection each, however many wait, when every server is silent, and works again when one is back', async () => {
    first.setMode('stall');
    second.setMode('stall');
    await expect(servers.read(countPeople)).rejects.toMatchObject({
      code: 'directory.unreachable',
      details: { reason: 'connect-timeout' },
    });
    ahead += 2 * connectTimeout;
    const tried = first.connectionCount + second.connectionCount;
    const waiting = Array.from({ length: 20 }, () =>
      expect(servers.read(countPeople)).rejects.toMatchObject({ code: 'directory.unreachable' }),
    );
    expect(await elapsed(() => Promise.all(waiting))).toBeLessThan(2 * connectTimeout);
    expect(first.connectionCount + second.connectionCount).toBe(tried + 2);
    second.setMode('forward');
    ahead += 2 * connectTimeout;
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
    expect(spent).toBeLessThan(2 * operationTimeout);
    expect(connections?.usable).toBe(false);
    await expect.poll(() => events).toEqual(['directory.server-passed-over']);
    expect(await elapsed(() => servers.read(countPeople))).toBeLessThan(connectTimeout / 2);
    expect(await elapsed(() => servers.write(describeAlice('elsewhere')))).toBeLessThan(connectTimeout / 2);
  });

  it('is told by the first who cannot connect to all who wait for a connection', async () => {
    first.setMode('stall');
    const readers = Promise.all(Array.from({ length: 8 }, () => servers.read(countPeople)));
    const spent = await elapsed(async () => expect(await readers).toEqual(Array(8).fill(url(second))));
    expect(spent).toBeLessThan(2.5 * connectTimeout);
    expect(first.connectionCount).toBe(1);
  });

  it('is not taken back by a trial that only connects: it signs in and searches', async () => {
    onSignIn = () => first.setMode('stall');
    expect(await servers.read(countPeople)).toBe(url(second));
    onSignIn = () => {};
    first.setMode('forward');
    first.cutAll();
    onSignIn = () => first.setMode('stall');
    expect((await servers.probe()).servers).toMatchObject([{ ok: false }, { ok: true }]);
    expect(await servers.read(countPeople)).toBe(url(second));
    expect(events).toEqual(['directory.server-passed-over']);
    onSignIn = () => {};
    first.setMode('forward');
    ahead += 15_000;
    await expect.poll(() => servers.read(countPeople)).toBe(url(first));
  });

  it('has one time limit for connecting and signing in', async () => {
    onSignIn = () => first.setMode('stall');
    const spent = await elapsed(async () => expect(await servers.read(countPeople)).toBe(url(second)));
    expect(spent).toBeLessThan(operationTimeout + connectTimeout);
  });

  it('that is the only one is asked by one at a time, and serves those who waited', async () => {
    const single = connect({ servers: [{ url: url(first) }], connections: { read: 4, write: 1 } });
    first.setMode('stall');
    await expect(single.read(countPeople)).rejects.toMatchObject({ code: 'directory.unreachable' });
    const before = first.connectionCount;
    ahead += 5 * connectTimeout;
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

describe('the password of the service account', () => {
  const account = () => ({ serviceAccount: { name: slapd.service.name, password: 'env:X' }, connections: { read: 4, write: 2 } });
  const lookAround = async (connection: LdapConnection): Promise<string> => connection.server;
  const failures = async (): Promise<number> => {
    const found = await slapd.read(slapd.service.dn, ['pwdFailureTime', 'pwdAccountLockedTime']);
    expect(found.pwdAccountLockedTime ?? []).toEqual([]);
    return found.pwdFailureTime?.length ?? 0;
  };
  const burst = (on: Servers): Promise<unknown> =>
    Promise.allSettled([...Array.from({ length: 10 }, () => on.read(lookAround)), on.write(lookAround), on.write(lookAround), on.probe()]);

  it('is tried so seldom when it is wrong that the account is not locked, however many ask for how long, and at once when it was put right', async () => {
    let password = 'wrong';
    const many = connect(account(), () => password);
    await burst(many);
    expect(await failures()).toBe(1);
    // Five failures within half an hour would lock it.
    for (let minutes = 0; minutes < 30; minutes += 1) {
      ahead += 60_000;
      await burst(many);
    }
    expect(await failures()).toBeLessThanOrEqual(2);
    await expect(many.read(lookAround)).rejects.toMatchObject({ code: 'directory.service-account-refused' });
    expect((await many.probe()).serviceAccount.ok).toBe(false);
    password = slapd.service.password;
    expect(await many.read(lookAround)).toBe(url(first));
    await many.close();
  });

  it('is tried once at each server when it was changed in the directory alone', async () => {
    const many = connect(account(), () => slapd.service.password);
    await burst(many);
    await slapd.modify(slapd.service.dn, { userPassword: 'Another-Passw0rd-9' });
    try {
      first.cutAll();
      second.cutAll();
      for (let minutes = 0; minutes < 14; minutes += 1) {
        await burst(many);
        ahead += 60_000;
      }
      expect(await failures()).toBeLessThanOrEqual(2);
    } finally {
      await slapd.modify(slapd.service.dn, { userPassword: slapd.service.password });
      await many.close();
    }
  });
});

describe('lost answers', () => {
  it('reads again elsewhere, without anyone noticing', async () => {
    await servers.read(countPeople);
    first.swallowAnswer(1);
    expect(await servers.read(countPeople)).toBe(url(first));
    first.cutAll();
    expect(await servers.read(countPeople)).toBe(url(first));
  });

  it('never repeats a write whose answer was lost', async () => {
    await servers.write(describeAlice('before'));
    const opened = first.connectionCount;
    first.swallowAnswer(1);
    await expect(servers.write(describeAlice('after'))).rejects.toMatchObject({ code: 'directory.outcome-unknown' });
    expect(await description()).toEqual(['after']);
    expect([first.connectionCount, second.connectionCount]).toEqual([opened, 0]);
    expect(await servers.write(describeAlice('again'))).toBe(url(first));
  });

  it('does not start work again after its first write, even if the second was never sent', async () => {
    let runs = 0;
    const twoWrites = servers.write(async (connection) => {
      runs += 1;
      await describeAlice('step one')(connection);
      first.cutAll();
      await expect.poll(() => connection.usable).toBe(false);
      return describeAlice('step two')(connection);
    });
    await expect(twoWrites).rejects.toMatchObject({ code: 'directory.outcome-unknown' });
    expect(runs).toBe(1);
    expect(await description()).toEqual(['step one']);
  });

  it('writes elsewhere as long as nothing was sent', async () => {
    let held: LdapConnection | undefined;
    await servers.write(async (connection) => {
      held = connection;
    });
    first.setMode('refuse');
    first.cutAll();
    await expect.poll(() => held?.usable).toBe(false);
    expect(await servers.write(describeAlice('moved'))).toBe(url(second));
    expect(await description()).toEqual(['moved']);
  });

  it('gives up a request on time, and asks another server for what was read', async () => {
    await servers.read(countPeople);
    await servers.write(describeAlice('quiet'));
    first.setMode('stall');
    const write = expect(servers.write(describeAlice('lost'))).rejects.toMatchObject({ code: 'directory.outcome-unknown' });
    expect(await servers.read(countPeople)).toBe(url(second));
    await write;
  });

  it('does not count a sign-in of a person twice', async () => {
    let runs = 0;
    const bind = servers.separate(async (connection) => {
      runs += 1;
      first.swallowAnswer(1);
      return connection.bind(`uid=bruno,${slapd.peopleDn}`, 'Wrong-Passw0rd-1');
    });
    await expect(bind).rejects.toMatchObject({ code: 'directory.timed-out' });
    expect(runs).toBe(1);
  });
});

it('opens a bounded number of connections to sign people in, each for one of them, and lets the others wait', async () => {
  const many = connect({ connections: { read: 3, write: 1 } });
  await many.read(countPeople);
  let most = 0;
  const seen = new Set<LdapConnection>();
  const binds = Array.from({ length: 12 }, () =>
    many.separate(async (connection) => {
      seen.add(connection);
      most = Math.max(most, first.openConnectionCount);
      return (await connection.bind(`uid=henrik,${slapd.peopleDn}`, 'Wrong-Passw0rd-1')).code;
    }),
  );
  expect(new Set(await Promise.all(binds)).size).toBe(1);
  expect(seen.size).toBe(12);
  expect(most).toBeLessThanOrEqual(1 + 2 * 3);
  await many.close();
});

it('never works unauthenticated on a connection that came back by itself', async () => {
  await servers.read(async (connection) => {
    first.cutAll();
    await expect.poll(() => connection.usable).toBe(false);
    const search = connection.search(slapd.baseDn, { scope: 'base', attributes: ['1.1'] });
    await expect(search).rejects.toMatchObject({ code: 'directory.unreachable' });
  });
  expect(first.connectionCount).toBe(1);
});

it('serves waiting work in order, and refuses what waits too long without doing it', async () => {
  const order: number[] = [];
  // A gate that is there before the work begins: it may be opened at any time.
  const gate = Promise.withResolvers<void>();
  const held = servers.write(() => gate.promise);
  const later = [1, 2, 3].map((number) => servers.write(async () => void order.push(number)));
  await expect.poll(() => first.connectionCount).toBe(1);
  gate.resolve();
  await Promise.all([held, ...later]);
  expect(order).toEqual([1, 2, 3]);
  expect(first.connectionCount).toBe(1);

  const single = connect({ servers: [{ url: url(first) }], operationTimeoutMilliseconds: 1000 });
  const other = Promise.withResolvers<void>();
  const holder = single.write(() => other.promise);
  const late = single.write(async () => void order.push(4));
  await expect(late).rejects.toMatchObject({ code: 'directory.unreachable', details: { reason: 'queue' } });
  other.resolve();
  await holder;
  await single.close();
  expect(order).toEqual([1, 2, 3]);
});

it('lets work that runs come to its end when it is closed, and takes no more', async () => {
  let release = (): void => {};
  const open = new Promise<void>((resolve) => {
    release = resolve;
  });
  let begun = false;
  const write = servers.write(async (connection) => {
    begun = true;
    await open;
    return describeAlice('last')(connection);
  });
  await expect.poll(() => begun).toBe(true);
  const waiting = expect(servers.write(describeAlice('too late'))).rejects.toMatchObject({ code: 'directory.unreachable' });
  const closed = servers.close();
  await waiting;
  await expect(servers.read(countPeople)).rejects.toMatchObject({ code: 'directory.unreachable' });
  release();
  expect(await write).toBe(url(first));
  await closed;
  await expect.poll(() => first.openConnectionCount + second.openConnectionCount).toBe(0);
  expect(await description()).toEqual(['last']);
});

it('checks a certificate and says what is wrong with it', async () => {
  const attempt = (changes: Record<string, unknown>) => connectAnd(changes, (other) => other.read(countPeople));
  const tls = async (changes: Record<string, unknown>) =>
    (await attempt(changes).catch((error: unknown) => error)) as { code: string; details: { fix: string } };

  expect(await tls({ tls: {} })).toMatchObject({
    code: 'directory.tls-unknown-ca',
    details: { fix: expect.stringContaining('tls.caFile') },
  });
  expect(await tls({ tls: { ca: slapd.caPem, serverName: 'other.example.test' } })).toMatchObject({ code: 'directory.tls-wrong-name' });
  expect(await tls({ tls: { caFile: '/nowhere.pem' } })).toMatchObject({ code: 'directory.tls-failed' });
  expect(await attempt({ tls: { ca: slapd.caPem, serverName: '127.0.0.1' } })).toBe(url(first));
  expect(await tls({ tls: { ca: slapd.caPem, serverName: '192.0.2.7' } })).toMatchObject({ code: 'directory.tls-wrong-name' });
  expect(await attempt({ tls: { verify: 'trial-without-verification' } })).toBe(url(first));
  const ldap = [{ url: slapd.ldapUrl }];
  expect(await attempt({ servers: ldap, tls: { ca: slapd.caPem, startTls: true } })).toBe(slapd.ldapUrl);
  expect(await tls({ servers: ldap, tls: { startTls: true } })).toMatchObject({ code: 'directory.tls-unknown-ca' });
  expect(await tls({ servers: ldap, tls: { ca: slapd.caPem, startTls: true, serverName: 'other.example.test' } })).toMatchObject({
    code: 'directory.tls-wrong-name',
  });
  expect(await tls({ servers: ldap })).toMatchObject({ code: 'directory.plain-refused' });
  expect(await tls({ servers: [{ url: slapd.ldapUrl.replace('ldap:', 'ldaps:') }] })).toMatchObject({
    code: expect.stringMatching(/tls-failed|unreachable/),
  });

  const expired = await startSlapd({ expiredCertificate: true });
  try {
    expect(await tls({ servers: [{ url: expired.url }], tls: { ca: expired.caPem } })).toMatchObject({ code: 'directory.tls-expired' });
  } finally {
    await expired.stop();
  }
});

async function connectAnd<T>(changes: Record<string, unknown>, work: (servers: Servers) => Promise<T>): Promise<T> {
  const other = connect(changes);
  try {
    return await work(other);
  } finally {
    await other.close();
  }
}
