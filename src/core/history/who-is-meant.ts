import { termFor } from '../audit/event-terms.ts';
import { typedNameDigest } from '../audit/typed-name.ts';
import type { CoreDeps, Directories } from '../core-deps.ts';
import type { AccountRef, Directory } from '../ports/directory.ts';

/** Whose events are looked for. */
export interface Meant {
  readonly accounts: readonly AccountRef[];
  /** An event with one of these is theirs. */
  readonly terms: readonly string[];
}

/** A name, or one account; `directory`: where the name is looked up. */
export interface WantedPerson {
  readonly person?: string | undefined;
  readonly account?: string | undefined;
  readonly directory?: string | undefined;
}

/**
 * What is about any account of the person who is meant, linked ones too, what they did by it for others, and what was begun with the name, whether it found anybody or not. Every
 * directory has to answer: events of an account that was not found would be missing in silence.
 * @returns null: everybody is meant
 * @throws AppError `directory.*`
 */
export async function whoIsMeant(
  { store, directories, keys }: Pick<CoreDeps, 'store' | 'keys'> & { directories: Pick<Directories, 'all'> },
  { person, account, directory: where }: WantedPerson,
): Promise<Meant | null> {
  const own = account === undefined || where === undefined ? null : { directory: where, id: account };
  if (own === null && person === undefined) return null;
  const asked = directories.all().filter(({ id }) => where === undefined || id === where);
  const named = person === undefined ? [] : (await Promise.all(asked.map((directory) => accountsOf(directory, person)))).flat();
  const found = new Map<string, AccountRef>();
  for (const each of [...(own === null ? [] : [own]), ...named]) {
    const linked = (await store.people.linkedTo(each)).map(({ directory, accountId }) => ({ directory, id: accountId }));
    for (const ref of [each, ...linked]) found.set(termFor.account(ref), ref);
  }
  const typed = person === undefined ? [] : [termFor.typedName(typedNameDigest(keys, person))];
  const accounts = [...found.values()];
  return { accounts, terms: [...accounts.flatMap((ref) => [termFor.account(ref), termFor.part(ref)]), ...typed] };
}

async function accountsOf(directory: Directory, name: string): Promise<AccountRef[]> {
  const typed = directory.normaliseIdentifier(name);
  if (typed === null) return [];
  return (await directory.findAccounts(typed)).map(({ id }) => ({ directory: directory.id, id }));
}
