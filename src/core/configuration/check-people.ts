import type { Report } from './check-context.ts';
import type { Configuration } from './document.ts';

/** Checks of `people`, with the directories that it names. */
export function checkPeople({ people, directories }: Pick<Configuration, 'people' | 'directories'>, report: Report): void {
  for (const [index, rule] of people.linkBy.entries()) {
    for (const [position, id] of rule.directories.entries()) {
      const at = ['people', 'linkBy', index, 'directories', position] as const;
      if (!directories.some((directory) => directory.id === id)) report('error', [...at], 'No directory of this document has this id');
      if (rule.directories.indexOf(id) < position) report('error', [...at], 'This directory is named already');
      const kind = directories.find((directory) => directory.id === id)?.kind;
      if (rule.attribute === 'principalName' && kind !== undefined && kind !== 'active-directory')
        report('error', [...at], 'Only Active Directory has principal names: use employeeNumber');
    }
  }
}
