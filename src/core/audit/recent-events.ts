import type { AuditRow } from '../ports/audit-store.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { termFor } from './event-terms.ts';

/** The newest events about an account, oldest first, for whoever is asked "why does no code arrive". */
export async function recentEvents(
  { audit }: Pick<Store, 'audit'>,
  account: AccountRef,
  most = 8,
): Promise<Pick<AuditRow, 'at' | 'type' | 'data'>[]> {
  const { rows } = await audit.search({ terms: [[termFor.account(account)]], limit: most });
  return rows.toReversed();
}

/** One line for an event: when, what, and the word that says why. */
export function describeEvent({ at, type, data }: Pick<AuditRow, 'at' | 'type' | 'data'>): string {
  const facts = JSON.parse(data) as { reason?: unknown; reasons?: { reason: string }[]; code?: unknown };
  const why = [facts.reason, ...(facts.reasons?.map(({ reason }) => reason) ?? []), facts.code].filter((word) => typeof word === 'string');
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')}  ${type}${why.length === 0 ? '' : ` (${why.join(', ')})`}`;
}
