import { reasonToBar } from '../accounts/judge-account.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { Account, Directory } from '../ports/directory.ts';
import type { NamedScopes } from '../ports/membership.ts';
import type { ActorFacts, HolderFacts, TargetFacts } from './can.ts';
import type { Role } from './roles.ts';

/** The places and groups that roles name for the people of a directory. */
function namesOf(roles: readonly Role[], directory: string): NamedScopes {
  const here = (directories: readonly string[] | undefined): boolean => directories?.includes(directory) ?? true;
  const held = roles.filter(({ heldBy }) => here(heldBy.directories)).flatMap(({ heldBy }) => heldBy.groups ?? []);
  const over = roles.filter((role) => here(role.over?.directories)).flatMap((role) => (role.over === undefined ? [] : [role.over]));
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
  const reason = reasonToBar(directory, status, { protected: false }, frozen);
  return { ...holder, linked, barred: reason === 'account-protected' ? null : reason };
}

/** The same of whom it is about, with what protects them and who their manager is. @throws AppError `directory.*` */
export async function readTarget(directory: Directory, roles: readonly Role[], account: Account): Promise<TargetFacts> {
  const [holder, protection, manager] = await Promise.all([
    readHolder(directory, roles, account),
    directory.isProtected(account),
    directory.readManager(account),
  ]);
  return { ...holder, protected: protection.protected, manager };
}
