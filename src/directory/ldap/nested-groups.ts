import type { LdapConnection } from './connection.ts';
import { canonicalDn, firstValue } from './dn.ts';
import { anyOf, equals } from './filters.ts';
import { RESULT, succeeded } from './result-codes.ts';
import { unexpectedResult } from './translate-error.ts';

/** DNs asked for in one search: keeps filters well below what servers allow. */
const batchSize = 50;
const pageSize = 500;

/**
 * All groups a person is in, groups within groups included, level by level: `member` (RFC 4519), `uniqueMember`, and for the
 * person itself `memberUid` (RFC 2307). Each group is followed once, so circles end.
 */
export async function readNestedGroups(
  connection: LdapConnection,
  groupBase: string,
  person: { readonly dn: string; readonly login: string },
): Promise<{ id: string; name: string }[]> {
  const found = new Map<string, { id: string; name: string }>();
  let level = [person.dn];
  let first = true;
  while (level.length > 0) {
    const next: string[] = [];
    for (let start = 0; start < level.length; start += batchSize) {
      const members = level.slice(start, start + batchSize).flatMap((dn) => [equals('member', dn), equals('uniqueMember', dn)]);
      const filter = anyOf(...members, ...(first ? [equals('memberUid', person.login)] : []));
      for await (const { result, entries } of connection.pages(groupBase, { scope: 'sub', filter, attributes: ['cn'] }, pageSize)) {
        if (result.code === RESULT.noSuchObject) break;
        if (!succeeded(result)) throw unexpectedResult(result, connection.server, 'search');
        for (const entry of entries) {
          const key = canonicalDn(entry.dn);
          if (found.has(key)) continue;
          found.set(key, { id: entry.dn, name: entry.text('cn') ?? firstValue(entry.dn) });
          next.push(entry.dn);
        }
      }
      first = false;
    }
    level = next;
  }
  return [...found.values()];
}
