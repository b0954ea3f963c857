import type { Filter } from 'ldapts';
import { AppError, isAppError } from '../../../shared/errors.ts';
import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type {
  Account,
  AccountRef,
  ConfiguredName,
  DirectoryHealth,
  DirectoryNote,
  HealthOptions,
  SearchPage,
  SearchRequest,
  TimeLimits,
} from '../../core/ports/directory.ts';
import type { DirectoryDeps } from '../directory-deps.ts';
import { missingName } from './configured-names.ts';
import type { LdapConnection, SearchOptions } from './connection.ts';
import { isAtOrBelow } from './dn.ts';
import type { LdapEntry } from './entry.ts';
import { allOf, anyOf, configuredFilter, contains, identifierEquals } from './filters.ts';
import { type RightsReport, unknownRights } from './inspected-rights.ts';
import { advice, fact } from './notes.ts';
import { type LdapResult, RESULT, succeeded } from './result-codes.ts';
import { createServers, type Probed, type Servers } from './servers.ts';
import type { SignInProblem } from './sign-in-problem.ts';
import { problemOf, unexpectedResult } from './translate-error.ts';

/** What one kind of LDAP directory tells about itself; the rest is the same for all. */
export interface LdapKind {
  /** Entries that are people's accounts. */
  readonly people: Filter;
  /** Matches the entry with this immutable identifier; null when it cannot be one. */
  idFilter(id: string): Filter | null;
  /** Matches entries that one of the configured identifiers names exactly. */
  identifierFilter(normalised: string): Filter;
  /** What an `Account` is made of. */
  readonly accountAttributes: readonly string[];
  /** Attributes whose values are bytes, spelt as the server spells them. */
  readonly binaryAttributes: readonly string[];
  /** null: an entry without what an account needs. */
  toAccount(entry: LdapEntry): Account | null;
  /** What an account needs, for the operator. */
  readonly accountNeeds: string;
  /** Attributes that free text is looked for in. */
  readonly searchedAttributes: readonly string[];
  /** null: this kind cannot be searched for it. */
  stateFilter(state: NonNullable<SearchRequest['filter']>): Filter | null;
  /** Takes entries out that the filter for a state matched too widely; their attributes are `accountAttributes`. */
  confirmState?(state: NonNullable<SearchRequest['filter']>, entry: LdapEntry): boolean;
  /** The server's clock, in milliseconds, as its root DSE tells. */
  serverTime?(rootDse: Probed['rootDse']): number | null;
  /** Why the service account was refused, where this kind of server tells more than a result code. */
  explainSignIn?(result: LdapResult): SignInProblem | null;
  /** Lines for the health page. */
  notes(probed: readonly Probed[]): DirectoryNote[];
}

/** The verbs that all LDAP kinds share, and the servers under them. */
export interface DirectoryBase {
  readonly servers: Servers;
  /**
   * The entry that a reference names, wherever it has been moved to, with its DN of this moment.
   * @throws AppError `directory.account-missing` also when it lies outside of what is configured
   */
  fetch(connection: LdapConnection, ref: AccountRef, attributes: readonly string[]): Promise<LdapEntry>;
  /**
   * The same for a server that takes the identifier for a DN: only a search of that one entry answers attributes which are computed
   * for it (tokenGroups).
   * @param dn what names the entry by its identifier
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
  readAccount(ref: AccountRef): Promise<Account | null>;
  /** The account with this DN; null when it is none of the configured people. */
  readAccountAt(dn: string): Promise<Account | null>;
  /** The first people that a search comes upon, `count` at most, narrowed down by `filter`. Unlike `search` it reads one page only. */
  sample(connection: LdapConnection, count: number, options: SampleOptions): Promise<LdapEntry[]>;
  /** What is looked at when asked for; what it throws becomes "cannot be told". */
  health(options: HealthOptions | undefined, inspection: Inspection): Promise<DirectoryHealth>;
  /** For `Directory.timeLimits`. */
  readonly timeLimits: TimeLimits;
  close(): Promise<void>;
}

export interface Inspection {
  /** The rights of the service account. */
  rights(): Promise<RightsReport>;
  /** What the configuration names. */
  configured(): Promise<readonly ConfiguredName[]>;
}

export type SampleOptions = Pick<SearchOptions, 'attributes' | 'binary' | 'controls' | 'filter'>;

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
    const missing = new AppError('directory.account-missing', { directory: settings.id, id: ref.id });
    if (ref.directory !== settings.id || kind.idFilter(ref.id) === null) throw missing;
    const { result, entries } = await connection.search(dn, { ...wanted, scope: 'base', filter: people, binary: kind.binaryAttributes });
    if (result.code === RESULT.noSuchObject) throw missing;
    if (!succeeded(result)) throw unexpectedResult(result, connection.server, 'search');
    const [entry] = entries;
    if (entry === undefined || !isAtOrBelow(entry.dn, settings.baseDn)) throw missing;
    return entry;
  };

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
    search: (request) => searchPage(request),
    async readAccount(ref) {
      try {
        return kind.toAccount(await servers.read((connection) => fetch(connection, ref, kind.accountAttributes)));
      } catch (error) {
        if (error instanceof AppError && error.code === 'directory.account-missing') return null;
        throw error;
      }
    },
    readAccountAt: (dn) =>
      servers.read(async (connection) => {
        const { result, entries } = await connection.search(dn, { ...options, scope: 'base', filter: people });
        // A referral: the entry is in another domain or on another server, and none of the people here.
        const elsewhere: readonly number[] = [RESULT.noSuchObject, RESULT.invalidDnSyntax, RESULT.referral];
        if (elsewhere.includes(result.code)) return null;
        if (!succeeded(result)) throw unexpectedResult(result, connection.server, 'search');
        return toAccounts(entries.filter((entry) => isAtOrBelow(entry.dn, settings.baseDn)))[0] ?? null;
      }),
    async sample(connection, count, { filter, ...wanted }) {
      const narrowed = filter === undefined ? people : allOf(people, filter);
      const sample = { ...wanted, scope: 'sub' as const, filter: narrowed, sizeLimit: count };
      const { result, entries } = await connection.search(settings.baseDn, sample);
      if (!succeeded(result)) throw unexpectedResult(result, connection.server, 'search');
      return entries.slice(0, count);
    },
    async health(asked, inspection) {
      const { servers: states, serviceAccount, connections } = await servers.probe();
      const first = connections[0];
      const serverTime = first === undefined ? null : (kind.serverTime?.(first.rootDse) ?? null);
      const notes = kind.notes(connections);
      if (settings.tls.verify !== 'full')
        notes.push(
          advice(
            'Certificates of this directory are not checked (tls.verify: trial-without-verification), so anyone on the network can read passwords',
            'Name the authority in tls.caFile and take tls.verify away before real people use it',
          ),
        );
      const looked =
        asked?.rights === true && serviceAccount.ok ? await inspected(inspection) : { configured: [], rights: [], tooMuch: [] };
      // Some have only shown it just now.
      for (const url of servers.withoutWrites())
        notes.push(fact(`${url} takes no writes (a read-only server or replica): passed over for them`));
      return {
        servers: states,
        serviceAccount,
        clockSkew: first === undefined || serverTime === null ? null : serverTime - first.at,
        notes,
        ...looked,
      };
    },
    timeLimits: timeLimitsOf(settings),
    close: () => servers.close(),
  };

  /**
   * Server cookies of RFC 2696 live and die with one connection, so a cursor is a count: the pages before are read again. That keeps
   * every page live and any node able to serve it; lists for people rarely go beyond the third page.
   */
  async function searchPage(request: SearchRequest): Promise<SearchPage> {
    const state = request.filter === undefined ? undefined : kind.stateFilter(request.filter);
    if (state === null || endsEarly(request.text ?? '')) return { accounts: [], cursor: null };
    const terms = (request.text ?? '')
      .normalize('NFKC')
      .split(/\s+/)
      .filter((term) => term !== '');
    const filter = allOf(
      people,
      ...(state === undefined ? [] : [state]),
      ...terms.slice(0, 8).map((term) => anyOf(...kind.searchedAttributes.map((attribute) => contains(attribute, term)))),
    );
    const skip = cursorOffset(request.cursor);
    const pageSize = Math.min(1000, Math.max(1, Math.trunc(request.pageSize)));
    return servers.read(async (connection) => {
      const accounts: Account[] = [];
      let seen = 0;
      // One more than fits tells whether there is a next page.
      for await (const { result, entries } of connection.pages(settings.baseDn, { ...options, filter }, Math.min(1000, pageSize + 1))) {
        if (!succeeded(result)) throw unexpectedResult(result, connection.server, 'search');
        for (const entry of entries) {
          seen += 1;
          if (seen <= skip) continue;
          if (request.filter !== undefined && kind.confirmState?.(request.filter, entry) === false) continue;
          if (accounts.length === pageSize) return { accounts, cursor: String(seen - 1) };
          accounts.push(...toAccounts([entry]));
        }
      }
      return { accounts, cursor: null };
    });
  }
}

/** A write waits for a connection, has one opened, perhaps a second time after one that had died, and may write twice. */
function timeLimitsOf({ connectTimeoutMilliseconds, operationTimeoutMilliseconds }: LdapSettings): TimeLimits {
  return { toBegin: 2 * connectTimeoutMilliseconds + 3 * operationTimeoutMilliseconds, request: operationTimeoutMilliseconds };
}

async function inspected(inspection: Inspection): Promise<Pick<DirectoryHealth, 'configured' | 'rights' | 'tooMuch'>> {
  const configured = await unlessFailing(inspection.configured, (error) => [
    missingName(
      'protected',
      '',
      `what the configuration names cannot be looked up: ${problemOf(error)}`,
      'Mend what else is reported of this directory, then run doctor again',
    ),
  ]);
  const rights = await unlessFailing(inspection.rights, (error) => ({ rights: unknownRights(problemOf(error)), tooMuch: [] }));
  return { configured: [...configured], ...rights };
}

async function unlessFailing<T>(look: () => Promise<T>, otherwise: (error: AppError) => T): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (!isAppError(error)) throw error;
    return otherwise(error);
  }
}

/** Samba takes NUL for the end of a value, so that "alice" and NUL would find alice. No name holds control characters. */
function endsEarly(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

function cursorOffset(cursor: string | undefined): number {
  return cursor !== undefined && /^\d{1,9}$/.test(cursor) ? Number(cursor) : 0;
}

/** An identifier filter over plain attributes: any of them equals the text. */
export function anyAttributeEquals(attributes: readonly string[], value: string): Filter {
  return anyOf(...attributes.map((attribute) => identifierEquals(attribute, value)));
}
