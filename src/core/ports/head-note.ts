/** Where the audit log ended at a time, as it was noted outside of the database. */
export interface NotedHead {
  readonly seq: number;
  readonly hash: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Hash of the first event: tells the log of one database from that of another. */
  readonly log: string;
}

/** A place of the node's own for it, which whoever can write to the database alone does not reach. */
export interface HeadNote {
  /** null: nothing is noted, or not what this program writes. */
  read(): Promise<NotedHead | null>;
  write(head: NotedHead): Promise<void>;
}
