export type CountOutcome = 'running' | 'done' | 'cancelled' | 'failed';

/** One count of all people. */
export interface PeopleCountRow {
  readonly id: string;
  /** Version of the configuration whose rules are counted by. */
  readonly configuration: number;
  /** Who began it, for those who see it. */
  readonly author: string;
  readonly begunAt: number;
  /** When it last said how far it is, or ended; milliseconds since 1970. */
  readonly seenAt: number;
  /** People who were looked at. */
  readonly looked: number;
  readonly outcome: CountOutcome;
  /** Code of the error that ended it. */
  readonly problem: string | null;
  /** JSON, once it is done. */
  readonly numbers: string | null;
}

/** Counts of people. Of any number of nodes one counts at a time. Kept are the one that goes on or was last, and the last that was done. */
export interface PeopleCountStore {
  /** The one that goes on, else the last one. */
  latest(): Promise<PeopleCountRow | null>;
  lastDone(): Promise<PeopleCountRow | null>;
  /**
   * Begins one, for one of any number of callers; the others wait for it. One that was not seen after `notSeenSince` belongs to a node that
   * has died: it has failed.
   * @param row.wait a random name of who waits
   * @returns false: another one goes on
   */
  begin(
    row: Pick<PeopleCountRow, 'id' | 'configuration' | 'author' | 'begunAt'> & { readonly wait: string },
    notSeenSince: number,
  ): Promise<boolean>;
  /** Says how far it is. @returns false: it goes on no more, and whoever counts stops */
  progress(id: string, looked: number, now: number): Promise<boolean>;
  /** Ends the one that goes on. @returns false: it was ended before */
  end(
    id: string,
    how: Pick<PeopleCountRow, 'looked' | 'problem' | 'numbers'> & { outcome: Exclude<CountOutcome, 'running'>; now: number },
  ): Promise<boolean>;
  /**
   * Keeps a part of what a count found of everybody, until it fails, the next one is done, or thirty days are over (`tidy`). It is sealed:
   * people are named in it.
   */
  keepPart(id: string, part: number, facts: string): Promise<void>;
  /** @returns null: there is none. @throws AppError `store.undecryptable` */
  readPart(id: string, part: number): Promise<string | null>;
  /** Somebody waits no more: cancels the one that goes on when they were the last. @returns false: it goes on, or none does */
  leave(wait: string, now: number): Promise<boolean>;
  /** Cancels the one that goes on, whichever node counts and whoever waits. @returns false: none does */
  cancel(now: number): Promise<boolean>;
}
