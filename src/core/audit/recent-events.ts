import type { AuditRow } from '../ports/audit-store.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';

/** How far back is looked, in events of everybody: enough for a call, little enough for a quick answer. */
const LOOK_BACK = 5000;

/** The newest events about an account, oldest first, for whoever is asked "why does no code arrive". */
export async function recentEvents(
  { audit }: Pick<Store, 'audit'>,
  account: AccountRef,
  most = 8,
): Promise<Pick<AuditRow, 'at' | 'type' | 'data'>[]> {
  const { seq } = await audit.head();
  const rows: AuditRow[] = [];
  for (let after = Math.max(0, seq - LOOK_BACK); after < seq; after += 500) rows.push(...(await audit.read(after, 500)));
  const names = `"id":${JSON.stringify(account.id)}`;
  return rows.filter(({ data }) => isAbout(data, names)).slice(-most);
}

/** Who helped as an agent is named in events that are about somebody else. */
function isAbout(data: string, names: string): boolean {
  if (!data.includes(names)) return false;
  const { agent: _agent, receipt: _receipt, backing: _backing, ...facts } = JSON.parse(data) as Record<string, unknown>;
  return JSON.stringify(facts).includes(names);
}

/** One line for an event: when, what, and the word that says why. */
export function describeEvent({ at, type, data }: Pick<AuditRow, 'at' | 'type' | 'data'>): string {
  const facts = JSON.parse(data) as { reason?: unknown; reasons?: { reason: string }[]; code?: unknown };
  const why = [facts.reason, ...(facts.reasons ?? []).map(({ reason }) => reason), facts.code].filter((word) => typeof word === 'string');
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')}  ${type}${why.length === 0 ? '' : ` (${why.join(', ')})`}`;
}
