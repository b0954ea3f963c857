import type { AuditSeals } from '../core/audit/seals.ts';
import type { AuditEntry, AuditHead } from '../core/ports/audit-store.ts';
import type { Log } from '../core/ports/platform.ts';
import type { Database, Engine } from './schema.ts';
import type { Secrets } from './secrets.ts';

/** The keys of the audit chain, as this node knows them. */
export interface AuditKeyring {
  seals(): AuditSeals;
  /** Looks for keys that another node has made since. */
  reload(db: Database): Promise<AuditSeals>;
  /** The end of the chain as this process wrote it last, whether that was committed or not; null: it has written none. */
  end: AuditHead | null;
  /** The same of what was committed: nothing that was lies behind it again, unless somebody has put it back. */
  committed: AuditHead | null;
}

/** Events of the transaction under way that are not written yet; see `recorded-events.ts`. */
export interface Recorded {
  events: AuditEntry[];
  /** PostgreSQL: the end of the log, locked for the rest of the transaction; null: nothing was recorded in it. */
  end: AuditHead | null;
}

/** What a table file works with. `db` is a transaction's own inside a transaction. Read it anew in each verb. */
export interface TableContext {
  readonly db: Database;
  readonly engine: Engine;
  readonly secrets: Secrets;
  readonly audit: AuditKeyring;
  readonly log: Log;
  /** Hears the type of each event that is appended to the audit log; inside a transaction it counts when that is committed. */
  readonly noteEvent: (type: string) => void;
  /** Hears of the end of the audit log once it is committed. */
  readonly noteEnd: (end: AuditHead) => void;
  /** null: no transaction is under way. */
  readonly recorded: Recorded | null;
  /** Runs in the transaction under way, or in one of its own when there is none. */
  atomically<T>(work: (db: Database) => Promise<T>): Promise<T>;
}
