import type { Store } from '../../src/core/ports/store.ts';

type Verb = (...given: unknown[]) => unknown;
type Tables = Record<string, Record<string, Verb> | Verb>;

/**
 * Notes each verb of a store that is asked from now on, in transactions too, as `table.verb`.
 * @param hear told of each with what it was given
 */
export function recordVerbs(store: Store, hear?: (verb: string, given: readonly unknown[]) => void): { readonly asked: string[] } {
  const asked: string[] = [];
  const watch = (tables: Tables): void => {
    for (const [table, verbs] of Object.entries(tables)) {
      if (typeof verbs !== 'object' || verbs === null) continue;
      for (const [verb, own] of Object.entries(verbs)) {
        if (typeof own !== 'function') continue;
        verbs[verb] = (...given) => {
          asked.push(`${table}.${verb}`);
          hear?.(`${table}.${verb}`, given);
          return own(...given);
        };
      }
    }
  };
  const tables = store as unknown as Tables;
  watch(tables);
  const transaction = store.transaction;
  tables.transaction = ((work: (inner: Store) => Promise<unknown>, ...rest: []) =>
    transaction(
      (inner) => {
        const copy = Object.fromEntries(
          Object.entries(inner).map(([name, verbs]) => [name, typeof verbs === 'object' ? { ...verbs } : verbs]),
        );
        watch(copy as Tables);
        return work(copy as unknown as Store);
      },
      ...rest,
    )) as Verb;
  return { asked };
}
