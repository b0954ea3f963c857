import { Attribute, Change } from 'ldapts';
import { expect } from 'vitest';
import { directorySchema, type LdapSettings } from '../../src/core/configuration/directory-section.ts';
import type { LdapConnection } from '../../src/directory/ldap/connection.ts';
import { createServers, type Servers } from '../../src/directory/ldap/servers.ts';
import { createKeptRefusals } from '../kept-refusals.ts';
import type { SlapdServer } from './slapd.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** Milliseconds; long enough that a busy machine is not taken for a silent server. */
export const CONNECT_TIMEOUT = 1500;
export const OPERATION_TIMEOUT = 5000;
const WALL_CLOCK = 1_000_000;

/** Two addresses of one directory, each of which may be made to fail, and what uses them as its servers. */
export interface TwoWays {
  readonly first: TcpProxy;
  readonly second: TcpProxy;
  readonly servers: Servers;
  /** What was logged, by name. */
  readonly events: string[];
  /** How far its clocks are put ahead, milliseconds. */
  ahead: number;
  /** Called when a connection to the first is about to sign in. */
  onSignIn: () => void;
  /** Servers of other settings, or with another password. Close them. */
  connect(changes?: Record<string, unknown>, secret?: () => string): Servers;
  /** Reads; tells by which server. */
  countPeople(connection: LdapConnection): Promise<string>;
  /** Writes; tells by which server. */
  describeAlice(text: string): (connection: LdapConnection) => Promise<string>;
  /** What was written, as the directory has it. */
  description(): Promise<string[] | undefined>;
  close(): Promise<void>;
}

/** The address that a server is known by. */
export const url = (proxy: TcpProxy): string => `ldaps://127.0.0.1:${proxy.port}`;

export async function openTwoWays(slapd: SlapdServer): Promise<TwoWays> {
  const target = { targetHost: '127.0.0.1', targetPort: Number(new URL(slapd.url).port) };
  const [first, second] = [await startTcpProxy(target), await startTcpProxy(target)];
  const events: string[] = [];
  const note = (event: string): void => void events.push(event);
  const now = () => WALL_CLOCK + ways.ahead;

  function connect(changes: Record<string, unknown> = {}, secret = (): string => slapd.admin.password): Servers {
    const parsed = directorySchema.parse({
      kind: 'openldap',
      id: 'ldap',
      label: 'Example',
      servers: [first, second].map((proxy) => ({ url: url(proxy) })),
      tls: { ca: slapd.caPem },
      baseDn: slapd.baseDn,
      serviceAccount: { name: slapd.admin.name, password: 'env:X' },
      connectTimeoutMilliseconds: CONNECT_TIMEOUT,
      operationTimeoutMilliseconds: OPERATION_TIMEOUT,
      retryServerAfterSeconds: 15,
      ...changes,
    }) as LdapSettings;
    // One of each, which no configuration has: who waits for whom is the same every time.
    const settings: LdapSettings = {
      ...parsed,
      connections: changes.connections === undefined ? { read: 1, write: 1 } : parsed.connections,
    };
    return createServers(settings, {
      refusedSecrets: createKeptRefusals({ now }),
      clock: { now, monotonic: () => performance.now() + ways.ahead, sleep: async () => {} },
      log: { info: note, warn: note, error: note },
      // Asked for before a connection is opened, and once more when it is about to sign in.
      resolveSecret: async () => {
        if (first.openConnectionCount > 0) ways.onSignIn();
        return secret();
      },
    });
  }

  const ways: Omit<TwoWays, 'servers' | 'close'> = {
    ...{ first, second, events, connect, ahead: 0, onSignIn: () => {} },
    async countPeople(connection) {
      const { result, entries } = await connection.search(slapd.peopleDn, { scope: 'one', attributes: ['uid'] });
      expect(result.code).toBe(0);
      expect(entries.length).toBeGreaterThan(3);
      return connection.server;
    },
    describeAlice: (text) => async (connection) => {
      const change = new Change({ operation: 'replace', modification: new Attribute({ type: 'description', values: [text] }) });
      expect((await connection.modify(`uid=alice,${slapd.peopleDn}`, [change])).code).toBe(0);
      return connection.server;
    },
    description: async () => (await slapd.read(`uid=alice,${slapd.peopleDn}`, ['description'])).description,
  };
  const servers = connect();
  const close = async (): Promise<void> => {
    await servers.close();
    await first.stop();
    await second.stop();
  };
  // The same object, which holds what tests set.
  return Object.assign(ways, { servers, close });
}
