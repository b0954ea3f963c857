import type { SealReport } from '../core/ports/store.ts';
import type { Database } from './schema.ts';
import { placeOf, SEALED_COLUMNS, type SealedTable } from './sealed-columns.ts';
import type { Secrets } from './secrets.ts';
import { isUnderstood } from './understood.ts';

const PAGE = 200;
type Row = Record<string, string | number | null>;

/**
 * Looks at every sealed value there is, a page at a time, and seals those of other keys anew with the first one if asked to.
 * A value that changes meanwhile is left to whoever changed it. Safe beside running nodes.
 */
export async function walkSealed(db: Database, secrets: Secrets, reseal: boolean): Promise<SealReport> {
  const report: SealReport = { first: secrets.keyIds[0], sealedBy: {}, resealed: 0, unreadable: [], notUnderstood: [] };
  for (const table of Object.keys(SEALED_COLUMNS) as SealedTable[]) {
    const counts = { unreadable: 0, notUnderstood: 0, fine: 0 };
    for await (const row of rowsOf(db, table)) counts[await look(db, secrets, table, row, reseal, report)] += 1;
    for (const kind of ['unreadable', 'notUnderstood'] as const) {
      if (counts[kind] > 0) report[kind].push({ table, rows: counts[kind] });
    }
  }
  return report;
}

/** The first column that a value is bound to names its row. */
async function* rowsOf(db: Database, table: SealedTable): AsyncGenerator<Row> {
  const [id] = SEALED_COLUMNS[table].bound;
  for (let last: string | number | null = null; ; ) {
    const rows = (await db
      .selectFrom(table as 'journeys')
      .selectAll()
      .$if(last !== null, (query) => query.where(id as 'id', '>', last as string))
      .orderBy(id as 'id')
      .limit(PAGE)
      .execute()) as unknown as Row[];
    yield* rows;
    if (rows.length < PAGE) return;
    last = rows.at(-1)?.[id] ?? null;
  }
}

/** @returns what became of the value when it was opened */
async function look(
  db: Database,
  secrets: Secrets,
  table: SealedTable,
  row: Row,
  reseal: boolean,
  report: SealReport,
): Promise<'fine' | 'unreadable' | 'notUnderstood'> {
  const { sealed, bound } = SEALED_COLUMNS[table];
  const value = String(row[sealed]);
  // Emptied when it had no further use.
  if (value === '') return 'fine';
  const place = placeOf(table, row);
  let plain: string;
  try {
    plain = secrets.open(place, value);
  } catch {
    return 'unreadable';
  }
  const found = isUnderstood(table, row, plain) ? 'fine' : 'notUnderstood';
  const key = value.split('.')[1] ?? '';
  if (!reseal || key === report.first) {
    report.sealedBy[key] = (report.sealedBy[key] ?? 0) + 1;
    return found;
  }
  const changed = await db
    .updateTable(table as 'journeys')
    .set({ [sealed]: secrets.seal(place, plain) })
    .where(bound[0] as 'id', '=', row[bound[0]] as string)
    .where(sealed as 'state', '=', value)
    .executeTakeFirst();
  report.resealed += Number(changed.numUpdatedRows);
  return found;
}
