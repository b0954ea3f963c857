import type { ConfigurationDocument } from '../../src/core/configuration/document.ts';
import { newLogin, newPassword } from '../conformance/samples.ts';
import type { SlapdServer } from '../servers/slapd.ts';
import { startSlapdPair } from '../servers/slapd-pair.ts';
import { startTcpProxy, type TcpProxy } from '../servers/tcp-proxy.ts';

export interface Proxied {
  readonly server: SlapdServer;
  readonly proxy: TcpProxy;
  readonly url: string;
}

export interface TwoPerson {
  readonly login: string;
  readonly password: string;
  readonly dn: string;
}

/** An OpenLDAP provider and its replica as Keyturn is told of them, each behind a proxy. */
export interface TwoSlapd {
  readonly provider: Proxied;
  readonly replica: Proxied;
  /** Keyturn's directory `people` with these servers in their order. */
  section(order: readonly Proxied[], changes?: Record<string, unknown>): ConfigurationDocument['directories'][number];
  /** On both servers when it resolves. */
  createPerson(): Promise<TwoPerson>;
  caughtUp(): Promise<boolean>;
  stop(): Promise<void>;
}

const secretName = 'SEVERAL_SERVERS_SERVICE';

/** @param referral how the replica refuses a write: by a referral, else with code 53 */
export async function startTwoSlapd(referral: boolean): Promise<TwoSlapd> {
  const pair = await startSlapdPair({ referral });
  const proxied = async (server: SlapdServer): Promise<Proxied> => {
    const proxy = await startTcpProxy({ targetHost: '127.0.0.1', targetPort: Number(new URL(server.url).port) });
    return { server, proxy, url: `ldaps://127.0.0.1:${proxy.port}` };
  };
  const provider = await proxied(pair.provider);
  const replica = await proxied(pair.replica);
  process.env[secretName] = pair.provider.service.password;
  const untilCaughtUp = async (): Promise<void> => {
    while (!(await pair.caughtUp())) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    provider,
    replica,
    section: (order, changes = {}) =>
      ({
        kind: 'openldap',
        id: 'people',
        label: 'People',
        servers: order.map(({ url }) => ({ url })),
        tls: { ca: pair.caPem },
        baseDn: pair.provider.baseDn,
        serviceAccount: { name: pair.provider.service.name, password: `env:${secretName}` },
        ...changes,
      }) as ConfigurationDocument['directories'][number],
    async createPerson() {
      const login = newLogin();
      const password = newPassword();
      const { dn } = await pair.provider.createUser({ login, password, givenName: 'Ada', surname: login, mail: `${login}@example.test` });
      await untilCaughtUp();
      return { login, password, dn };
    },
    caughtUp: pair.caughtUp,
    async stop() {
      await provider.proxy.stop();
      await replica.proxy.stop();
      await pair.stop();
    },
  };
}
