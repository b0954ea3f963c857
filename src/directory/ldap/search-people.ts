import type { Filter } from 'ldapts';
import { AppError } from '../../../shared/errors.ts';
import type { Account, SearchPage, SearchRequest } from '../../core/ports/directory.ts';
import type { SearchOptions } from './connection.ts';
import type { LdapEntry } from './entry.ts';
import { allOf, anyOf, contains } from './filters.ts';
import { type EntryReader, type HeldSearches, mayBeBegunAnew, type PagedSearch, readerOf } from './held-searches.ts';
import type { LdapKind } from './ldap-kind.ts';
import { pagesOfAll } from './search-all.ts';
import type { Servers } from './servers.ts';

/** Where people are looked for, and what is made of their entries. */
export interface PeopleSearch {
  readonly baseDn: string;
  readonly people: Filter;
  readonly options: Pick<SearchOptions, 'attributes' | 'binary' | 'scope'>;
  toAccounts(entries: readonly LdapEntry[]): Account[];
}

/**
 * One page of the people whom a search finds. A cursor is a count, so that any node serves any page, live: the pages before are read
 * again, unless this process has just read them and can read on.
 */
export async function searchPeople(
  { servers, held }: { servers: Servers; held: HeldSearches },
  kind: Pick<LdapKind, 'searchedAttributes' | 'stateFilter' | 'confirmState'>,
  where: PeopleSearch,
  request: SearchRequest,
): Promise<SearchPage> {
  const state = request.filter === undefined ? undefined : kind.stateFilter(request.filter, request.within ?? 0);
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
  const pageSize = Math.min(1000, Math.max(1, Math.trunc(request.pageSize)));
  // One more than fits tells whether there is a next page.
  const search = { base: where.baseDn, options: { ...where.options, filter }, pageSize: Math.min(1000, pageSize + 1) };
  const isWanted = (entry: LdapEntry) => request.filter === undefined || kind.confirmState?.(request.filter, entry) !== false;

  /** From where the reader stands, which is behind `seen` entries. */
  const readPage = async (reader: EntryReader, seen: number): Promise<SearchPage> => {
    const accounts: Account[] = [];
    for (let behind = seen; ; behind += 1) {
      const entry = await reader.next();
      if (entry === null) return { accounts, cursor: null };
      if (behind < skip || !isWanted(entry)) continue;
      if (accounts.length === pageSize) {
        reader.giveBack(entry);
        return { accounts, cursor: String(behind) };
      }
      accounts.push(...where.toAccounts([entry]));
    }
  };

  const skip = cursorOffset(request.cursor);
  // By what is wanted: the filter of a state may have the time in it, and who reads on goes on with that of the first page.
  const wanted = [where.baseDn, where.people.toString(), terms, request.filter ?? null, request.within ?? null, pageSize];
  const placeOf = (cursor: string) => JSON.stringify([...wanted, cursor]);
  if (skip > 0) {
    const page = await readOn(held, search, { place: placeOf(String(skip)), placeOf, skip, readPage });
    if (page !== null) return page;
  }
  return servers.read((connection) => readPage(readerOf(connection, search), 0));
}

interface ReadOn {
  readonly place: string;
  readonly skip: number;
  placeOf(cursor: string): string;
  readPage(reader: EntryReader, seen: number): Promise<SearchPage>;
}

/** Reads on where the page before has stopped, and leaves it to the next one. null: that cannot be, read it as if it were the first. */
async function readOn(held: HeldSearches, search: PagedSearch, { place, skip, placeOf, readPage }: ReadOn): Promise<SearchPage | null> {
  const found = held.take(place);
  const reader = found ?? (await held.begin(search));
  if (reader === null) return null;
  let next: string | null = null;
  try {
    const page = await readPage(reader, found === null ? 0 : skip);
    next = page.cursor;
    return page;
  } catch (error) {
    if (found === null || !mayBeBegunAnew(error)) throw error;
    return null;
  } finally {
    if (next === null) reader.close();
    else held.keep(placeOf(next), reader);
  }
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
