import { isAppError } from '../../../shared/errors.ts';
import type { LdapConnection, SearchOptions } from './connection.ts';
import type { LdapEntry } from './entry.ts';
import { succeeded } from './result-codes.ts';
import { HELD_SEARCHES } from './server.ts';
import type { Servers } from './servers.ts';
import { unexpectedResult } from './translate-error.ts';

/** Milliseconds for which a search waits to be read on: turning a page takes a person no longer. */
const PATIENCE = 30_000;

/** What is searched, and in pages of which size. */
export interface PagedSearch {
  readonly base: string;
  readonly options: SearchOptions;
  readonly pageSize: number;
}

/** The entries of a search, one after the other, read from the server page by page. */
export interface EntryReader {
  readonly connection: LdapConnection;
  /** null: there are no more. @throws AppError `directory.*` */
  next(): Promise<LdapEntry | null>;
  /** The next one will be this one again. */
  giveBack(entry: LdapEntry): void;
}

/** An entry reader that has a connection of its own until it is closed. */
export interface HeldSearch extends EntryReader {
  close(): void;
}

/**
 * Searches that can be read on where they stopped. Cookies of paged results live and die with a connection (RFC 2696 3), so without them
 * the tenth page of a list costs ten. Any node serves any page without: it reads the pages before once more.
 */
export interface HeldSearches {
  /** The one that stopped here, which is nobody else's from then on; null: there is none. */
  take(place: string): HeldSearch | null;
  /** null: as many as may be are being read. @throws AppError `directory.*` */
  begin(search: PagedSearch): Promise<HeldSearch | null>;
  /** Leaves one to whoever comes for the next page. */
  keep(place: string, search: HeldSearch): void;
  /** Gives all connections back, now and later. */
  close(): void;
}

export function createHeldSearches(servers: Pick<Servers, 'listing'>): HeldSearches {
  const waiting = new Map<string, { search: HeldSearch; timer: NodeJS.Timeout }>();
  let open = 0;
  let isClosed = false;

  const take: HeldSearches['take'] = (place) => {
    const found = waiting.get(place);
    if (found === undefined) return null;
    clearTimeout(found.timer);
    waiting.delete(place);
    return found.search;
  };

  const begin: HeldSearches['begin'] = async (search) => {
    // The one that has waited longest makes room.
    const [oldest] = waiting.keys();
    if (open >= HELD_SEARCHES && oldest !== undefined) take(oldest)?.close();
    if (open >= HELD_SEARCHES) return null;
    open += 1;
    const released = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<LdapConnection>();
    servers
      .listing((connection) => {
        opened.resolve(connection);
        return released.promise;
      })
      .catch(opened.reject);
    let isOpen = true;
    const close = () => {
      if (isOpen) open -= 1;
      isOpen = false;
      released.resolve();
    };
    try {
      return { ...readerOf(await opened.promise, search), close };
    } catch (error) {
      close();
      throw error;
    }
  };

  return {
    take,
    begin,
    keep(place, search) {
      take(place)?.close();
      // Who closes the directory waits for all of its connections.
      if (isClosed) return search.close();
      const timer = setTimeout(() => take(place)?.close(), PATIENCE).unref();
      waiting.set(place, { search, timer });
    },
    close() {
      isClosed = true;
      for (const place of [...waiting.keys()]) take(place)?.close();
    },
  };
}

/** The entries of a search on a connection. */
export function readerOf(connection: LdapConnection, { base, options, pageSize }: PagedSearch): EntryReader {
  const pages = connection.pages(base, options, pageSize);
  let entries: LdapEntry[] = [];
  let isOver = false;
  return {
    connection,
    async next() {
      while (entries.length === 0 && !isOver) {
        const page = await pages.next();
        if (page.done === true) isOver = true;
        else if (succeeded(page.value.result)) entries = [...page.value.entries];
        else throw unexpectedResult(page.value.result, connection.server, 'search');
      }
      return entries.shift() ?? null;
    },
    giveBack: (entry) => void entries.unshift(entry),
  };
}

/** Whether a search that broke off may be begun anew: what it stood on is gone, and the directory may be well. */
export function mayBeBegunAnew(error: unknown): boolean {
  return isAppError(error) && (error.code === 'directory.unreachable' || error.code === 'directory.timed-out');
}
