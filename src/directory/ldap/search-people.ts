import type { Filter } from 'ldapts';
import { AppError } from '../../../shared/errors.ts';
import type { Account, SearchPage, SearchRequest } from '../../core/ports/directory.ts';
import type { Clock } from '../../core/ports/platform.ts';
import type { SearchOptions } from './connection.ts';
import type { LdapEntry } from './entry.ts';
import { allOf, anyOf, contains } from './filters.ts';
import { type EntryReader, type HeldSearches, mayBeBegunAnew, type PagedSearch, readerOf } from './held-searches.ts';
import type { LdapKind } from './ldap-kind.ts';
import { newPlace, readPlace } from './place-in-list.ts';
import { pagesOfAll } from './search-all.ts';
import type { Servers } from './servers.ts';
import { type Everybody, findState } from './state-search.ts';

/** Where people are looked for, and what is made of their entries. */
export interface PeopleSearch {
  readonly baseDn: string;
  readonly people: Filter;
  readonly options: Pick<SearchOptions, 'attributes' | 'binary' | 'scope'>;
  toAccounts(entries: readonly LdapEntry[]): Account[];
}

export interface SearchDeps {
  readonly servers: Servers;
  readonly held: HeldSearches;
  readonly clock: Pick<Clock, 'now'>;
  /** Of the directory, wherever is searched. */
  readonly everybody: Everybody;
  /** People who are looked at for one page at most; 1,000 unless told. */
  readonly mostLookedAt?: number;
}

/** People who are looked at for one page at most: a page that they do not fill ends there, and the next one goes on. */
const MOST_LOOKED_AT = 1000;

/**
 * One page of the people whom a search finds. A cursor is a count, so that any node serves any page, live: the pages before are read
 * again, unless this process has just read them and can read on. With a filter by time goes the time of the first page: it would count
 * other people on each page.
 */
export async function searchPeople(
  { servers, held, clock, everybody, mostLookedAt = MOST_LOOKED_AT }: SearchDeps,
  kind: Pick<LdapKind, 'searchedAttributes' | 'stateFilter' | 'confirmState' | 'passwordEnds'>,
  where: PeopleSearch,
  request: SearchRequest,
): Promise<SearchPage> {
  if (endsEarly(request.text ?? '')) return { accounts: [], cursor: null };
  const { skip, at } = readPlace(request.cursor);
  const state = await findState(servers, kind, everybody, request, at ?? clock.now());
  const untold = state?.untold === true ? ({ untold: true } as const) : {};
  if (state?.search === null) return { accounts: [], cursor: null, ...untold };
  const stateSearch = state?.search;
  const terms = (request.text ?? '')
    .normalize('NFKC')
    .split(/\s+/)
    .filter((term) => term !== '');
  const filter = allOf(
    where.people,
    ...(stateSearch === undefined ? [] : [stateSearch.filter]),
    ...terms.slice(0, 8).map((term) => anyOf(...kind.searchedAttributes.map((attribute) => contains(attribute, term)))),
  );
  const pageSize = Math.min(1000, Math.max(1, Math.trunc(request.pageSize)));
  const attributes = [...new Set([...where.options.attributes, ...(stateSearch?.attributes ?? [])])];
  // One more than fits tells whether there is a next page.
  const search = { base: where.baseDn, options: { ...where.options, attributes, filter }, pageSize: Math.min(1000, pageSize + 1) };

  const placeAt = (behind: number) => newPlace({ skip: behind, at: stateSearch?.at ?? null });

  /** From where the reader stands, which is behind `seen` entries. */
  const readPage = async (reader: EntryReader, seen: number): Promise<SearchPage> => {
    const accounts: Account[] = [];
    for (let behind = seen; ; behind += 1) {
      const entry = await reader.next();
      if (entry === null) return { accounts, cursor: null, ...untold };
      if (behind < skip) continue;
      const isOver = behind - skip >= mostLookedAt;
      // Whoever is not in the state is no reason for a next page.
      if (!isOver && (await stateSearch?.holds(reader.connection, entry)) === false) continue;
      if (isOver || accounts.length === pageSize) {
        reader.giveBack(entry);
        return { accounts, cursor: placeAt(behind), ...untold };
      }
      accounts.push(...where.toAccounts([entry]));
    }
  };

  const placeOf = (cursor: string) => JSON.stringify([where.baseDn, filter.toString(), pageSize, cursor]);
  if (skip > 0) {
    const page = await readOn(held, search, { place: placeOf(placeAt(skip)), placeOf, skip, readPage });
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
