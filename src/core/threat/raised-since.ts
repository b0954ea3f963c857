import type { Store } from '../ports/store.ts';

/**
 * Whether a threat was raised after an instant (milliseconds since 1970) and is not lifted: what was proven before may rest on what does
 * not count any more.
 */
export async function isRaisedSince({ threats }: Pick<Store, 'threats'>, at: number): Promise<boolean> {
  const threat = await threats.current();
  return threat !== null && threat.raisedAt > at;
}
