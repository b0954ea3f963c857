import { isAppError } from '../../shared/errors.ts';
import type { TableContext } from './context.ts';
import type { SealedTable } from './sealed-columns.ts';

/** Rows that were logged already: each is told once by a node, not every time it is met. */
const told = new Set<string>();
/** Beyond this many the memory of what was told begins anew. */
const MOST_TOLD = 10_000;

/**
 * Opens the rows that can be opened and leaves out the others, so that one that was damaged or changed in the database does
 * not hold up those read with it. What was left out is logged with what to do, and counted by `keyturn doctor`.
 */
export function readable<R extends object, T>(context: TableContext, table: SealedTable, rows: readonly R[], open: (row: R) => T): T[] {
  return rows.flatMap((row) => {
    try {
      return [open(row)];
    } catch (error) {
      // A JSON error quotes what it failed on, and that was sealed: it is told by its kind alone.
      const isDamaged = error instanceof SyntaxError || (error instanceof Error && error.name === 'ZodError');
      if (!isDamaged && !isAppError(error, 'store.undecryptable')) throw error;
      tell(context, table, row, isDamaged ? 'unparsable' : String((error as { details?: { reason?: unknown } }).details?.reason));
      return [];
    }
  });
}

function tell(context: TableContext, table: SealedTable, row: object, reason: string): void {
  const id = 'id' in row ? String(row.id) : '';
  if (told.has(`${table}|${id}`)) return;
  if (told.size >= MOST_TOLD) told.clear();
  told.add(`${table}|${id}`);
  const fix =
    reason === 'key-not-in-ring'
      ? 'add the missing key to `keys`'
      : 'find out who can write to the database; restore the row, or delete it';
  context.log.error('store.row-unreadable', { table, id, reason, fix });
}
