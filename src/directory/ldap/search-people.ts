import type { Filter } from 'ldapts';
import { AppError } from '../../../shared/errors.ts';
import type { Account, SearchPage, SearchRequest } from '../../core/ports/directory.ts';
import type { SearchOptions } from './connection.ts';
import type { LdapEntry } from './entry.ts';
import { allOf, anyOf, contains } from './filters.ts';
import type { LdapKind } from './ldap-kind.ts';
import { succeeded } from './result-codes.ts';
import { pagesOfAll } from './search-all.ts';
import type { Servers } from './servers.ts';
import { unexpectedResult } from './translate-error.ts';

/** Where people are looked for, and what is made of their entries. */
export interface PeopleSearch {
  readonly baseDn: string;
  readonly people: Filter;
  readonly options: Pick<SearchOptions, 'attributes' | 'binary' | 'scope'>;
  toAccounts(entries: readonly LdapEntry[]): Account[];
}

/**
 * Server cookies of RFC 2696 live and die with one connection, so a cursor is a count: the pages before are read again. That keeps
 * every page live and any node able to serve it; lists for people rarely go beyond the third page.
 */
export async function searchPeople(
  servers: Servers,
  kind: Pick<LdapKind, 'searchedAttributes' | 'stateFilter' | 'confirmState'>,
  where: PeopleSearch,
  request: SearchRequest,
): Promise<SearchPage> {
  const state = request.filter === undefined ? undefined : kind.stateFilter(request.filter);
  if (state === null || endsEarly(request.text ?? '')) return { accounts: [], cursor: null };
  const terms = (request.text ?? '')
    .normalize('NFKC')
    .split(/\s+/)
    .filter((term) => term !== '');
  const filter = allOf(
    where.people,
    ...(state === undefined ? [] : [state]),
    ...terms.slice(0, 8).map((term) => anyOf(...kind.searchedAttributes.map((attribute) => contains(attribute, term)))),
  );
  const skip = cursorOffset(request.cursor);
  const pageSize = Math.min(1000, Math.max(1, Math.trunc(request.pageSize)));
  return servers.read(async (connection) => {
    const accounts: Account[] = [];
    let seen = 0;
    // One more than fits tells whether there is a next page.
    for await (const { result, entries } of connection.pages(where.baseDn, { ...where.options, filter }, Math.min(1000, pageSize + 1))) {
      if (!succeeded(result)) throw unexpectedResult(result, connection.server, 'search');
      for (const entry of entries) {
        seen += 1;
        if (seen <= skip) continue;
        if (request.filter !== undefined && kind.confirmState?.(request.filter, entry) === false) continue;
        if (accounts.length === pageSize) return { accounts, cursor: String(seen - 1) };
        accounts.push(...where.toAccounts([entry]));
      }
    }
    return { accounts, cursor: null };
  });
}

/**
 * Everybody, page by page on one connection. Who was given to `visit` cannot be taken back: where the connection breaks after the first
 * page nothing is begun anew on another server.
 */
export async function walkPeople(servers: Servers, where: PeopleSearch, visit: (accounts: Account[]) => Promise<void>): Promise<void> {
  const { baseDn, options, people } = where;
  let given = false;
  await servers.read(async (connection) => {
    const { server } = connection;
    if (given) throw new AppError('directory.unreachable', { server, problem: 'The connection broke in the middle of a list of people' });
    for await (const entries of pagesOfAll(connection, baseDn, { ...options, filter: people })) {
      given = true;
      await visit(where.toAccounts(entries));
    }
  });
}

/** Samba takes NUL for the end of a value, so that "alice" and NUL would find alice. No name holds control characters. */
export function endsEarly(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

function cursorOffset(cursor: string | undefined): number {
  return cursor !== undefined && /^\d{1,9}$/.test(cursor) ? Number(cursor) : 0;
}
