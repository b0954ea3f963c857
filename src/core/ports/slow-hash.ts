/** Argon2id with 19 MiB, two passes, one lane: the OWASP Password Storage minimum (RFC 9106). About 75 ms of one core for each call. */
export const SLOW_HASH_COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const;

/** Hashes of what people can guess, each with a salt of its own. Neither call holds up the event loop. */
export interface SlowHash {
  /** An argon2 string (PHC format). */
  hash(text: string): Promise<string>;
  /** Whether a text is the one behind an argon2 string. A string that is none matches nothing. */
  matches(stored: string, text: string): Promise<boolean>;
  /** The hash of a text that was thrown away: comparing with it takes as long as with anybody's. */
  readonly nobodys: string;
}
