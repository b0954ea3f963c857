/** What an error code means, and what is to be done. */
export interface Explanation {
  /** What has happened, one sentence without its full stop. */
  meaning: string;
  /** What an operator (or, for requests, a client) can do, as `shared/fix-text.ts` has it. */
  fix: string;
}
