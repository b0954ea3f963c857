import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SlapdServer, startSlapd } from '../../../test/servers/slapd.ts';
import type { TcpProxy } from '../../../test/servers/tcp-proxy.ts';
import { openTwoWays, type TwoWays, url } from '../../../test/servers/two-ways-to-slapd.ts';
import type { LdapConnection } from './connection.ts';
import type { Servers } from './servers.ts';

let slapd: SlapdServer;
let ways: TwoWays;
let first: TcpProxy;
let second: TcpProxy;
let servers: Servers;
let connect: TwoWays['connect'];
let countPeople: TwoWays['countPeople'];
let describeAlice: TwoWays['describeAlice'];
let description: TwoWays['description'];

beforeAll(async () => {
  slapd = await startSlapd();
});
afterAll(() => slapd?.stop());

beforeEach(async () => {
  ways = await openTwoWays(slapd);
  ({ first, second, servers, connect, countPeople, describeAlice, description } = ways);
});
afterEach(() => ways.close());

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
      ways.ahead += 60_000;
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
        ways.ahead += 60_000;
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
