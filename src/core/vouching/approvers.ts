import { isAppError } from '../../../shared/errors.ts';
import { accountKey } from '../accounts/candidate.ts';
import { isDirectManager } from '../accounts/is-direct-manager.ts';
import { reasonToBar } from '../accounts/judge-account.ts';
import type { Deputies } from '../configuration/manager-section.ts';
import type { CoreDeps } from '../core-deps.ts';
import { isSamePerson } from '../people/is-same-person.ts';
import type { Account, AccountRef } from '../ports/directory.ts';
import type { DirectManager } from '../ports/manager.ts';

interface Deps extends Pick<CoreDeps, 'store' | 'configuration'> {
  readonly directories: Pick<CoreDeps['directories'], 'get'>;
}

/** Who can be asked to vouch for somebody now. Neither: nobody can. */
export interface Approvers {
  readonly manager: Account | null;
  readonly deputies: Deputies | null;
}

/**
 * Whom the directory names as manager of a person and who could vouch, and the deputies that are configured. What it does not tell counts
 * as nobody: the person gives another proof.
 * @throws AppError `directory.*` where a directory does not answer
 */
export async function findApprovers(deps: Deps, person: AccountRef): Promise<Approvers> {
  const deputies = deputiesOf(deps, person.directory);
  const found = await deps.directories.get(person.directory).readManager(person);
  const manager = found.known ? found.manager : null;
  if (manager === null || isDirectManager(manager, person, found) !== true) return { manager: null, deputies };
  const mayVouch = manager.mail.length > 0 && !(await isSamePerson(deps.store, person, manager)) && (await isOpen(deps, manager));
  return { manager: mayVouch ? manager : null, deputies };
}

/** Whether anybody could vouch for somebody. @throws AppError `directory.*` where it is not known */
export async function canBeVouchedFor(deps: Deps, person: AccountRef): Promise<boolean> {
  const { manager, deputies } = await findApprovers(deps, { directory: person.directory, id: person.id });
  return manager !== null || deputies !== null;
}

/** The same before anybody has proven anything: no directory is asked, and it is taken for granted until it is (`settleManagers`). */
export const MAYBE_VOUCHED_FOR = () => Promise.resolve(true);

/**
 * Whether somebody who is signed in may vouch for a person, as the directory tells now.
 * @param manager who was asked; null: deputies alone
 * @throws AppError `directory.*`
 */
export async function isApprover(deps: Deps, self: Account, person: AccountRef, manager: AccountRef | null): Promise<boolean> {
  if ((await isSamePerson(deps.store, person, self)) || !(await isOpen(deps, self))) return false;
  if (manager !== null && accountKey(manager) === accountKey(self)) {
    return isDirectManager(self, person, await managerOf(deps, person)) === true;
  }
  return isDeputy(deps, self, person.directory);
}

/** Whoever is gone has no manager that is known. @throws AppError `directory.*` where the directory does not answer */
async function managerOf({ directories }: Deps, person: AccountRef): Promise<DirectManager> {
  try {
    return await directories.get(person.directory).readManager(person);
  } catch (error) {
    if (isAppError(error, 'directory.account-missing')) return { known: false, because: 'not-found' };
    throw error;
  }
}

/** Whether somebody is a deputy for the people of a directory. Not known counts as no. @throws AppError `directory.*` */
export async function isDeputy(deps: Deps, self: Account, directory: string): Promise<boolean> {
  const deputies = deputiesOf(deps, directory);
  if (deputies === null || self.directory !== directory) return false;
  const { groups } = await deps.directories.get(directory).readMembership(self, { places: [], groups: [deputies.group] });
  return groups[deputies.group] === true;
}

function deputiesOf({ configuration }: Pick<Deps, 'configuration'>, directory: string): Deputies | null {
  return configuration().factors.manager.deputies.find((each) => each.directory === directory) ?? null;
}

/** Whether nothing bars an account. What its directory hides bars it. @throws AppError `directory.*` where that does not answer */
async function isOpen({ store, directories }: Deps, account: Account): Promise<boolean> {
  const directory = directories.get(account.directory);
  const [{ status, protection }, frozen] = await Promise.all([directory.readStanding(account), store.freezes.isFrozen(account)]);
  try {
    return reasonToBar(directory, status, protection, frozen) === null;
  } catch (error) {
    if (isAppError(error, 'directory.no-right')) return false;
    throw error;
  }
}
