import type { AccountRef } from '../ports/directory.ts';
import type { DirectManager } from '../ports/manager.ts';

/**
 * Whether somebody is the direct manager of a person. Nobody is their own, whatever the directory says.
 *
 * @param found what `Directory.readManager` told of the person
 * @returns null: it is not known, which never counts as yes
 */
export function isDirectManager(candidate: AccountRef, person: AccountRef, found: DirectManager): boolean | null {
  if (isSame(candidate, person)) return false;
  if (!found.known) return null;
  return found.manager !== null && isSame(found.manager, candidate);
}

function isSame(one: AccountRef, other: AccountRef): boolean {
  return one.directory === other.directory && one.id === other.id;
}
