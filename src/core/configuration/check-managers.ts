import { combinationsOf } from '../proof/rules.ts';
import type { Report } from './check-context.ts';
import type { Configuration } from './document.ts';

/** Rules that ask managers, where none could answer, and deputies for directories that are not there. */
export function checkManagers({ recovery, signIn, factors, directories }: Configuration, report: Report): void {
  for (const [index, rule] of recovery.rules.entries()) {
    if (signIn.enabled || !combinationsOf(rule).some((kinds) => kinds.includes('manager'))) continue;
    report('error', ['recovery', 'rules', index], 'Asks managers, who answer when they are signed in: set `signIn.enabled`');
  }
  const { deputies } = factors.manager;
  for (const [index, { directory }] of deputies.entries()) {
    const at = ['factors', 'manager', 'deputies', index, 'directory'];
    if (!directories.some(({ id }) => id === directory)) report('error', at, 'No directory of this document has this id');
    if (deputies.findIndex((other) => other.directory === directory) < index)
      report('error', at, 'Another entry has this directory already');
  }
}
