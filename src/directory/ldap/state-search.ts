import type { Filter } from 'ldapts';
import type { SearchRequest } from '../../core/ports/directory.ts';
import type { LdapConnection } from './connection.ts';
import type { LdapEntry } from './entry.ts';
import type { LdapKind } from './ldap-kind.ts';
import type { Period } from './password-ends.ts';
import type { Servers } from './servers.ts';

/** How people in one state are looked for. */
export interface StateSearch {
  readonly filter: Filter;
  /** Attributes that `holds` wants on an entry, besides those of an account. */
  readonly attributes: readonly string[];
  /** The time that the filter is about, milliseconds since 1970; null: it has none in it. */
  readonly at: number | null;
  /** Whether somebody whom the filter found is in the state. */
  holds(connection: LdapConnection, entry: LdapEntry): boolean | Promise<boolean>;
}

export interface FoundState {
  /** null: nobody is in it, or this kind cannot be searched for it. */
  readonly search: StateSearch | null;
  /** Of some people of the directory, whoever is looked for, it is not told whether they are in it. */
  readonly untold: boolean;
}

/** Everybody of a directory, whoever is looked for. */
export interface Everybody {
  readonly baseDn: string;
  readonly people: Filter;
  /** Some of them, with these attributes. */
  sample(connection: LdapConnection, attributes: readonly string[]): Promise<LdapEntry[]>;
}

/**
 * How the people in the state of a request are looked for.
 * @param at the time that the list is about, the same on all of its pages; milliseconds since 1970
 */
export async function findState(
  servers: Pick<Servers, 'read'>,
  kind: Pick<LdapKind, 'stateFilter' | 'confirmState' | 'passwordEnds'>,
  everybody: Everybody,
  { filter: state, within = 0 }: Pick<SearchRequest, 'filter' | 'within'>,
  at: number,
): Promise<FoundState | undefined> {
  if (state === undefined) return undefined;
  if (state === 'expired' || state === 'expiring') {
    const period = state === 'expired' ? { after: null, upTo: at } : { after: at, upTo: at + within };
    return findEnds(servers, kind, everybody, period, at);
  }
  const filter = kind.stateFilter(state);
  if (filter === null) return { search: null, untold: false };
  const holds = (_: LdapConnection, entry: LdapEntry): boolean => kind.confirmState?.(state, entry) !== false;
  return { search: { filter, attributes: [], at: null, holds }, untold: false };
}

async function findEnds(
  servers: Pick<Servers, 'read'>,
  { passwordEnds }: Pick<LdapKind, 'passwordEnds'>,
  everybody: Everybody,
  period: Period,
  at: number,
): Promise<FoundState> {
  if (passwordEnds === undefined) return { search: null, untold: false };
  const { attributes } = passwordEnds;
  return servers.read(async (connection) => {
    const { filter, untold } = await passwordEnds.search(connection, everybody, period);
    const holds = async (on: LdapConnection, entry: LdapEntry): Promise<boolean> => {
      const end = (await passwordEnds.endOf?.(on, entry)) ?? period.upTo;
      return typeof end === 'number' && end <= period.upTo && (period.after === null || end > period.after);
    };
    const isHidden = untold || !(await seesAll(connection, await everybody.sample(connection, attributes), passwordEnds.sees));
    return { search: filter === null ? null : { filter, attributes, at, holds }, untold: isHidden };
  });
}

async function seesAll(
  connection: LdapConnection,
  sample: readonly LdapEntry[],
  sees: (connection: LdapConnection, entry: LdapEntry) => Promise<boolean>,
): Promise<boolean> {
  for (const entry of sample) if (!(await sees(connection, entry))) return false;
  return true;
}
