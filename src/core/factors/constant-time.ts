import { timingSafeEqual } from 'node:crypto';

/** Whether two digests are the same, in a time that does not depend on where they differ. */
export function isEqual(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Digests of nothing, as long as those of the Keys port. */
// Stryker disable next-line all: only the time that comparing them takes is wanted
const [NOBODYS, NO_ANSWER] = ['x'.repeat(43), 'y'.repeat(43)];

/**
 * Those entries whose two digests are the same. How many there are takes no time of its own below `atLeast`: so many pairs are compared
 * whoever is asked.
 */
export function withEqualDigests<T>(
  entries: readonly T[],
  digestsOf: (entry: T) => readonly [kept: string, given: string],
  atLeast: number,
): T[] {
  const found = entries.filter((entry) => isEqual(...digestsOf(entry)));
  // Stryker disable next-line all: only the time that it takes is wanted
  for (let missing = atLeast - entries.length; missing > 0; missing -= 1) isEqual(NOBODYS, NO_ANSWER);
  return found;
}
