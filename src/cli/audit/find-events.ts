import type { AuditRow } from '../../core/ports/audit-store.ts';

/** The events of every journey that began with a name of this digest, oldest first. */
export async function* eventsAbout(rows: AsyncIterable<AuditRow>, nameDigest: string): AsyncGenerator<AuditRow> {
  const journeys = new Set<unknown>();
  for await (const row of rows) {
    const facts = JSON.parse(row.data) as { nameDigest?: unknown; journey?: unknown };
    if (facts.nameDigest === nameDigest && facts.journey !== undefined) journeys.add(facts.journey);
    if (facts.journey !== undefined && journeys.has(facts.journey)) yield row;
  }
}
