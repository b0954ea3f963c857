import type { Report } from './check-context.ts';
import type { DirectorySettings } from './directory-section.ts';
import type { Configuration } from './document.ts';

/** What protects accounts, list by list. */
const LISTS = ['groups', 'locations', 'logins'] as const;

/**
 * Reports where accounts would be protected no more. Protection is there for the day on which somebody has got hold of everything else
 * here, so it is not theirs to lift: who has the console may. More of it may be added by anybody who may change the configuration.
 */
export function checkProtectionKept(
  before: Pick<Configuration, 'directories'>,
  after: Pick<Configuration, 'directories'>,
  report: Report,
): void {
  for (const [index, section] of after.directories.entries()) {
    for (const old of before.directories.filter((each) => isSamePlace(each, section))) {
      const at = ['directories', index, 'protected'];
      for (const list of LISTS) {
        const gone = old.protected[list].filter((name) => !section.protected[list].includes(name));
        if (gone.length > 0) report('error', [...at, list], `${gone.join(', ')}: ${ONLY_AT_THE_CONSOLE}`);
      }
      if (old.protected.privileged && !section.protected.privileged) report('error', [...at, 'privileged'], `No: ${ONLY_AT_THE_CONSOLE}`);
    }
  }
}

const ONLY_AT_THE_CONSOLE = 'would be protected no more, which the console alone may say: `keyturn config apply`';

/** Whether two sections reach the same accounts, whatever they are called: a second one must not go around the first. */
function isSamePlace(one: DirectorySettings, other: DirectorySettings): boolean {
  if (one.id === other.id) return true;
  return one.kind !== 'embedded' && other.kind !== 'embedded' && one.serviceAccount.password === other.serviceAccount.password;
}
