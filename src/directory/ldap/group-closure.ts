import { readNamed } from './configured-names.ts';
import type { LdapConnection } from './connection.ts';
import { canonicalDn, dnParts, isAtOrBelow, withoutUid } from './dn.ts';
import type { LdapEntry } from './entry.ts';
import { groupAttributes, isGroup, isRole, memberAttributes } from './group-entry.ts';
import { type MemberUrl, parseMemberUrl } from './ldap-url.ts';
import { prepareString } from './prepared-string.ts';
import { maySearch } from './three-valued.ts';

/** Everybody who is in some groups, or in groups within them, by all the ways in which groups name their members. */
export interface GroupClosure {
  /** DNs of the groups themselves, those within them included; canonical. */
  readonly groups: ReadonlySet<string>;
  /** Canonical DNs of members. */
  readonly members: ReadonlySet<string>;
  /** Prepared sign-in names (memberUid). */
  readonly logins: ReadonlySet<string>;
  /** gidNumber of the groups: the primary group of a person is told by the person. */
  readonly gids: ReadonlySet<string>;
  readonly urls: readonly MemberUrl[];
  /** DNs of roles (389 DS): membership is told by the person. */
  readonly roles: readonly string[];
  /** Sentences on what cannot be seen; while there is one, nobody can be told to be outside. */
  readonly hidden: readonly string[];
  /** False: there are more members than are looked at, so a group within may have been left out. */
  readonly complete: boolean;
}

export interface ClosureScope {
  /** Where people are. */
  readonly baseDn: string;
  /** Where groups are, as far as the configuration says. */
  readonly groupBaseDn: string | null;
}

/** Members that are looked up to see whether they are groups. */
const mostLookups = 1000;

/**
 * Reads groups downwards. Groups are asked for by their DN, one at a time: no limit of a server on what a search may return applies,
 * and neither do matching rules (bit strings in uniqueMember, the case of memberUid).
 * @throws AppError `directory.*` when the server cannot be asked
 */
export async function readClosure(connection: LdapConnection, roots: readonly LdapEntry[], scope: ClosureScope): Promise<GroupClosure> {
  const groups = new Set<string>();
  const members = new Set<string>();
  const logins = new Set<string>();
  const gids = new Set<string>();
  const urls: MemberUrl[] = [];
  const roles: string[] = [];
  const hidden: string[] = [];
  const parents = new Set(roots.map((root) => parentOf(root.dn)));
  const queue = [...roots];
  let lookups = 0;
  let complete = true;

  /** Groups live beside those that are named, and where the configuration looks for nothing else. */
  const mayBeGroup = (dn: string): boolean => {
    if (isPersonName(dn)) return false;
    if (parents.has(parentOf(dn))) return true;
    return scope.groupBaseDn !== null && !isAtOrBelow(scope.baseDn, scope.groupBaseDn) && isAtOrBelow(dn, scope.groupBaseDn);
  };

  const take = async (dn: string): Promise<void> => {
    const key = canonicalDn(dn);
    if (members.has(key)) return;
    members.add(key);
    if (groups.has(key) || (isPersonName(dn) && isAtOrBelow(dn, scope.baseDn))) return;
    lookups += 1;
    if (lookups > mostLookups) {
      complete = false;
      return;
    }
    const found = await readNamed(connection, dn, { attributes: groupAttributes });
    if ('entry' in found) {
      if (isGroup(found.entry)) queue.push(found.entry);
      else if (found.entry.texts('objectClass').length === 0) hidden.push(`what the member ${dn} is cannot be read`);
    } else if (mayBeGroup(dn)) {
      hidden.push(`the member ${dn} ${found.problem}; it may be a group`);
    }
  };

  for (let group = queue.shift(); group !== undefined; group = queue.shift()) {
    const key = canonicalDn(group.dn);
    if (groups.has(key)) continue;
    groups.add(key);
    if (group.texts('objectClass').length === 0) hidden.push(`objectClass of ${group.dn} may not be read`);
    if (isRole(group)) roles.push(group.dn);
    for (const attribute of memberAttributes(group)) {
      if (!(await maySearch(connection, group.dn, attribute))) hidden.push(`${attribute} of ${group.dn} may not be searched`);
    }
    for (const login of group.texts('memberUid')) logins.add(prepareString(login));
    for (const gid of group.texts('gidNumber')) gids.add(gid);
    for (const url of group.texts('memberURL')) {
      const parsed = parseMemberUrl(url);
      if (parsed === null) hidden.push(`memberURL of ${group.dn} cannot be understood: ${url}`);
      else urls.push(parsed);
    }
    for (const value of [...group.texts('member'), ...group.texts('uniqueMember').map(withoutUid)]) {
      // Groups of classes that demand a member have an empty one while they have none.
      if (value.trim() !== '') await take(value);
    }
  }
  return { groups, members, logins, gids, urls, roles, hidden, complete };
}

function parentOf(dn: string): string {
  return dnParts(dn).slice(1).join('\u0000');
}

/** People are named by uid; a group that is, too, is still found from the person upwards. */
function isPersonName(dn: string): boolean {
  return dnParts(dn)[0]?.startsWith('uid=') === true;
}
