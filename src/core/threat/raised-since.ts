import type { Store } from '../ports/store.ts';

/** The threat that is raised now, as what is proven now remembers it; null: none is. */
export async function threatNow({ threats }: Pick<Store, 'threats'>): Promise<string | null> {
  return (await threats.current())?.id ?? null;
}

/**
 * Whether a threat is raised that was not yet when something was proven: what was shown then may count for nothing now. Nothing is read
 * from clocks, as two nodes have two.
 * @param then what `threatNow` told; undefined, from an older version: it is not known, and so any counts
 */
export async function isRaisedSince(store: Pick<Store, 'threats'>, then: string | null | undefined): Promise<boolean> {
  const now = await threatNow(store);
  return now !== null && now !== then;
}
