/** What an event says; nothing, where it was erased. */
export function factsOf(data: string): Record<string, unknown> {
  return data === '' ? {} : (JSON.parse(data) as Record<string, unknown>);
}
