import type { AuditRow } from '../ports/audit-store.ts';
import type { Store } from '../ports/store.ts';
import { acknowledgedBy, END_ACKNOWLEDGED_EVENT, END_PUT_BACK_EVENT } from './chain.ts';
import { termFor } from './event-terms.ts';
import { factsOf } from './facts-of.ts';

const PAGE = 500;

/** What the log itself says of its end having been put back. */
export interface EndMarks {
  /** Each time that it was found, the newest first: the number of the event, when (milliseconds since 1970), and where the log had ended. */
  readonly found: readonly { readonly seq: number; readonly at: number; readonly was: number }[];
  /** Numbers of those that nobody has acknowledged. */
  readonly open: readonly number[];
  /** When who has the console last said that a backup was put back; milliseconds since 1970. null: never. */
  readonly restoredAt: number | null;
}

/** Reads it by the index of the history. */
export async function readEndMarks({ audit }: Pick<Store, 'audit'>): Promise<EndMarks> {
  // Stryker disable next-line ArrayDeclaration: what is no event has no type that is looked at
  const rows: AuditRow[] = [];
  for (let before: number | undefined; ; ) {
    const page = await audit.search({ terms: [[termFor.group('administration')]], before, limit: PAGE });
    // Stryker disable next-line MethodExpression: only keeps less in memory; what is made of the rows looks at their types itself
    rows.push(...page.rows.filter(({ type }) => [END_PUT_BACK_EVENT, END_ACKNOWLEDGED_EVENT, 'database.restored'].includes(type)));
    if (page.next === null) break;
    before = page.next;
  }
  const found = rows
    .filter(({ type }) => type === END_PUT_BACK_EVENT)
    .map(({ seq, at, data }) => ({ seq, at, was: Number(factsOf(data).was ?? seq) }));
  const known = new Set(rows.filter(({ type }) => type === END_ACKNOWLEDGED_EVENT).flatMap(({ data }) => acknowledgedBy(data)));
  const restored = rows.find(({ type }) => type === 'database.restored');
  return { found, open: found.map(({ seq }) => seq).filter((seq) => !known.has(seq)), restoredAt: restored?.at ?? null };
}
