/** JSON with sorted keys and without `undefined`, so that the same facts always have the same bytes. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    const facts = inner as Record<string, unknown>;
    return Object.fromEntries(
      Object.keys(facts)
        .toSorted()
        .map((key) => [key, facts[key]]),
    );
  });
}
