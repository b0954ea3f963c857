import type { Filter } from 'ldapts';
import type { LdapConnection } from './connection.ts';
import type { LdapEntry } from './entry.ts';
import { seesAttributes } from './sees-attributes.ts';
import type { ServerCache } from './server-cache.ts';

/** When a password ends by its age, milliseconds since 1970, or that it never does; `not-told`: the directory does not say. */
export type PasswordEnd = number | 'never' | 'not-told';

/** Ends after `after` (null: whenever before) and not later than `upTo`; milliseconds since 1970. */
export interface Period {
  readonly after: number | null;
  readonly upTo: number;
}

/** Whom to look at for passwords that end in a period. */
export interface EndSearch {
  /** Finds all of whom the directory tells it, and maybe others; null: nobody's password ends then. */
  readonly filter: Filter | null;
  /** Of some people of the directory, whoever is looked for, it does not tell when their passwords end: they are not found. */
  readonly untold: boolean;
}

/** How one kind of directory is searched for people by the end of their passwords. */
export interface PasswordEnds {
  /** Attributes that `sees` and `endOf` want on an entry. */
  readonly attributes: readonly string[];
  /** Whether an entry, which was read with `attributes`, shows all by which its end could be found. */
  sees(connection: LdapConnection, entry: LdapEntry): Promise<boolean>;
  /** @param people finds everybody of the directory, below `baseDn` */
  search(connection: LdapConnection, where: { readonly baseDn: string; readonly people: Filter }, period: Period): Promise<EndSearch>;
  /**
   * When the password of somebody ends whom the filter found; of who must change theirs `never`, as that is another state. Absent: the
   * filter finds nobody else.
   */
  endOf?(connection: LdapConnection, entry: LdapEntry): Promise<PasswordEnd>;
}

/** `PasswordEnds.sees` where an entry shows all of the attributes, or that it has none of them. */
export function seesEach(cache: ServerCache, attributes: readonly string[]): PasswordEnds['sees'] {
  return (connection, entry) => seesAttributes(connection, cache, entry, attributes);
}
