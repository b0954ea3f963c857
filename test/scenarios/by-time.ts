/**
 * Messages by when they were taken, the newest first. Those of the same millisecond stay in the order in which a node keeps them, the newest
 * first as well; between nodes nobody can tell.
 */
export function newestFirst<T extends { readonly at: string }>(messages: readonly T[]): T[] {
  return messages.toSorted((one, other) => other.at.localeCompare(one.at));
}

/** The other way round. */
export function oldestFirst<T extends { readonly at: string }>(messages: readonly T[]): T[] {
  return newestFirst(messages).reverse();
}
