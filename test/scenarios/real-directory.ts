import type { ConfigurationDocument } from '../../src/core/configuration/document.ts';
import { runUnchecked } from '../servers/processes.ts';
import { sharedDs389, sharedSamba, sharedSlapd } from '../servers/shared-servers.ts';
import { uniqueName } from '../servers/unique-name.ts';

export const REAL_KINDS = ['active-directory', 'openldap', '389ds'] as const;
export type RealKind = (typeof REAL_KINDS)[number];

/** A real directory server as scenarios need it. */
export interface RealDirectory {
  /** Its section of the configuration. */
  section: ConfigurationDocument['directories'][number];
  /** Adds a person and returns their sign-in name. */
  addPerson(password: string): Promise<{ login: string; dn: string }>;
  /** Signs in wrongly until the account is locked. */
  lock(login: string): Promise<void>;
  /** Whether a client that knows nothing of Keyturn signs in: Kerberos on AD, `ldapwhoami` elsewhere. */
  realClientSignsIn(login: string, password: string): Promise<boolean>;
}

const PASSWORD_VARIABLE = 'KEYTURN_TEST_SERVICE_PASSWORD';

/** The shared server of a kind. `url` puts something in between, a proxy for example. */
export async function openRealDirectory(kind: RealKind, url?: string): Promise<RealDirectory> {
  return kind === 'active-directory' ? openSamba(url) : openLdap(kind, url);
}

async function openSamba(url?: string): Promise<RealDirectory> {
  const samba = await sharedSamba();
  const variable = `${PASSWORD_VARIABLE}_AD`;
  process.env[variable] = samba.service.password;
  const users = new Map<string, { dn: string; userPrincipalName: string }>();
  return {
    section: {
      kind: 'active-directory',
      id: 'ad',
      label: 'Active Directory',
      servers: [{ url: url ?? samba.url }],
      tls: { caFile: samba.caFile, serverName: samba.host },
      baseDn: samba.baseDn,
      serviceAccount: { name: samba.service.name, password: `env:${variable}` },
      historyOnReset: 'two-step',
    },
    async addPerson(password) {
      const login = uniqueName('p');
      const user = await samba.createUser({ login, password, givenName: 'Pat', surname: 'Person', mail: `${login}@work.example.test` });
      users.set(login, user);
      return user;
    },
    async lock(login) {
      const user = users.get(login);
      if (user !== undefined) await samba.lockUser(user);
    },
    realClientSignsIn: (login, password) => samba.kerberosLogin(login, password),
  };
}

async function openLdap(kind: 'openldap' | '389ds', url?: string): Promise<RealDirectory> {
  const server = kind === 'openldap' ? await sharedSlapd() : await sharedDs389();
  const variable = `${PASSWORD_VARIABLE}_${kind.toUpperCase()}`;
  process.env[variable] = server.service.password;
  const dns = new Map<string, string>();
  return {
    section: {
      kind,
      id: kind === 'openldap' ? 'openldap' : 'ds389',
      label: kind,
      servers: [{ url: url ?? server.url }],
      tls: { caFile: server.caFile, serverName: server.host },
      baseDn: server.baseDn,
      serviceAccount: { name: server.service.dn, password: `env:${variable}` },
    },
    async addPerson(password) {
      const login = uniqueName('p');
      const user = await server.createUser({ login, password, givenName: 'Pat', surname: 'Person', mail: `${login}@work.example.test` });
      dns.set(login, user.dn);
      return user;
    },
    async lock(login) {
      await server.lockUser({ dn: dns.get(login) ?? '' });
    },
    async realClientSignsIn(login, password) {
      const args = ['-x', '-H', server.url, '-D', dns.get(login) ?? '', '-w', password];
      const { exitCode } = await runUnchecked('ldapwhoami', args, { env: { LDAPTLS_CACERT: server.caFile } });
      return exitCode === 0;
    },
  };
}
