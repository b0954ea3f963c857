import type { Database, Engine } from './schema.ts';
import type { Secrets } from './secrets.ts';

/** What a table file works with. `db` is a transaction's own inside a transaction. Read it anew in each verb. */
export interface TableContext {
  readonly db: Database;
  readonly engine: Engine;
  readonly secrets: Secrets;
  /** Runs in the transaction under way, or in one of its own when there is none. */
  atomically<T>(work: (db: Database) => Promise<T>): Promise<T>;
}
