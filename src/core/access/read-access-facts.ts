import { isDirectoryTrouble } from '../accounts/is-directory-trouble.ts';
import { reasonBesidesProtection } from '../accounts/judge-account.ts';
import type { CoreDeps, Directories } from '../core-deps.ts';
import type { Account, AccountRef, Directory } from '../ports/directory.ts';
import type { NamedScopes } from '../ports/membership.ts';
import type { ActorFacts, HolderFacts, LinkedFacts, TargetFacts } from './can.ts';
import type { Role } from './roles.ts';

/** What the other accounts of a person are looked at with. */
export interface LookingAtOthers extends Pick<CoreDeps, 'store' | 'log'> {
  readonly directories: Pick<Directories, 'all'>;
}

/** The places and groups that roles name for the people of a directory. */
function namesOf(roles: readonly Role[], directory: string): NamedScopes {
  const here = (directories: readonly string[] | undefined): boolean => directories?.includes(directory) ?? true;
  const held = roles.filter(({ heldBy }) => here(heldBy.directories)).flatMap(({ heldBy }) => heldBy.groups ?? []);
  const scopes = roles.map(({ over }) => over).filter((over) => over !== undefined);
  const over = scopes.filter(({ directories }) => here(directories));
  return {
    places: [...new Set(over.flatMap(({ places }) => places ?? []))],
    groups: [...new Set([...held, ...over.flatMap(({ groups }) => groups ?? [])])],
  };
}

/** Reads what roles ask of an account, from the directory and now. @throws AppError `directory.*` */
export async function readHolder(directory: Directory, roles: readonly Role[], account: Account): Promise<HolderFacts> {
  const named = namesOf(roles, directory.id);
  const isAsked = named.places.length > 0 || named.groups.length > 0;
  return {
    account: { directory: account.directory, id: account.id },
    login: account.login,
    membership: isAsked ? await directory.readMembership(account, named) : { places: {}, groups: {} },
  };
}

/**
 * The same of who asks, and whether their account may do anything at present.
 * @throws AppError `directory.*`, also `directory.no-right` where the state of the account is hidden
 */
export async function readActor(
  deps: Pick<CoreDeps, 'store'>,
  directory: Directory,
  roles: readonly Role[],
  account: Account,
): Promise<ActorFacts> {
  const [holder, { status }, frozen, [, ...linked]] = await Promise.all([
    readHolder(directory, roles, account),
    directory.readStanding(account),
    deps.store.freezes.isFrozen(account),
    deps.store.people.accountsOf(account),
  ]);
  return { ...holder, linked, barred: reasonBesidesProtection(directory, status, frozen) };
}

/** The same of whom it is about, with what protects them and who their manager is. @throws AppError `directory.*` */
export async function readTarget(
  deps: LookingAtOthers,
  directory: Directory,
  roles: readonly Role[],
  account: Account,
): Promise<TargetFacts> {
  const [holder, protection, manager, linked] = await Promise.all([
    readHolder(directory, roles, account),
    directory.isProtected(account),
    directory.readManager(account),
    readLinked(deps, roles, account),
  ]);
  return { ...holder, linked, protected: protection.protected, manager };
}

/** Links that still wait are among them: what is set now is known when they count. */
async function readLinked(deps: LookingAtOthers, roles: readonly Role[], account: Account): Promise<LinkedFacts[]> {
  const [, ...others] = await deps.store.people.accountsOf(account);
  const read = await Promise.all(others.map((ref) => readOther(deps, roles, ref)));
  return read.filter((facts) => facts !== null);
}

/** null: the account is gone, and holds nothing. One that cannot be asked about may hold anything. */
async function readOther({ directories, log }: LookingAtOthers, roles: readonly Role[], ref: AccountRef): Promise<LinkedFacts | null> {
  const unknown: LinkedFacts = { account: ref, login: null, membership: { places: {}, groups: {} } };
  try {
    const directory = directories.all().find(({ id }) => id === ref.directory);
    if (directory === undefined) return unknown;
    const account = await directory.readAccount(ref);
    return account === null ? null : await readHolder(directory, roles, account);
  } catch (error) {
    if (!isDirectoryTrouble(error)) throw error;
    log.warn('access.linked-not-known', { directory: ref.directory, account: ref.id, error });
    return unknown;
  }
}
