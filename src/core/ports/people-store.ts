import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { AccountRef } from './directory.ts';
import type { AccountRefColumns, FactorRow } from './store.ts';

/** An account that belongs to a person together with others. */
export interface PersonAccount extends AccountRefColumns {
  id: string;
  person: string;
  linkedAt: number;
  /** The journey in which both accounts were proven, or the attribute that they have in common. */
  linkedBy: string;
  /** Before this nothing of the other accounts counts for it, nor of it for them. Milliseconds since 1970. */
  countsFrom: number;
}

/** What is recorded about the person whom an account belongs to. */
export interface PersonRecord {
  /** As `FactorStore.ofAccount` tells them. */
  readonly factors: FactorRow[];
  /** As `PeopleStore.linkedTo` tells them. */
  readonly linked: PersonAccount[];
  /** Recovery is frozen for the account, or for one that is linked to it. */
  readonly frozen: boolean;
}

/** What is told of a factor without opening it. */
export type UnopenedFactor = Omit<FactorRow, 'label' | 'secret'>;

/** What is enrolled for a person, as `FactorStore.ofAccount` tells it, of which nothing was opened yet but the links. */
export interface EnrolledRecord {
  /** Of all kinds, also those that cannot be opened. */
  readonly factors: readonly UnopenedFactor[];
  /** As `PeopleStore.linkedTo` tells them. */
  readonly linked: PersonAccount[];
  /**
   * Opens those of one kind. One that cannot be opened proves nothing and is left out.
   * @param atLeast so many values are opened; where there are fewer, some that are nobody's
   */
  open(kind: FactorKind, atLeast: number): FactorRow[];
}

/** The same with what may speak against a write to the account by a journey, whose proof was complete then. */
export interface RecordBeforeWrite extends PersonRecord {
  /** Somebody else has written to it since, or may have: closed as `done` or `unknown` by another journey or none. */
  readonly written: boolean;
}

/** What a link is made with: ids that nobody has yet, when, and by which journey. */
export interface NewLink {
  /** The person, where the first account belongs to none yet. */
  person: string;
  /** Ids for the rows of the first account and of the second. */
  ids: readonly [string, string];
  now: number;
  by: string;
  /** From when on it counts, milliseconds since 1970. */
  countsFrom: number;
}

/** Whose accounts are whose. An account belongs to one person at most; one that is linked to none is a person of its own. */
export interface PeopleStore {
  /**
   * Makes `added` an account of the person whom `account` belongs to. Of any number of callers who want `added`, whoever they are,
   * for one of them.
   * @returns false: `added` belongs to somebody already, or `account` was linked meanwhile; nothing was written
   * @throws AppError `store.undecryptable` when the row of `account` was changed in the database
   */
  link(account: AccountRef, added: AccountRef, link: NewLink): Promise<boolean>;
  /** Makes the account a person of its own again; false when it was. */
  unlink(account: AccountRef): Promise<boolean>;
  /** Remembers that two accounts were parted by hand, so that nothing links them again by itself. */
  notePartings(account: AccountRef, others: readonly AccountRef[], now: number): Promise<void>;
  wereParted(account: AccountRef, other: AccountRef): Promise<boolean>;
  /**
   * Everything about the person at once: whoever needs two parts of it asks for all.
   * @param atLeast so many factors are opened; where there are fewer, some that are nobody's. As many as there are unless told
   */
  recordOf(account: AccountRef, atLeast?: number): Promise<PersonRecord>;
  /** The same, of which is opened what is asked for: it takes as long for somebody who has much else, and less. */
  enrolledOf(account: AccountRef): Promise<EnrolledRecord>;
  /**
   * As `recordOf`, for a journey that is about to write. To be asked in the transaction that begins the write.
   * @param logEnd as for `intents.wroteSince`
   */
  recordBeforeWrite(account: AccountRef, logEnd: number | undefined, journey: string): Promise<RecordBeforeWrite>;
  /** The other accounts of the person, those first that were linked first. A row that cannot be opened links nothing. */
  linkedTo(account: AccountRef): Promise<PersonAccount[]>;
  /** All accounts of the person, this one first. */
  accountsOf(account: AccountRef): Promise<AccountRef[]>;
}
