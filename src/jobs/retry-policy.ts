import type { OutboxLane, OutboxRow } from '../core/ports/outbox-store.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

/** When work that failed is tried again. Times in milliseconds. */
export interface RetryPolicy {
  /** Wait after the first failure; it doubles with each further one. */
  firstDelay: number;
  longestDelay: number;
  /** Age of the work after which it is not tried again. Work with an `expiresAt` ends there instead. */
  giveUpAfter: number;
}

/** A code must come while somebody waits for it; a notice must come at all. */
export const RETRY_POLICIES: Readonly<Record<OutboxLane, RetryPolicy>> = {
  code: { firstDelay: SECOND, longestDelay: 30 * SECOND, giveUpAfter: HOUR },
  notice: { firstDelay: 5 * SECOND, longestDelay: HOUR, giveUpAfter: 24 * HOUR },
  bulk: { firstDelay: 30 * SECOND, longestDelay: 2 * HOUR, giveUpAfter: 48 * HOUR },
};

/** Tries of work that fails in a way nobody foresaw: more would only repeat a fault of ours. */
export const UNEXPECTED_TRIES = 5;

/**
 * Tries of anything. Back-off reaches no policy's end with so many: only work that never gets as far as failing does, for
 * example because it takes the process down with it.
 */
export const MOST_TRIES = 100;

/**
 * When to try again: doubling waits, each longer by up to a fifth so that what failed together does not come back together.
 * The share is drawn from the row's id: no random is needed, and no two nodes disagree.
 * @returns milliseconds since 1970, or why there is no further try
 */
export function nextTry(
  policy: RetryPolicy,
  row: Pick<OutboxRow, 'id' | 'attempts' | 'createdAt' | 'expiresAt'>,
  now: number,
): { runAt: number } | { over: 'expired' | 'exhausted' } {
  const runAt = now + waitAfter(policy, row);
  if (row.expiresAt !== null) return runAt < row.expiresAt ? { runAt } : { over: 'expired' };
  return runAt < row.createdAt + policy.giveUpAfter ? { runAt } : { over: 'exhausted' };
}

/** Milliseconds from a try that failed to the next one. */
export function waitAfter({ firstDelay, longestDelay }: RetryPolicy, { id, attempts }: Pick<OutboxRow, 'id' | 'attempts'>): number {
  const wait = Math.min(longestDelay, firstDelay * 2 ** Math.min(30, Math.max(0, attempts - 1)));
  return Math.round(wait * (1 + shareOf(`${id}:${attempts}`) / 5));
}

/** Milliseconds beyond which no row waits for a try. */
export function longestWait({ longestDelay }: RetryPolicy): number {
  return longestDelay * 1.2;
}

/** 0 (included) to 1 (excluded), always the same for the same text: FNV-1a, 32 bits. */
function shareOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash / 2 ** 32;
}
