import type { ConfigurationDocument } from '../../src/core/configuration/document.ts';
import { newLogin, newPassword } from '../conformance/samples.ts';
import type { SambaDirectory } from '../servers/samba-directory.ts';
import { type SambaPair, startSambaPair } from '../servers/samba-pair.ts';
import type { ServerControl } from '../servers/server-control.ts';
import { startTcpProxy } from '../servers/tcp-proxy.ts';
import type { Breakable } from './break-servers.ts';

export interface ProxiedController extends Breakable {
  readonly server: SambaDirectory & ServerControl;
  readonly url: string;
}

export interface DomainPerson {
  readonly login: string;
  readonly password: string;
  readonly dn: string;
  readonly userPrincipalName: string;
}

/** Two writable domain controllers as Keyturn is told of them, each behind a proxy. What was written to one reaches the other only on demand. */
export interface TwoControllers {
  readonly first: ProxiedController;
  readonly second: ProxiedController;
  replicate: SambaPair['replicate'];
  /** Keyturn's directory `people` with these servers in their order. */
  section(order: readonly ProxiedController[], changes?: Record<string, unknown>): ConfigurationDocument['directories'][number];
  /** Somebody new, on both. */
  nextPerson(): Promise<DomainPerson>;
  stop(): Promise<void>;
}

const secretName = 'TWO_CONTROLLERS_SERVICE';

/** People made at once: replication takes a second, however many there are. */
const batch = 20;

export async function startTwoControllers(): Promise<TwoControllers> {
  const pair = await startSambaPair();
  const proxied = async (server: ProxiedController['server']): Promise<ProxiedController> => {
    // On its own address, which its certificate names.
    const proxy = await startTcpProxy({ targetHost: server.host, targetPort: 636, host: server.host });
    return { server, proxy, url: `ldaps://${server.host}:${proxy.port}` };
  };
  const first = await proxied(pair.first);
  const second = await proxied(pair.second);
  process.env[secretName] = pair.first.service.password;
  const people: DomainPerson[] = [];
  return {
    first,
    second,
    replicate: pair.replicate,
    section: (order, changes = {}) =>
      ({
        kind: 'active-directory',
        id: 'people',
        label: 'People',
        servers: order.map(({ url }) => ({ url })),
        tls: { ca: pair.caPem },
        baseDn: pair.first.baseDn,
        serviceAccount: { name: pair.first.service.name, password: `env:${secretName}` },
        ...changes,
      }) as ConfigurationDocument['directories'][number],
    async nextPerson() {
      if (people.length === 0) {
        for (let made = 0; made < batch; made += 1) {
          const login = newLogin();
          const password = newPassword();
          const user = await pair.first.createUser({ login, password, givenName: 'Ada', surname: login, mail: `${login}@example.test` });
          people.push({ ...user, password });
        }
        await pair.replicate('second');
      }
      return people.pop() as DomainPerson;
    },
    async stop() {
      await first.proxy.stop();
      await second.proxy.stop();
      await pair.stop();
    },
  };
}

/** How often the password of somebody was written, as this server knows (MS-ADTS 3.1.1.4.5.16). */
export async function passwordVersionOn({ server }: ProxiedController, { dn }: DomainPerson): Promise<number> {
  return Number((await server.read(dn, ['msDS-KeyVersionNumber']))['msDS-KeyVersionNumber']?.[0]);
}

/** Whether an account is locked, as this server knows (MS-ADTS 3.1.1.4.5.17). */
export async function isLockedOn({ server }: ProxiedController, { dn }: DomainPerson): Promise<boolean> {
  const flags = (await server.read(dn, ['msDS-User-Account-Control-Computed']))['msDS-User-Account-Control-Computed']?.[0];
  return (Number(flags) & 0x10) !== 0;
}
