import { AppError } from '../../../shared/errors.ts';
import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type { Account, AccountRef, Directory, SearchPage, SearchRequest, TimeLimits } from '../../core/ports/directory.ts';
import type { DirectoryHealth, HealthOptions } from '../../core/ports/directory-health.ts';
import type { DirectoryDeps } from '../directory-deps.ts';
import type { LdapConnection, SearchOptions } from './connection.ts';
import { isAtOrBelow } from './dn.ts';
import type { LdapEntry } from './entry.ts';
import { allOf, anyOf, configuredFilter } from './filters.ts';
import { findPlace } from './find-place.ts';
import { createHeldSearches } from './held-searches.ts';
import type { LdapKind } from './ldap-kind.ts';
import { type Inspection, reportHealth } from './report-health.ts';
import { RESULT, succeeded } from './result-codes.ts';
import { searchAll } from './search-all.ts';
import { endsEarly, searchPeople, walkPeople } from './search-people.ts';
import { createServers, type Servers } from './servers.ts';
import { unexpectedResult } from './translate-error.ts';

/** The verbs that all LDAP kinds share, and the servers under them. */
export interface DirectoryBase {
  readonly servers: Servers;
  /**
   * The entry that a reference names, wherever it has been moved to, with its DN of this moment.
   * @throws AppError `directory.account-missing` also when it lies outside of what is configured
   */
  fetch(connection: LdapConnection, ref: AccountRef, attributes: readonly string[]): Promise<LdapEntry>;
  /**
   * The same by a name that the entry has: `directory.account-missing` where that is another entry's by now. For a server that takes the
   * identifier for a DN only a search of that one entry answers attributes which are computed for it (tokenGroups).
   * @param dn of the entry, or what names it by its identifier
   */
  fetchByName(
    connection: LdapConnection,
    ref: AccountRef,
    dn: string,
    wanted: Pick<SearchOptions, 'attributes' | 'controls'>,
  ): Promise<LdapEntry>;
  /** The same as `fetch` on a reading connection of its own. */
  readEntry(ref: AccountRef, attributes: readonly string[]): Promise<LdapEntry>;
  /** Accounts that one of these spellings names. */
  findAccounts(names: readonly string[]): Promise<Account[]>;
  search(request: SearchRequest): Promise<SearchPage>;
  forEachPerson: Directory['forEachPerson'];
  readAccount(ref: AccountRef): Promise<Account | null>;
  readAccounts: Directory['readAccounts'];
  /** The account with this DN; null when it is none of the configured people, or may not be read. */
  readAccountAt(dn: string): Promise<Account | null>;
  /** The first people that a search comes upon, `count` at most, narrowed down by `filter`. Unlike `search` it reads one page only. */
  sample(connection: LdapConnection, count: number, options: SampleOptions): Promise<LdapEntry[]>;
  /** What is looked at when asked for; what it throws becomes "cannot be told". */
  health(options: HealthOptions | undefined, inspection: Inspection): Promise<DirectoryHealth>;
  /** For `Directory.timeLimits`. */
  readonly timeLimits: TimeLimits;
  close(): Promise<void>;
}

export type SampleOptions = Pick<SearchOptions, 'attributes' | 'binary' | 'controls' | 'filter'>;

/** Identifiers in one filter: servers limit how long one may be. */
const MOST_AT_ONCE = 50;

/** People of whom it is looked at whether they hide what a search is about. */
const SAMPLED = 10;

/** More accounts than this for one identifier are of no use to anybody. */
const mostMatches = 25;

/**
 * @throws AppError `configuration.invalid` for a people filter that is none
 */
export function createDirectoryBase(
  settings: LdapSettings,
  deps: Pick<DirectoryDeps, 'clock' | 'log' | 'resolveSecret' | 'refusedSecrets'>,
  kind: LdapKind,
): DirectoryBase {
  const servers = createServers(settings, deps, kind.explainSignIn);
  const held = createHeldSearches(servers);
  const people =
    settings.peopleFilter === undefined ? kind.people : allOf(kind.people, configuredFilter(settings.peopleFilter, 'peopleFilter'));
  const options = { attributes: kind.accountAttributes, binary: kind.binaryAttributes, scope: 'sub' as const };

  let toldOfIncomplete = false;
  const toAccounts = (entries: readonly LdapEntry[]): Account[] => {
    const accounts = entries.map((entry) => kind.toAccount(entry)).filter((account) => account !== null);
    const incomplete = entries.length - accounts.length;
    // Once: the doctor counts them.
    if (incomplete > 0 && !toldOfIncomplete) {
      toldOfIncomplete = true;
      deps.log.error('directory.people-incomplete', {
        directory: settings.id,
        found: entries.length,
        incomplete,
        needed: kind.accountNeeds,
      });
    }
    return accounts;
  };

  const fetch: DirectoryBase['fetch'] = async (connection, ref, attributes) => {
    const byId = ref.directory === settings.id ? kind.idFilter(ref.id) : null;
    const missing = new AppError('directory.account-missing', { directory: settings.id, id: ref.id });
    if (byId === null) throw missing;
    const { result, entries } = await connection.search(settings.baseDn, {
      scope: 'sub',
      filter: allOf(byId, people),
      attributes,
      binary: kind.binaryAttributes,
    });
    if (!succeeded(result)) throw unexpectedResult(result, connection.server, 'search');
    const [entry, second] = entries;
    if (entry === undefined) throw missing;
    if (second !== undefined) throw new AppError('directory.ambiguous', { directory: settings.id, id: ref.id });
    return entry;
  };

  const fetchByName: DirectoryBase['fetchByName'] = async (connection, ref, dn, wanted) => {
    const byId = ref.directory === settings.id ? kind.idFilter(ref.id) : null;
    const missing = new AppError('directory.account-missing', { directory: settings.id, id: ref.id });
    if (byId === null) throw missing;
    const filter = allOf(byId, people);
    const { result, entries } = await connection.search(dn, { ...wanted, scope: 'base', filter, binary: kind.binaryAttributes });
    if (result.code === RESULT.noSuchObject) throw missing;
    if (!succeeded(result)) throw unexpectedResult(result, connection.server, 'search');
    const [entry] = entries;
    if (entry === undefined || !isAtOrBelow(entry.dn, settings.baseDn)) throw missing;
    return entry;
  };

  const everybody = { baseDn: settings.baseDn, people, options, toAccounts };

  const sample: DirectoryBase['sample'] = async (connection, count, { filter, ...wanted }) => {
    const narrowed = filter === undefined ? people : allOf(people, filter);
    const one = { ...wanted, scope: 'sub' as const, filter: narrowed, sizeLimit: count };
    const { result, entries } = await connection.search(settings.baseDn, one);
    if (!succeeded(result)) throw unexpectedResult(result, connection.server, 'search');
    return entries.slice(0, count);
  };

  const sampled = (connection: LdapConnection, attributes: readonly string[]) => sample(connection, SAMPLED, { attributes });
  const searching = { servers, held, clock: deps.clock, everybody: { ...everybody, sample: sampled } };

  return {
    servers,
    fetch,
    fetchByName,
    readEntry: (ref, attributes) => servers.read((connection) => fetch(connection, ref, attributes)),
    async findAccounts(spellings) {
      const names = spellings.filter((name) => name !== '' && !endsEarly(name));
      if (names.length === 0) return [];
      const filter = allOf(people, anyOf(...names.map((name) => kind.identifierFilter(name))));
      const answer = await servers.read(async (connection) => {
        const found = await connection.search(settings.baseDn, { ...options, filter, sizeLimit: mostMatches });
        // Cut off at our own limit: what came is good.
        if (!succeeded(found.result) && found.result.code !== RESULT.sizeLimitExceeded) {
          throw unexpectedResult(found.result, connection.server, 'search');
        }
        return found.entries;
      });
      return toAccounts(answer);
    },
    async search(request) {
      const { place } = request;
      const baseDn = place === undefined ? settings.baseDn : await findPlace(servers, kind, settings, place);
      return searchPeople(searching, kind, { ...everybody, baseDn }, request);
    },
    forEachPerson: (visit) => walkPeople(servers, everybody, visit),
    async readAccount(ref) {
      try {
        return kind.toAccount(await servers.read((connection) => fetch(connection, ref, kind.accountAttributes)));
      } catch (error) {
        if (error instanceof AppError && error.code === 'directory.account-missing') return null;
        throw error;
      }
    },
    async readAccounts(ids) {
      const filters = ids.map((id) => kind.idFilter(id)).filter((filter) => filter !== null);
      const found: Account[] = [];
      for (let from = 0; from < filters.length; from += MOST_AT_ONCE) {
        const filter = allOf(anyOf(...filters.slice(from, from + MOST_AT_ONCE)), people);
        found.push(...toAccounts(await servers.read((connection) => searchAll(connection, settings.baseDn, { ...options, filter }))));
      }
      // An identifier of two entries names neither.
      const times = Map.groupBy(found, ({ id }) => id);
      return found.filter(({ id }) => times.get(id)?.length === 1);
    },
    readAccountAt: (dn) =>
      servers.read(async (connection) => {
        const { result, entries } = await connection.search(dn, { ...options, scope: 'base', filter: people });
        // A referral: the entry is in another domain or on another server, and none of the people here.
        const unreadable: readonly number[] = [
          RESULT.noSuchObject,
          RESULT.invalidDnSyntax,
          RESULT.referral,
          RESULT.insufficientAccessRights,
        ];
        if (unreadable.includes(result.code)) return null;
        if (!succeeded(result)) throw unexpectedResult(result, connection.server, 'search');
        return toAccounts(entries.filter((entry) => isAtOrBelow(entry.dn, settings.baseDn)))[0] ?? null;
      }),
    sample,
    health: (asked, inspection) => reportHealth(settings, servers, kind, asked, inspection),
    timeLimits: timeLimitsOf(settings),
    close() {
      held.close();
      return servers.close();
    },
  };
}

/** A write waits for a connection, has one opened, perhaps a second time after one that had died, and may write twice. */
function timeLimitsOf({ connectTimeoutMilliseconds, operationTimeoutMilliseconds }: LdapSettings): TimeLimits {
  return { toBegin: 2 * connectTimeoutMilliseconds + 3 * operationTimeoutMilliseconds, request: operationTimeoutMilliseconds };
}
