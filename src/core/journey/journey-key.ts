/** With what a caller comes to a journey. */
export interface JourneyKey {
  /** The tokens that the caller holds. A browser may send several cookies of one name. */
  readonly tokens: readonly string[];
  /** The journey that is meant. null: the one that the tokens open, whichever it is. */
  readonly id: string | null;
}
