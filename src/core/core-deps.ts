import type { Configuration } from './configuration/document.ts';
import type { BreachedPasswords } from './ports/breached-passwords.ts';
import type { Directory } from './ports/directory.ts';
import type { OutboxLane } from './ports/outbox-store.ts';
import type { Background, Clock, Keys, Log, Random, Texts, Work } from './ports/platform.ts';
import type { SlowHash } from './ports/slow-hash.ts';
import type { Store } from './ports/store.ts';
import type { WebAuthn } from './ports/web-authn.ts';
import type { WordDictionary } from './ports/word-dictionary.ts';

/** The directories of the configuration in force. */
export interface Directories {
  all(): readonly Directory[];
  /** @throws AppError `directory.not-configured` */
  get(id: string): Directory;
}

/** What every use case is given. Built once, in src/main.ts. */
export interface CoreDeps {
  readonly store: Store;
  readonly directories: Directories;
  readonly configuration: () => Configuration;
  /** The source of breached passwords in force; null when none is configured. */
  readonly breached: () => BreachedPasswords | null;
  /** The dictionary in force; null when none is configured. */
  readonly dictionary: () => WordDictionary | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly keys: Keys;
  readonly work: Work;
  readonly slowHash: SlowHash;
  readonly webAuthn: WebAuthn;
  readonly log: Log;
  readonly texts: Texts;
  readonly background: Background;
  /** Tells the outbox worker, after a commit, that there is work. Losing the call only delays it. */
  readonly wakeOutbox: (lane: OutboxLane) => void;
}
