import type { Filter } from 'ldapts';
import type { AppError } from '../../../shared/errors.ts';
import type { DirectoryNote } from '../../core/ports/directory-health.ts';
import type { LdapConnection, SearchOptions } from './connection.ts';
import type { LdapEntry } from './entry.ts';
import { advice } from './notes.ts';
import { type LdapResult, RESULT, succeeded } from './result-codes.ts';
import { unexpectedResult } from './translate-error.ts';

/** Entries to a page, from what is quick to what the strictest servers allow. */
const pageSizes = [500, 50, 5] as const;

const limits = new Set<number>([
  RESULT.sizeLimitExceeded,
  RESULT.adminLimitExceeded,
  RESULT.unavailableCriticalExtension,
  RESULT.unwillingToPerform,
]);

/**
 * All entries that a search finds: at once where the server gives as many, else page by page (RFC 2696), in smaller pages where it
 * wants them.
 * @throws AppError `directory.limit-exceeded` when the server gives only a part: never a part is returned
 */
export async function searchAll(connection: LdapConnection, base: string, options: Omit<SearchOptions, 'sizeLimit'>): Promise<LdapEntry[]> {
  const { result, entries } = await connection.search(base, options);
  if (succeeded(result)) return entries;
  if (!limits.has(result.code)) throw unexpectedResult(result, connection.server, 'search');
  for (const size of pageSizes) {
    const paged = await allPages(connection, base, options, size);
    if (Array.isArray(paged)) return paged;
    if (!limits.has(paged.code)) throw unexpectedResult(paged, connection.server, 'search');
  }
  throw limitExceeded(result, connection.server);
}

async function allPages(connection: LdapConnection, base: string, options: SearchOptions, size: number): Promise<LdapEntry[] | LdapResult> {
  const all: LdapEntry[] = [];
  for await (const { result, entries } of connection.pages(base, options, size)) {
    if (!succeeded(result)) return result;
    all.push(...entries);
  }
  return all;
}

/**
 * All entries that a search finds, page by page as they are read; in smaller pages where the server wants them.
 * @throws AppError `directory.limit-exceeded` when the server gives only a part, after it has given that
 */
export async function* pagesOfAll(connection: LdapConnection, base: string, options: SearchOptions): AsyncGenerator<LdapEntry[]> {
  let refused: LdapResult | null = null;
  for (const size of pageSizes) {
    let given = false;
    for await (const { result, entries } of connection.pages(base, options, size)) {
      if (!succeeded(result)) {
        if (!limits.has(result.code)) throw unexpectedResult(result, connection.server, 'search');
        if (given) throw limitExceeded(result, connection.server);
        refused = result;
        break;
      }
      given = true;
      yield entries;
    }
    if (given || refused === null) return;
  }
  if (refused !== null) throw limitExceeded(refused, connection.server);
}

/** The server has more and does not give it to the service account. */
export function limitExceeded(result: LdapResult, server: string): AppError {
  return unexpectedResult({ ...result, code: RESULT.sizeLimitExceeded }, server, 'search');
}

/** A sentence for the doctor where a server limits what the service account may search for; the first page tells. */
export async function limitNotes(connection: LdapConnection, base: string, filter: Filter): Promise<DirectoryNote[]> {
  for await (const { result } of connection.pages(base, { scope: 'sub', filter, attributes: ['1.1'] }, pageSizes[0])) {
    if (!limits.has(result.code)) return [];
    const { problem, fix } = limitExceeded(result, connection.server).details;
    return [advice(`${problem}, asked for pages of ${pageSizes[0]}: what it leaves out is asked for in other ways`, String(fix))];
  }
  return [];
}
