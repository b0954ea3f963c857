import { checkRoleNames } from '../access/check-role-names.ts';
import type { Configuration } from '../configuration/document.ts';
import type { Directory } from '../ports/directory.ts';
import { type Finding, findingsOf } from './finding.ts';

/** Whether the directories have the groups, places and accounts that roles name. */
export async function checkRoles(directories: readonly Directory[], configuration: Configuration): Promise<Finding[]> {
  const { ok, warn } = findingsOf('roles');
  const names = await checkRoleNames(directories, configuration);
  const missing = names.filter((name) => !name.ok);
  const found = names.length - missing.length;
  return [
    ...(found === 0 ? [] : [ok(found === 1 ? 'The one name that they go by is found' : `${found} names that they go by are found`)]),
    ...missing.map(({ setting, value, text, directory, fix }) =>
      warn(`${setting} ${value}: ${text}, in directory ${directory}. By it nobody holds or reaches anything`, fix ?? `Correct ${setting}`),
    ),
  ];
}
