import type { DirectorySettingsOf } from '../../src/core/configuration/directory-section.ts';
import { createEmbeddedAccount, type NewEmbeddedAccount } from '../../src/directory/embedded/create-embedded-account.ts';
import { hashPassword } from '../../src/directory/embedded/password-hash.ts';
import type { Keyturn } from './start-keyturn.ts';

export const OLD_PASSWORD = 'Old-Passw0rd-of-mine';
export const PROTECTED_GROUP = 'Directory Admins';

/** The section of an embedded directory whose people come from `addPerson`. */
export function embeddedSection(id = 'people', policy: Partial<DirectorySettingsOf<'embedded'>['policy']> = {}) {
  return { kind: 'embedded' as const, id, label: `Directory ${id}`, protected: { groups: [PROTECTED_GROUP] }, policy };
}

/** The section of a directory that does not answer: nobody listens there. */
export const SILENT = {
  kind: 'openldap' as const,
  id: 'silent',
  label: 'Directory silent',
  servers: [{ url: 'ldaps://127.0.0.1:1' }],
  baseDn: 'dc=example,dc=test',
  serviceAccount: { name: 'cn=keyturn,dc=example,dc=test', password: 'env:NOBODY' },
};

/** Hashes of passwords that people were added with: each takes a core for 75 ms, and most have the same one. */
const hashes = new Map<string, Promise<string>>();

function hashOnce(password: string): Promise<string> {
  const made = hashes.get(password) ?? hashPassword(password);
  hashes.set(password, made);
  return made;
}

/** Adds a person to an embedded directory of a running Keyturn. */
export async function addPerson(keyturn: Keyturn, login: string, more: Partial<NewEmbeddedAccount> = {}): Promise<void> {
  const { store, clock, random } = keyturn.deps;
  const person = { directory: 'people', login, displayName: login, password: OLD_PASSWORD, mail: `${login}@work.example.test`, ...more };
  await createEmbeddedAccount({ accounts: store.embedded, clock, random, hash: hashOnce }, person);
}

/** Whether a password signs the account in. */
export async function signsIn(keyturn: Keyturn, name: string, password: string, directoryId = 'people'): Promise<boolean> {
  const directory = keyturn.deps.directories.get(directoryId);
  const [account] = await directory.findAccounts(directory.normaliseIdentifier(name) ?? '');
  if (account === undefined) throw new Error(`no account ${name}`);
  return (await directory.verifyPassword(account, password)).valid;
}
