import type { LdapConnection } from './connection.ts';
import { firstValue } from './dn.ts';
import type { LdapEntry } from './entry.ts';
import { allOf, anyOf, equals } from './filters.ts';
import { searchAll } from './search-all.ts';

/** DNs asked for in one search: keeps filters well below what servers allow. */
const batchSize = 50;

export interface NamedGroup {
  readonly id: string;
  /** The first of the names. */
  readonly name: string;
  readonly names: readonly string[];
}

/**
 * All groups a person is in, groups within groups included, level by level: `member` and `uniqueMember` (RFC 4519), and for the person
 * itself `memberUid` (RFC 2307, all values of `uid`), the primary group (`gidNumber`), what the server tells in `memberOf`, and the
 * roles of 389 DS (`nsRole`). Each group is followed once, so circles end.
 *
 * @param person with `uid`, `gidNumber`, `memberOf` and `nsRole`
 * @throws AppError `directory.limit-exceeded` when the server gives only a part, `directory.protocol` when `groupBase` is not there
 */
export async function readNestedGroups(connection: LdapConnection, groupBase: string, person: LdapEntry): Promise<NamedGroup[]> {
  const found = new Map<string, NamedGroup>();
  const add = (dn: string, names: readonly string[]): boolean => {
    // The server spells the DN of one entry in one way; folding it would take two groups for one.
    if (found.has(dn)) return false;
    const [name = firstValue(dn)] = names;
    found.set(dn, { id: dn, name, names: names.length === 0 ? [name] : names });
    return true;
  };
  let level = [person.dn];
  let others = [
    ...person.texts('uid').map((uid) => equals('memberUid', uid)),
    ...person.texts('gidNumber').map((gid) => allOf(equals('objectClass', 'posixGroup'), equals('gidNumber', gid))),
  ];
  while (level.length > 0) {
    const next: string[] = [];
    for (let start = 0; start < level.length; start += batchSize) {
      const members = level.slice(start, start + batchSize).flatMap((dn) => [equals('member', dn), equals('uniqueMember', dn)]);
      const filter = anyOf(...members, ...others);
      others = [];
      for (const entry of await searchAll(connection, groupBase, { scope: 'sub', filter, attributes: ['cn'] })) {
        if (add(entry.dn, entry.texts('cn'))) next.push(entry.dn);
      }
    }
    // Told by the person, and wherever in the tree they are.
    if (level[0] === person.dn) {
      for (const dn of [...person.texts('memberOf'), ...person.texts('nsRole')]) if (add(dn, [])) next.push(dn);
    }
    level = next;
  }
  return [...found.values()];
}
