import type { AccountFacts } from './directory.ts';
import type { EmbeddedAccountRow } from './embedded-store.ts';

/** Somebody who is to be kept. Of what is absent the directory knows nothing. */
export interface NewPerson {
  readonly login: string;
  readonly displayName: string;
  readonly givenName?: string;
  readonly surname?: string;
  readonly mail?: string;
  readonly mobile?: string;
  readonly employeeNumber?: string;
  /** BCP 47. */
  readonly language?: string;
  /** Names of groups. */
  readonly groups?: readonly string[];
  readonly managerId?: string;
  /** The first password has to be changed at the first sign-in. */
  readonly mustChange?: boolean;
}

/** People whom Keyturn keeps itself, in the embedded directory alone: all others are added and removed where they are kept. */
export interface KeptPeople {
  /**
   * Makes the row of somebody, and keeps nothing.
   * @param id new, and never used again
   * @param passwordHash as `hashPassword` makes it
   * @throws AppError `request.malformed` when the sign-in name is none
   */
  rowOf(person: NewPerson, id: string, passwordHash: string): EmbeddedAccountRow;
  /** What is known of somebody as their row tells it, for who judges their first password. */
  factsOf(row: EmbeddedAccountRow): AccountFacts;
  hashPassword(password: string): Promise<string>;
}
