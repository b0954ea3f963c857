import type { Account } from './directory.ts';

/**
 * Why it is not known who the direct manager is:
 *
 * - `not-told`  the directory tells none: nobody is named, or the attribute is hidden, which looks the same
 * - `not-found` the one who is named cannot be read as a person here: in another domain, on another server, outside of the base DN,
 *   hidden, or gone
 * - `several`   more than one is named
 */
export type ManagerUnknown = 'not-told' | 'not-found' | 'several';

/** The direct manager of an account. `manager` null: it is known that there is none, which only the embedded directory can tell. */
export type DirectManager =
  | { readonly known: true; readonly manager: Account | null }
  | { readonly known: false; readonly because: ManagerUnknown };
