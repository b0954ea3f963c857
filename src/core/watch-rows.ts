import type { Clock } from './ports/platform.ts';

/** A row that another process may be at. `mark` changes whenever somebody takes it, goes on with it, or has done with it. */
export interface WatchedRow {
  readonly id: string;
  readonly mark: string;
}

/**
 * Reads once what others may be at, and tells for how long this process has itself seen each of it unchanged, in milliseconds; 0 at first
 * sight. What is not there any more is forgotten.
 */
export type Watch<Row extends WatchedRow> = (read: () => Promise<readonly Row[]>) => Promise<(Row & { readonly unchangedFor: number })[]>;

/**
 * Watches what other processes may be at. Until when one of them has a row is told by its own clock, which may be minutes from ours; so a
 * row is taken from it only when it was watched for as long as it may take, by a time of ours that only goes on (decision 0138). That is
 * never too early, since the watching begins after the row was taken, and it is too late by one look at the most.
 */
export function createWatch<Row extends WatchedRow>({ monotonic }: Pick<Clock, 'monotonic'>): Watch<Row> {
  let seen = new Map<string, { mark: string; since: number }>();
  return async (read) => {
    // The time of a look is told so that a slow one makes nothing older: what is new to us was read before the end of it, what is old after its beginning.
    const begun = monotonic();
    const rows = await read();
    const ended = monotonic();
    const before = seen;
    seen = new Map();
    return rows.map((row) => {
      const known = before.get(row.id);
      const since = known?.mark === row.mark ? known.since : ended;
      seen.set(row.id, { mark: row.mark, since });
      return { ...row, unchangedFor: Math.max(0, begun - since) };
    });
  };
}
