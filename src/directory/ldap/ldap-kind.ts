import type { Filter } from 'ldapts';
import type { Account, SearchRequest } from '../../core/ports/directory.ts';
import type { DirectoryNote } from '../../core/ports/directory-health.ts';
import type { LdapEntry } from './entry.ts';
import { anyOf, identifierEquals } from './filters.ts';
import type { PasswordEnds } from './password-ends.ts';
import type { LdapResult } from './result-codes.ts';
import type { Probed } from './servers.ts';
import type { SignInProblem } from './sign-in-problem.ts';

/** States that stand on an entry, whatever the time is. */
export type MarkedState = Exclude<NonNullable<SearchRequest['filter']>, 'expired' | 'expiring'>;

/** What one kind of LDAP directory tells about itself; the rest is the same for all. */
export interface LdapKind {
  /** Entries that are people's accounts. */
  readonly people: Filter;
  /** Entries that people are kept below, and that are none themselves. */
  readonly containers: Filter;
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
  stateFilter(state: MarkedState): Filter | null;
  /** Takes entries out that the filter for a state matched too widely; their attributes are `accountAttributes`. */
  confirmState?(state: MarkedState, entry: LdapEntry): boolean;
  /** Absent: this kind cannot be searched by the end of passwords. */
  readonly passwordEnds?: PasswordEnds;
  /** The server's clock, in milliseconds, as its root DSE tells. */
  serverTime?(rootDse: Probed['rootDse']): number | null;
  /** Why the service account was refused, where this kind of server tells more than a result code. */
  explainSignIn?(result: LdapResult): SignInProblem | null;
  /** Lines for the health page. */
  notes(probed: readonly Probed[]): DirectoryNote[];
}

/** An identifier filter over plain attributes: any of them equals the text. */
export function anyAttributeEquals(attributes: readonly string[], value: string): Filter {
  return anyOf(...attributes.map((attribute) => identifierEquals(attribute, value)));
}
