import { directorySchema, type LdapSettings } from '../../src/core/configuration/directory-section.ts';
import type { Directory, DirectoryKind } from '../../src/core/ports/directory.ts';
import { createDirectory } from '../../src/directory/create-directory.ts';
import { runUnchecked } from '../servers/processes.ts';
import type { MovableClock, NewAccount, TestAccount } from './harness.ts';
import { directoryDeps } from './test-deps.ts';

/** What every LDAP harness knows of its server. */
export interface Reached {
  readonly url: string;
  readonly ldapUrl: string;
  readonly host: string;
  readonly baseDn: string;
  readonly caPem: string;
  readonly caFile: string;
  readonly service: { readonly name: string; readonly password: string };
}

/** Settings for a server as an operator would write them, with short time limits. */
export function ldapSettings(
  kind: Exclude<DirectoryKind, 'embedded'>,
  server: Reached,
  changes: Record<string, unknown> = {},
): LdapSettings {
  return directorySchema.parse({
    kind,
    id: 'people',
    label: 'People',
    servers: [{ url: server.url }],
    tls: { ca: server.caPem },
    baseDn: server.baseDn,
    serviceAccount: { name: server.service.name, password: 'env:SERVICE' },
    ...(kind === 'ldap' ? { disabledPeople: 'not-told' } : {}),
    protected: { groups: ['Admins'], logins: ['kept'] },
    connectTimeoutMilliseconds: 3000,
    operationTimeoutMilliseconds: 10_000,
    ...changes,
  }) as LdapSettings;
}

/** Opens directories on one server and closes them all at the end. */
export function createOpener(clock: MovableClock, server: Reached) {
  const opened: Directory[] = [];
  return {
    open(settings: LdapSettings, secrets: Readonly<Record<string, string>> = {}): Directory {
      const deps = directoryDeps(clock, { SERVICE: server.service.password, ...secrets });
      const directory = createDirectory(settings, { ...deps, accounts: noAccounts });
      opened.push(directory);
      return directory;
    },
    async close(): Promise<void> {
      await Promise.all(opened.map((directory) => directory.close()));
    },
  };
}

/** LDAP kinds keep no accounts of their own. */
const noAccounts = new Proxy({} as Parameters<typeof createDirectory>[1]['accounts'], {
  get: () => {
    throw new Error('an LDAP directory asked for embedded accounts');
  },
});

/** ldapwhoami signs in over LDAPS with the client library of OpenLDAP. */
export async function ldapLogin(server: Reached, dn: string, password: string): Promise<boolean> {
  const arguments_ = ['-x', '-H', server.url, '-D', dn, '-w', password];
  const result = await runUnchecked('ldapwhoami', arguments_, { env: { LDAPTLS_CACERT: server.caFile } });
  return result.exitCode === 0;
}

/** The account as Keyturn finds it. */
export async function asTestAccount(
  directory: Directory,
  found: { readonly login: string; readonly password: string; readonly dn: string },
): Promise<TestAccount> {
  const [account] = await directory.findAccounts(found.login.toLowerCase());
  if (account === undefined) throw new Error(`the directory does not find ${found.login}`);
  const ref = { directory: account.directory, id: account.id };
  return { ref, directory, login: found.login, mail: `${found.login}@example.test`, password: found.password, dn: found.dn };
}

/** Attributes of inetOrgPerson and of AD alike that the suite wants. */
export function commonAttributes(options: NewAccount): Record<string, string> {
  return {
    ...(options.employeeNumber === undefined ? {} : { employeeNumber: options.employeeNumber }),
    ...(options.manager === undefined ? {} : { manager: options.manager.dn }),
  };
}
