import type { Change, Control, Filter } from 'ldapts';
import type { LdapEntry } from './entry.ts';
import type { LdapResult } from './result-codes.ts';
import type { RootDse } from './root-dse.ts';
import type { SeenOutcome } from './server-health.ts';

export interface SearchOptions {
  readonly scope: 'base' | 'one' | 'sub';
  readonly filter?: Filter;
  readonly attributes: readonly string[];
  /** Attributes whose values are bytes, spelt as the server spells them. */
  readonly binary?: readonly string[];
  readonly sizeLimit?: number;
  /** Milliseconds for this request, where it may take less than others. */
  readonly timeLimit?: number;
  readonly controls?: readonly Control[];
}

export interface SearchAnswer {
  readonly result: LdapResult;
  readonly entries: LdapEntry[];
}

/**
 * One connection to one server. Every call answers within the operation time limit; an answer of the server, good or bad, is
 * returned, and only a lost connection is thrown:
 * - `directory.unreachable` (details.reason `connection-lost`): nothing was sent
 * - `directory.unreachable` (details.reason `deadline`): a write was not sent because it came too late; the connection stays
 * - `directory.timed-out`: a search or bind was sent and not answered
 * - `directory.outcome-unknown`: a write was sent and not answered
 * - `directory.protocol`: the answer cannot be understood
 * After any of these the connection is closed. It never reconnects by itself: a library that does would go on without the bind.
 */
export interface LdapConnection {
  readonly server: string;
  /** Milliseconds since 1970 until which the certificate of the server is valid; null: not known. */
  readonly certificateEnds: number | null;
  /**
   * What the server offers, as it shows it to the service account. Nothing is known before `readRootDse` or `takeRootDse`: many
   * servers show it to nobody who has not signed in.
   * @throws AppError `directory.root-hidden` before that
   */
  readonly rootDse: RootDse;
  /** Open, and not known to be broken. */
  readonly usable: boolean;
  /**
   * Requests sent so far that can have an effect (writes, binds), but for writes that the server answered it has not done. When it has
   * grown, work must not be repeated elsewhere.
   */
  readonly effects: number;
  /** Those of them that write. When it has grown, "nothing was changed" is no longer true. */
  readonly writes: number;
  /** Writes that the server has answered with success. When it has grown, something was changed, whatever comes after. */
  readonly changes: number;
  readonly lastUsed: number;
  /** `performance.now()` after which no write is begun; the one who has work done sets it for that work. */
  writeUntil: number;
  /** Is told what became of each request from when it is set. */
  watcher: ((outcome: SeenOutcome) => void) | null;
  /**
   * Simple bind (RFC 4513 section 5.1.3). An empty password is never sent: servers may take it as anonymous (section 5.1.2).
   * @param timeLimit milliseconds, where it may take less than other requests
   */
  bind(name: string, password: string, controls?: Control[], timeLimit?: number): Promise<LdapResult>;
  search(base: string, options: SearchOptions): Promise<SearchAnswer>;
  /** Pages through a result (RFC 2696) on this connection. An unsuccessful result ends the pages and is thrown by the caller's reading of `result`. */
  pages(base: string, options: SearchOptions, pageSize: number): AsyncGenerator<SearchAnswer>;
  modify(dn: string, changes: Change[], controls?: Control[]): Promise<LdapResult>;
  /** An extended operation that writes, such as a password modification. */
  extended(oid: string, value: Buffer, controls?: Control[]): Promise<LdapResult>;
  /**
   * To be called when signed in.
   * @param timeLimit milliseconds, where it may take less than other requests
   * @throws AppError `directory.root-hidden`
   */
  readRootDse(timeLimit?: number): Promise<void>;
  /** Takes what another connection to the same server read, where nobody may sign in before. */
  takeRootDse(rootDse: RootDse): void;
  /** As whom the server knows this connection, `dn:...` or `u:...` (RFC 4532); null when it does not say. */
  whoAmI(): Promise<string | null>;
  close(): void;
}
