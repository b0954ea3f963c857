import type { TimeLimits } from '../ports/directory.ts';

/** Until when a write may begin, and when it is certain that it will not happen any more. Milliseconds since 1970. */
export interface WriteWindow {
  /** Nothing that writes is begun later. */
  readonly notAfter: number;
  /** The process that writes has given the write up by now; the sweeper may look. */
  readonly leaseUntil: number;
  /**
   * *Unchanged* proves that nothing was written only from here on: a server may still be at work on a request that was given up. It is
   * granted as long again as it had. No server promises an end, so this is the bound that Keyturn acts by.
   */
  readonly settledAt: number;
  /** Whoever has found nothing out by now says so: the server that was written to has not been seen since. */
  readonly givenUpAt: number;
}

/** Milliseconds that an account waits for a server that took a write and vanished. */
const GIVE_UP_AFTER = 5 * 60_000;

/** The window of a write that begins at `now`, where the slowest of the directories has these limits. */
export function writeWindow(now: number, { toBegin, request }: TimeLimits): WriteWindow {
  const notAfter = now + toBegin;
  return closing(notAfter, request);
}

/** The window of a write whose answer was lost at `now`: its last request was sent before, and no other one will be. */
export function shortenedWindow(now: number, { request }: TimeLimits): WriteWindow {
  return closing(now, request);
}

/** The same window by a clock that is so much ahead of the one it was told by; milliseconds. */
export function movedWindow({ notAfter, leaseUntil, settledAt, givenUpAt }: WriteWindow, by: number): WriteWindow {
  return { notAfter: notAfter + by, leaseUntil: leaseUntil + by, settledAt: settledAt + by, givenUpAt: givenUpAt + by };
}

function closing(notAfter: number, request: number): WriteWindow {
  const leaseUntil = notAfter + request;
  return { notAfter, leaseUntil, settledAt: leaseUntil + request, givenUpAt: leaseUntil + request + GIVE_UP_AFTER };
}

/** The widest of several limits. */
export function widestLimits(limits: readonly TimeLimits[]): TimeLimits {
  return { toBegin: Math.max(0, ...limits.map((limit) => limit.toBegin)), request: Math.max(0, ...limits.map((limit) => limit.request)) };
}
