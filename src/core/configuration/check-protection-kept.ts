import { canonicalJson } from '../audit/canonical-json.ts';
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
  const compared = new Set<DirectorySettings>();
  for (const [index, section] of after.directories.entries()) {
    for (const old of comparedWith(section, before.directories)) {
      compared.add(old);
      const at = ['directories', index, 'protected'];
      for (const list of LISTS) {
        const gone = old.protected[list].filter((name) => !section.protected[list].includes(name));
        if (gone.length > 0) report('error', [...at, list], `${gone.join(', ')}: ${ONLY_AT_THE_CONSOLE}`);
      }
      if (old.protected.privileged && !section.protected.privileged) report('error', [...at, 'privileged'], `No: ${ONLY_AT_THE_CONSOLE}`);
      // The same name may be that of another group elsewhere, which its members need not be in.
      if (old.protected.groups.length > 0 && groupBaseOf(old) !== groupBaseOf(section))
        report('error', ['directories', index, 'groupBaseDn'], `${old.protected.groups.join(', ')}: ${ONLY_AT_THE_CONSOLE}`);
    }
  }
  // What is taken out can be put in again by the next change, which finds nothing to compare it with.
  for (const old of before.directories) {
    const isCovered = after.directories.some((section) => isSamePlace(old, section) && keepsAll(old, section));
    if (!compared.has(old) && protectsAnything(old) && !isCovered) report('error', ['directories'], `${old.id}: ${ONLY_AT_THE_CONSOLE}`);
  }
}

/** The section that it was, where it reaches what it reached; every one whose accounts it may reach, where it is new or moved. */
function comparedWith(section: DirectorySettings, before: readonly DirectorySettings[]): readonly DirectorySettings[] {
  const own = before.find(({ id }) => id === section.id);
  return own !== undefined && reachOf(own) === reachOf(section) ? [own] : before.filter((each) => isSamePlace(each, section));
}

function reachOf(section: DirectorySettings): string {
  if (section.kind === 'embedded') return section.kind;
  const { kind, baseDn, servers, serviceAccount } = section;
  return canonicalJson({ kind, baseDn, servers, serviceAccount });
}

function groupBaseOf(section: DirectorySettings): string | undefined {
  return section.kind === 'embedded' ? undefined : section.groupBaseDn;
}

function protectsAnything({ protected: lists }: DirectorySettings): boolean {
  return LISTS.some((list) => lists[list].length > 0);
}

function keepsAll(old: DirectorySettings, section: DirectorySettings): boolean {
  const keepsPrivileged = section.protected.privileged || !old.protected.privileged;
  return keepsPrivileged && LISTS.every((list) => old.protected[list].every((name) => section.protected[list].includes(name)));
}

const ONLY_AT_THE_CONSOLE = 'would be protected no more: that takes a change at the console of a node';

/** Whether two sections reach the same accounts, whatever they are called: a second one must not go around the first. */
function isSamePlace(one: DirectorySettings, other: DirectorySettings): boolean {
  if (one.id === other.id) return true;
  if (one.kind === 'embedded' || other.kind === 'embedded') return false;
  const sharesServer = one.servers.some(({ url }) => other.servers.some((each) => each.url.toLowerCase() === url.toLowerCase()));
  return sharesServer || one.serviceAccount.password === other.serviceAccount.password;
}
