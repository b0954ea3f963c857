import type { Configuration } from '../configuration/document.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { Account, Directory } from '../ports/directory.ts';
import { kindsNotLeaving, readRequirement } from './read-requirement.ts';
import type { Requirement } from './requirement.ts';

/** So many people are looked at side by side: each is some round trips, and the directory serves others besides. */
const SIDE_BY_SIDE = 4;

export interface RequirementWalk {
  /** Called for each, in the order of the directory, one after the other. */
  onPerson(account: Account, requirement: Requirement): Promise<void>;
  /** Called after each portion. False ends the walk. */
  onPortion?(looked: number): Promise<boolean>;
}

/**
 * Tells of everybody in a directory what is asked of them now. Holds no more than one page of people at a time.
 * @returns false: it was ended before the end
 * @throws AppError `directory.*` or `store.*` when a server does not answer any more: what was told until then is so, and not all
 */
export async function walkRequirements(
  deps: Pick<CoreDeps, 'store' | 'keys' | 'log' | 'clock'>,
  configuration: Configuration,
  directory: Directory,
  { onPerson, onPortion }: RequirementWalk,
): Promise<boolean> {
  let looked = 0;
  let goesOn = true;
  await directory.forEachPerson(async (accounts) => {
    const now = deps.clock.now();
    const notLeaving = await kindsNotLeaving(deps.store, now);
    for (let from = 0; from < accounts.length && goesOn; from += SIDE_BY_SIDE) {
      const some = accounts.slice(from, from + SIDE_BY_SIDE);
      const read = (account: Account) => readRequirement(deps, configuration, directory, account, { now, notLeaving });
      const requirements = await Promise.all(some.map(read));
      for (const [index, account] of some.entries()) await onPerson(account, requirements[index] as Requirement);
      looked += some.length;
      goesOn = (await onPortion?.(looked)) ?? true;
    }
  });
  return goesOn;
}
