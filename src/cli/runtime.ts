import type { DemoDirectoryKind } from '../config/demo-directories.ts';
import type { Settings } from '../config/settings.ts';
import type { CheckContext } from '../core/configuration/check-context.ts';
import type { Configuration } from '../core/configuration/document.ts';
import type { BreachedPasswords } from '../core/ports/breached-passwords.ts';
import type { Directory } from '../core/ports/directory.ts';
import type { DirectoryFinder } from '../core/ports/directory-finder.ts';
import type { HeadNote } from '../core/ports/head-note.ts';
import type { OpenIdProvider } from '../core/ports/open-id-provider.ts';
import type { Clock, Keys, Log, Mailer, Random, SmsSender, Texts } from '../core/ports/platform.ts';
import type { Store } from '../core/ports/store.ts';
import type { WordDictionary } from '../core/ports/word-dictionary.ts';

/**
 * What the composition root (`src/main.ts`) hands to a command. Commands never construct an adapter themselves.
 * `close` ends every connection and may be called once.
 */
export interface Runtime {
  readonly store: Store;
  /** Empty when only the store was asked for, or no configuration has been accepted yet. */
  readonly directories: readonly Directory[];
  /** Null in the same cases. */
  readonly mailer: Mailer | null;
  /** Null in the same cases, and when the configuration has no texts. */
  readonly sms: SmsSender | null;
  /** Null in the same cases, and when the configuration names no source. */
  readonly breached: BreachedPasswords | null;
  /** Null in the same cases, and when the configuration names no files. */
  readonly dictionary: WordDictionary | null;
  /** Null in the same cases, and when people come in by none. */
  readonly openId: OpenIdProvider | null;
  /** What they were opened for; null in the same cases. */
  readonly configuration: Configuration | null;
  readonly texts: Texts;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly keys: Keys;
  /** Where this node notes the end of the audit log; absent where it notes none. */
  readonly headNote?: HeadNote;
  /** The database server's clock, milliseconds since 1970; null where it has none of its own. */
  databaseTime(): Promise<number | null>;
  close(): Promise<void>;
}

export interface RuntimeOptions {
  /** Opens the store alone: for commands that must work while the configuration in it does not. */
  only?: 'store';
  /** `as-it-is`: the schema is not brought up to date; one that is older is refused (`store.older-schema`). */
  schema?: 'as-it-is';
  /** Opens the adapters of this one in place of the one in force. */
  configuration?: Configuration;
}

/** A server that accepts requests. */
export interface RunningServer {
  /** Where it listens, for example `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Resolves to why, when it must not go on: a newer release has changed the schema of the database. It is to be closed then. */
  readonly givenUp: Promise<unknown>;
  /** There is no configuration yet: the address, with its secret, at which one browser sets everything up. */
  readonly setUpLink?: string;
  /** Stops accepting, finishes what is running, closes everything. */
  close(): Promise<void>;
}

export interface ServerOptions {
  /** Lines worth showing once at start, for example what is not safe about the configuration. */
  onNotice?: (line: string) => void;
}

/** A file of breached passwords, as the commands about it see it. */
export interface BreachedFilter {
  readonly description: {
    readonly hash: 'sha1' | 'ntlm';
    readonly bits: number;
    readonly hashes: number;
    readonly list: string;
    readonly listSha256: string;
    readonly importedAt: string;
    readonly id: number;
    readonly shards: readonly unknown[];
  };
  /** Bytes on the disk. */
  readonly size: number;
  /** Whether a normalised password is in the list. @throws AppError `breached.file-damaged` */
  contains(password: string): Promise<boolean>;
  /** Reads all of the file. @throws AppError `breached.file-damaged` */
  verify(): Promise<void>;
  close(): Promise<void>;
}

export interface BreachedImportProgress {
  readonly phase: 'skip' | 'read' | 'build';
  readonly done: number;
  readonly total: number;
  /** Hashes read until now. */
  readonly lines: number;
}

export interface BreachedImportOptions {
  readonly list: string;
  readonly target: string;
  readonly bits: 8 | 16;
  readonly sha256?: string | undefined;
  readonly onProgress: (progress: BreachedImportProgress) => void;
}

/** What `src/main.ts` exports for the command line. */
export interface CompositionRoot {
  /** Opens the database (and migrates it), then the adapters of the current configuration. */
  openRuntime(settings: Settings, options?: RuntimeOptions): Promise<Runtime>;
  /** What keeps a section of the configuration from being opened, as its adapter says. */
  readonly sectionProblems: CheckContext['sectionProblems'];
  /** Finds out what is behind an address. */
  directoryFinder(): DirectoryFinder;
  /** Makes a file of breached passwords. @throws AppError `breached.*` */
  importBreached(
    options: BreachedImportOptions,
  ): Promise<{ description: BreachedFilter['description']; lines: number; continued: boolean }>;
  /** @throws AppError `breached.file-missing`, `breached.file-damaged` */
  openBreached(file: string): Promise<BreachedFilter>;
  /** Copies the file of an SQLite database, also while a server uses it. @throws AppError `store.unavailable` */
  backupDatabase(from: string, to: string): Promise<void>;
  /**
   * Moves all rows of an SQLite file to an empty PostgreSQL database, or none.
   * @returns how many rows each table has there
   * @throws AppError `store.in-use`, `store.not-empty`, `store.older-schema`, `store.unavailable`, `store.unsuitable`
   */
  moveDatabase(settings: Settings, from: string, to: string): Promise<readonly { table: string; rows: number }[]>;
  startServer(settings: Settings, options?: ServerOptions): Promise<RunningServer>;
  /** Readies configuration and people of the demo; `close` ends the directory server it started, if any. */
  prepareDemo(settings: Settings, directory: DemoDirectoryKind): Promise<{ hints: string[]; close(): Promise<void> }>;
}
