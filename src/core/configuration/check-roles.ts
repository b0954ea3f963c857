import { isAct, isForPeople } from '../../../shared/permissions.ts';
import type { Report } from './check-context.ts';
import type { Configuration } from './document.ts';
import type { DocumentPath } from './format-path.ts';

/** Checks of `roles`, with the directories that they name. */
export function checkRoles({ roles, directories }: Pick<Configuration, 'roles' | 'directories'>, report: Report): void {
  for (const [index, { name, may, heldBy, over }] of roles.entries()) {
    const at: DocumentPath = ['roles', index];
    if (roles.findIndex((other) => other.name === name) < index) report('error', [...at, 'name'], 'Another role has this name already');
    const isStanding = heldBy.groups !== undefined || heldBy.accounts !== undefined;
    if (!(isStanding || heldBy.directManager))
      report('error', [...at, 'heldBy'], 'Nobody holds it: name groups, accounts or directManager');
    const forPeople = may.some(isForPeople);
    if (!forPeople && over !== undefined)
      report('error', [...at, 'over'], 'What it allows is about the installation, which no scope narrows down: leave it out');
    if (heldBy.directManager && !may.every(isAct))
      report(
        'error',
        [...at, 'heldBy', 'directManager'],
        'Being a manager allows nothing at the installation and shows nobody in lists: name groups or accounts',
      );
    if (forPeople && isStanding && (over === undefined || Object.values(over).every((condition) => condition === undefined))) {
      report('error', [...at, 'over'], 'Say for whom it may be used: directories, places or groups');
    }
    checkScopes(heldBy, [...at, 'heldBy'], directories, report);
    if (over !== undefined) checkScopes(over, [...at, 'over'], directories, report);
  }
}

interface Named {
  readonly directories?: readonly string[] | undefined;
  readonly places?: readonly string[] | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly accounts?: readonly string[] | undefined;
}

/** Whether directories that are named are there, and it is said which of several has the places, groups and accounts that are named. */
export function checkScopes(named: Named, at: DocumentPath, directories: Configuration['directories'], report: Report): void {
  for (const [position, id] of (named.directories ?? []).entries()) {
    if (directories.some((directory) => directory.id === id)) continue;
    report('error', [...at, 'directories', position], 'No directory of this document has this id');
  }
  if (directories.length === 1 || named.directories !== undefined) return;
  for (const scope of ['places', 'groups', 'accounts'] as const) {
    if (named[scope] !== undefined) report('error', [...at, scope], 'There are several directories: say in `directories` which has them');
  }
}
