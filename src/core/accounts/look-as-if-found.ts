import type { CoreDeps } from '../core-deps.ts';
import { USUAL_NUMBER } from '../factors/kinds.ts';
import type { Account, AccountRef, Directory } from '../ports/directory.ts';
import type { ProofRule } from '../proof/rules.ts';
import { isDirectoryTrouble } from './is-directory-trouble.ts';
import { readRuleFacts } from './read-rule-facts.ts';

/** An identifier that no directory gives to anything: a UUID of all zeros is nobody's (RFC 9562 5.9). */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** The account that is not there, in a directory. */
export function nobodyIn(directory: string): AccountRef {
  return { directory, id: NOBODY };
}

/** Does so in every directory that found nobody: each is asked the same, whoever is in it. */
export async function lookWhereNobodyIs(
  deps: Pick<CoreDeps, 'store' | 'keys' | 'directories'>,
  found: readonly { directory: Directory }[],
  name: string,
  rules: readonly ProofRule[],
): Promise<void> {
  const empty = deps.directories.all().filter(({ id }) => !found.some(({ directory }) => directory.id === id));
  await Promise.all(empty.map((directory) => lookAsIfFound(deps, directory, name, rules)));
}

/**
 * Asks for a name that nobody has what is asked for one that somebody has, so that neither the directory nor this process is
 * busier for those who exist: a second request would feel it (JRN-4). What comes back is worth nothing.
 */
async function lookAsIfFound(
  deps: Pick<CoreDeps, 'store' | 'keys'>,
  directory: Directory,
  name: string,
  rules: readonly ProofRule[],
): Promise<void> {
  const ref = nobodyIn(directory.id);
  const account = nobody(ref, name);
  await Promise.all([
    unlessMissing(directory.readStanding(account)),
    unlessMissing(readRuleFacts(directory, rules, account)),
    deps.store.people.recordOf(ref, USUAL_NUMBER),
  ]);
}

/** A directory says that there is no such account, or cannot say anything; a fault of ours is thrown. */
export async function unlessMissing(reading: Promise<unknown>): Promise<void> {
  try {
    await reading;
  } catch (error) {
    if (!isDirectoryTrouble(error)) throw error;
  }
}

/** An account of which nothing is true but what was typed. */
export function nobody(ref: AccountRef, name: string): Account {
  return {
    ...ref,
    login: name,
    principalName: null,
    displayName: name,
    givenName: null,
    surname: null,
    mail: [],
    contacts: { email: [], sms: [] },
    mobile: [],
    employeeNumber: null,
    location: '',
    privileged: false,
    language: null,
  };
}
