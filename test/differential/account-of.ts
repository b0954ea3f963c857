import { type DirectorySettingsOf, directorySchema } from '../../src/core/configuration/directory-section.ts';
import type { Account, Directory } from '../../src/core/ports/directory.ts';
import { random } from '../conformance/test-deps.ts';

type Kind = 'active-directory' | 'openldap' | '389ds';

interface Server {
  readonly url: string;
  readonly baseDn: string;
  readonly caPem: string;
  readonly service: { readonly name: string; readonly password: string };
}

/** Settings as a configuration document would hold them. */
export function settingsFor<K extends Kind>(kind: K, server: Server): DirectorySettingsOf<K> {
  return directorySchema.parse({
    kind,
    id: 'compared',
    label: 'Compared',
    servers: [{ url: server.url }],
    tls: { ca: server.caPem },
    baseDn: server.baseDn,
    serviceAccount: { name: server.service.name, password: 'env:SERVICE' },
  }) as DirectorySettingsOf<K>;
}

/** What an adapter is given; nothing is logged. */
export function depsFor(server: Server) {
  return {
    clock: { now: () => Date.now(), sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)) },
    random,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    resolveSecret: async () => server.service.password,
  };
}

/** The one account with this login. */
export async function accountOf(directory: Directory, login: string): Promise<Account> {
  const [account] = await directory.findAccounts(directory.normaliseIdentifier(login) ?? '');
  if (account === undefined) throw new Error(`the directory does not find ${login}`);
  return account;
}
