import type { ConfigurationDocument } from '../../src/core/configuration/document.ts';
import { newLogin, newPassword } from '../conformance/samples.ts';
import { runUnchecked } from '../servers/processes.ts';
import { sharedDs389, sharedSamba, sharedSlapd } from '../servers/shared-servers.ts';
import { startTcpProxy, type TcpProxy } from '../servers/tcp-proxy.ts';

type Section = ConfigurationDocument['directories'][number];

export const REAL_KINDS = ['active-directory', 'openldap', '389ds'] as const;
export type RealKind = (typeof REAL_KINDS)[number];

export interface RealPerson {
  readonly login: string;
  readonly password: string;
  readonly mail: string;
  /** How the server itself names the entry. */
  readonly dn: string;
}

/** One of the run's directory servers as Keyturn is told of it, with a proxy in between. Stop the proxy at the end. */
export interface RealDirectory {
  readonly kind: RealKind;
  readonly section: Section;
  readonly proxy: TcpProxy;
  /** Name and password that Keyturn binds with; the password is in the environment under `secretName`. */
  readonly service: { readonly name: string; readonly password: string };
  readonly secretName: string;
  /** With a login of its own unless told; `parentDn`: where people are unless told. */
  createPerson(more?: { disabled?: boolean; login?: string; password?: string; parentDn?: string }): Promise<RealPerson>;
  /** Whether the server itself, asked past Keyturn and proxy, lets the person in. */
  signsIn(person: RealPerson, password: string): Promise<boolean>;
  /** Whether a client that knows nothing of Keyturn signs in: Kerberos on AD, `ldapwhoami` elsewhere. */
  realClientSignsIn(person: RealPerson, password: string): Promise<boolean>;
  /** Writes to the person's entry beside the password, as an administrator. */
  touch(person: RealPerson): Promise<void>;
  /** Sets attributes of the person's entry, as an administrator; an empty list removes one. */
  set(person: RealPerson, attributes: Readonly<Record<string, string | readonly string[]>>): Promise<void>;
  /** Reads attributes of the person's entry, as an administrator. */
  read(person: RealPerson, attributes: readonly string[]): Promise<Readonly<Record<string, readonly string[]>>>;
  /** Disables the account, as an administrator. */
  disable(person: RealPerson): Promise<void>;
  /** Gives the person another sign-in name (uid; sAMAccountName and userPrincipalName on AD), another place, or both. */
  rename(person: RealPerson, to: { login?: string; parentDn?: string }): Promise<RealPerson>;
  /** Takes the person away, as an administrator. */
  remove(person: RealPerson): Promise<void>;
  /** A new place, by its DN: below that of the people unless told. */
  createPlace(parentDn?: string): Promise<string>;
  /** A new group, by its DN. */
  createGroup(members: readonly RealPerson[]): Promise<string>;
  /** Makes the person a member of a group. */
  putInto(groupDn: string, person: RealPerson): Promise<void>;
  /** Takes the person out of a group in which there is somebody else. */
  takeOut(groupDn: string, person: RealPerson): Promise<void>;
  /** Fails to sign in until the person is locked out. */
  lock(person: RealPerson): Promise<void>;
}

/** Reaches the run's server of a kind through a proxy of its own. Keyturn knows it as directory `people`. */
export async function reachRealDirectory(kind: RealKind, changes: Record<string, unknown> = {}): Promise<RealDirectory> {
  const server = kind === 'active-directory' ? await sharedSamba() : kind === 'openldap' ? await sharedSlapd() : await sharedDs389();
  const { hostname, port } = new URL(server.url);
  const proxy = await startTcpProxy({ targetHost: hostname, targetPort: Number(port === '' ? 636 : port), host: hostname });
  const secretName = `SCENARIO_SERVICE_${kind.replace('-', '_').toUpperCase()}`;
  process.env[secretName] = server.service.password;
  const section = {
    kind,
    id: 'people',
    label: 'People',
    servers: [{ url: `ldaps://${proxy.host}:${proxy.port}` }],
    tls: { ca: server.caPem },
    baseDn: server.baseDn,
    serviceAccount: { name: server.service.name, password: `env:${secretName}` },
    protected: { logins: ['domina'] },
    ...changes,
  } as Section;
  return {
    kind,
    section,
    proxy,
    secretName,
    service: server.service,
    async createPerson({ disabled = false, login = newLogin(), password = newPassword(), parentDn } = {}) {
      const mail = `${login}@work.example.test`;
      const user = { login, password, mail, givenName: 'Ada', surname: login, ...(parentDn === undefined ? {} : { parentDn }) };
      const { dn } =
        server.kind === 'active-directory'
          ? await server.createUser({ ...user, disabled })
          : await server.createUser({ ...user, ...(disabled ? { attributes: disabledMark[server.kind] } : {}) });
      return { login, password, mail, dn };
    },
    signsIn: (person, password) => server.canBind(person.dn, password),
    async realClientSignsIn(person, password) {
      if (server.kind === 'active-directory') return server.kerberosLogin(person.login, password);
      const args = ['-x', '-H', server.url, '-D', person.dn, '-w', password];
      return (await runUnchecked('ldapwhoami', args, { env: { LDAPTLS_CACERT: server.caFile } })).exitCode === 0;
    },
    touch: (person) => server.modify(person.dn, { description: newLogin() }),
    set: (person, attributes) => server.modify(person.dn, attributes),
    read: (person, attributes) => server.read(person.dn, attributes),
    disable: ({ dn }) => server.modify(dn, disabledMark[kind]),
    async rename(person, { login = person.login, parentDn = person.dn.slice(person.dn.indexOf(',') + 1) }) {
      const isAd = server.kind === 'active-directory';
      const dn = `${isAd ? 'CN' : 'uid'}=${login},${parentDn}`;
      await server.rename(person.dn, dn);
      if (isAd) await server.modify(dn, { sAMAccountName: login, userPrincipalName: `${login}@${server.realm.toLowerCase()}` });
      return { ...person, login, dn };
    },
    remove: (person) => server.remove(person.dn),
    createPlace: (parentDn) => server.createOrganizationalUnit(newLogin('place'), parentDn),
    createGroup: (members) =>
      server.createGroup(
        newLogin('group'),
        members.map(({ dn }) => dn),
      ),
    async putInto(groupDn, person) {
      const { member = [] } = await server.read(groupDn, ['member']);
      await server.modify(groupDn, { member: [...member, person.dn] });
    },
    async takeOut(groupDn, person) {
      const { member = [] } = await server.read(groupDn, ['member']);
      await server.modify(groupDn, { member: member.filter((dn) => dn.toLowerCase() !== person.dn.toLowerCase()) });
    },
    lock: (person) =>
      server.kind === 'active-directory'
        ? server.lockUser({ userPrincipalName: `${person.login}@${server.realm.toLowerCase()}` })
        : server.lockUser(person),
  };
}

/** ACCOUNTDISABLE and NORMAL_ACCOUNT (MS-ADTS 2.2.16); slapo-ppolicy(5): locked for good. */
const disabledMark = {
  'active-directory': { userAccountControl: '514' },
  openldap: { pwdAccountLockedTime: '000001010000Z' },
  '389ds': { nsAccountLock: 'true' },
} as const;
