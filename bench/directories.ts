import { Attribute, Change, Client, Control, type Filter, InvalidCredentialsError } from 'ldapts';
import type { ConfigurationDocument } from '../src/core/configuration/document.ts';
import { guidDn, guidToBytes } from '../src/directory/active-directory/guid.ts';
import { allOf, equals } from '../src/directory/ldap/filters.ts';
import { passwordModifyValue } from '../src/directory/ldap/password-modify.ts';
import { startSamba } from '../test/servers/samba.ts';
import { unicodePassword } from '../test/servers/samba-directory.ts';
import { startSlapd } from '../test/servers/slapd.ts';
import { personAttributes } from '../test/servers/slapd-seed.ts';
import type { DirectoryName } from './options.ts';

/** Names the service account's password to the server under test. */
export const PASSWORD_VARIABLE = 'KEYTURN_BENCH_DIRECTORY_PASSWORD';

export const firstPassword = 'Start-Passw0rd-2026';

/** What a reset and an unlock come down to in bare LDAP: find the entry by its immutable identifier, then change it. */
export interface BareOperations {
  /** Finds the entry. `id` is the identifier that Keyturn knows the account by. */
  readonly filter: (id: string) => Filter;
  readonly attributes: readonly string[];
  reset(client: Client, found: { readonly dn: string; readonly id: string }, password: string): Promise<unknown>;
  unlock(client: Client, found: { readonly dn: string; readonly id: string }): Promise<unknown>;
}

/** A real server that this run started, and how its accounts are made ready. */
export interface BenchDirectory {
  readonly title: string;
  readonly section: ConfigurationDocument['directories'][number] & { baseDn: string };
  readonly bare: BareOperations;
  /** A client of the service account. */
  connect(): Promise<Client>;
  createAccount(login: string): Promise<void>;
  lock(login: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server and puts the password of its service account into the environment. */
export function startDirectory(name: DirectoryName): Promise<BenchDirectory> {
  return name === 'openldap' ? openldap() : samba();
}

/** A client of bare LDAP that has bound. */
export async function signedIn(server: { readonly url: string; readonly caPem: string }, name: string, password: string): Promise<Client> {
  const client = new Client({ url: server.url, tlsOptions: { ca: server.caPem }, strictDN: false });
  await client.bind(name, password);
  return client;
}

function change(operation: 'replace' | 'delete', type: string, values: (string | Buffer)[]): Change {
  const modification = new Attribute({ type, values: values as string[] });
  return new Change({ operation, modification });
}

const PASSWORD_MODIFY = '1.3.6.1.4.1.4203.1.11.1';

async function openldap(): Promise<BenchDirectory> {
  const server = await startSlapd({ noSync: false, generatedUsers: 2000 });
  process.env[PASSWORD_VARIABLE] = server.service.password;
  const admin = await signedIn(server, server.admin.name, server.admin.password);
  const dnOf = (login: string): string => `uid=${login},${server.peopleDn}`;
  return {
    title: 'OpenLDAP',
    section: {
      kind: 'openldap',
      id: 'bench',
      label: 'Bench',
      servers: [{ url: server.url }],
      tls: { caFile: server.caFile },
      baseDn: server.baseDn,
      serviceAccount: { name: server.service.name, password: `env:${PASSWORD_VARIABLE}` },
    },
    bare: {
      filter: (id) => allOf(equals('entryUUID', id), equals('objectClass', 'person')),
      attributes: ['entryUUID', 'pwdAccountLockedTime', 'pwdChangedTime'],
      // RFC 3062, as the adapter does it: the server hashes, and its policy holds.
      reset: (client, { dn }, newPassword) => client.exop(PASSWORD_MODIFY, passwordModifyValue({ userIdentity: dn, newPassword })),
      unlock: (client, { dn }) => client.modify(dn, change('delete', 'pwdAccountLockedTime', [])),
    },
    connect: () => signedIn(server, server.service.name, server.service.password),
    async createAccount(login) {
      const person = { login, givenName: 'Bench', surname: login, mail: `${login}@example.test` };
      await admin.add(dnOf(login), { ...personAttributes(person), userPassword: firstPassword });
      // Who forgets a password did not set it just now: for those a write waits for the next second.
      await admin.modify(dnOf(login), change('replace', 'pwdChangedTime', ['20260101000000Z']), [relaxRules]);
    },
    lock: (login) => admin.modify(dnOf(login), change('replace', 'pwdAccountLockedTime', [generalizedTime(Date.now())])),
    async stop() {
      await admin.unbind();
      await server.stop();
    },
  };
}

/** Lets a manager write what the server keeps by itself (draft-zeilenga-ldap-relax). */
const relaxRules = new Control('1.3.6.1.4.1.4203.666.5.12', { critical: true });

/** RFC 4517 section 3.3.13, in whole seconds. */
function generalizedTime(at: number): string {
  return new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '');
}

async function samba(): Promise<BenchDirectory> {
  const server = await startSamba();
  process.env[PASSWORD_VARIABLE] = server.service.password;
  const admin = await signedIn(server, server.admin.name, server.admin.password);
  const stranger = new Client({ url: server.url, tlsOptions: { ca: server.caPem } });
  return {
    title: 'Samba AD DC',
    section: {
      kind: 'active-directory',
      id: 'bench',
      label: 'Bench',
      servers: [{ url: server.url }],
      tls: { caFile: server.caFile },
      baseDn: server.baseDn,
      serviceAccount: { name: server.service.name, password: `env:${PASSWORD_VARIABLE}` },
    },
    bare: {
      filter: (id) => allOf(equals('objectGUID', guidToBytes(id) ?? ''), equals('sAMAccountType', '805306368')),
      attributes: ['pwdLastSet', 'lockoutTime', 'userAccountControl'],
      reset: (client, { id }, password) =>
        client.modify(guidDn(id), [change('replace', 'unicodePwd', [unicodePassword(password)]), change('replace', 'lockoutTime', ['0'])]),
      unlock: (client, { id }) => client.modify(guidDn(id), change('replace', 'lockoutTime', ['0'])),
    },
    connect: () => signedIn(server, server.service.name, server.service.password),
    createAccount: (login) =>
      admin.add(`CN=${login},${server.peopleDn}`, [
        ...Object.entries({
          objectClass: 'user',
          sAMAccountName: login,
          userPrincipalName: `${login}@${server.realm.toLowerCase()}`,
          displayName: `Bench ${login}`,
          mail: `${login}@example.test`,
          userAccountControl: '512',
        }).map(([type, value]) => new Attribute({ type, values: [value] })),
        new Attribute({ type: 'unicodePwd', values: [unicodePassword(firstPassword)] }),
      ]),
    async lock(login) {
      // lockoutTime can be cleared but not set over LDAP (MS-ADTS 3.1.1.5.3.2): only wrong passwords lock.
      for (let attempt = 0; attempt < 5; attempt += 1) {
        await stranger.bind(`${login}@${server.realm.toLowerCase()}`, 'Wrong-Passw0rd').catch((error: unknown) => {
          if (!(error instanceof InvalidCredentialsError)) throw error;
        });
      }
    },
    async stop() {
      await Promise.all([admin.unbind(), stranger.unbind()]);
      await server.stop();
    },
  };
}
