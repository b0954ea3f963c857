/** `not-known`: the source cannot be asked, or its answer is not to be trusted. Never the same as `not-breached`. */
export type BreachedAnswer = 'breached' | 'not-breached' | 'not-known';

/** Where it is known which passwords have been in a leak. */
export interface BreachedPasswords {
  /** Asks for one password, normalised. Never throws, and takes no longer than the source's time limit. */
  look(password: string): Promise<BreachedAnswer>;
  /** What `doctor` tells of it. `problem` is absent when it can be asked. */
  health(): Promise<{ source: string; facts: string; problem?: string }>;
  close(): Promise<void>;
}
