import { sql, type Transaction } from 'kysely';
import { AppError, isAppError } from '../../shared/errors.ts';
import type { Log } from '../core/ports/platform.ts';
import { refuseOlderSchema } from './migrate.ts';
import { openForMaintenance, preparePostgres } from './postgres.ts';
import type { Database, Schema } from './schema.ts';
import { openSqlite } from './sqlite.ts';

/** Rows that are read and written at once. PostgreSQL takes 65,535 parameters in a statement; no table has 50 columns. */
const PAGE = 500;

/** Tables in which a fresh schema has one row already. */
const WITH_FIRST_ROW: ReadonlySet<string> = new Set(['audit_head', 'pulse', 'report_position']);

export interface MovedTable {
  readonly table: string;
  readonly rows: number;
}

interface Move {
  /** Path of the SQLite file. It must be there. */
  readonly from: string;
  /** `postgres://...` of an empty database. */
  readonly to: string;
  readonly log: Log;
}

/**
 * Copies every row of every table to PostgreSQL, in one transaction: all of it is there afterwards, or nothing is and the move can be
 * begun anew. Nobody else may have the file open meanwhile, since what a server wrote during the move would be lost; its content stays
 * as it is. Values are copied as they are, sealed, so the keys of the settings open them there as well.
 *
 * @returns the tables with the number of their rows, counted in the target
 * @throws AppError `store.in-use` while another process has the file open, `store.not-empty` for a target that holds anything,
 *   `store.older-schema`, `store.unavailable`, `store.unsuitable`
 */
export async function moveToPostgres({ from, to, log }: Move): Promise<MovedTable[]> {
  const { db: source, disk } = openAlone(from);
  try {
    await refuseOlderSchema(source);
    await refuseForeignTables(to, log);
    await preparePostgres(to, log, true);
    const target = openForMaintenance(to, log);
    try {
      return await target.transaction().execute((transaction) => copyAll(source, transaction));
    } finally {
      await target.destroy();
    }
  } finally {
    await disk.close();
    await source.destroy();
  }
}

function openAlone(path: string) {
  try {
    return openSqlite(path, { alone: true, busyTimeout: 0 });
  } catch (error) {
    if (isAppError(error, 'store.unavailable') && String(error.details.reason).startsWith('SQLITE_BUSY'))
      throw new AppError('store.in-use', { file: path }, { cause: error });
    throw error;
  }
}

/** Before anything is made there. */
async function refuseForeignTables(url: string, log: Log): Promise<void> {
  const db = openForMaintenance(url, log);
  try {
    const tables = (await db.introspection.getTables({ withInternalKyselyTables: true })).map(({ name }) => name);
    const [first] = tables;
    if (first !== undefined && !tables.includes('kysely_migration')) throw new AppError('store.not-empty', { table: first });
  } finally {
    await db.destroy();
  }
}

async function copyAll(source: Database, target: Transaction<Schema>): Promise<MovedTable[]> {
  const tables = (await source.introspection.getTables()).map(({ name }) => name).sort();
  // A node that starts on the target at the same time makes its data keys first, and takes its turn here (`openDataKeys`).
  await sql`lock table audit_head in access exclusive mode`.execute(target);
  for (const table of tables) await refuseRows(target, table);
  const moved: MovedTable[] = [];
  for (const table of tables) {
    await sql`delete from ${sql.table(table)}`.execute(target);
    await copyTable(source, target, table);
    const [wanted, rows] = [await countRows(source, table), await countRows(target, table)];
    if (rows !== wanted) throw new AppError('internal.unexpected', { reason: 'rows-missing', table, wanted, rows });
    moved.push({ table, rows });
  }
  return moved;
}

async function refuseRows(target: Database, table: string): Promise<void> {
  const rows = await countRows(target, table);
  const fresh = WITH_FIRST_ROW.has(table) ? 1 : 0;
  if (rows > fresh) throw new AppError('store.not-empty', { table, rows });
}

async function copyTable(source: Database, target: Database, table: string): Promise<void> {
  for (let last = 0; ; ) {
    const { rows } = await sql<Record<string, unknown>>`
      select rowid as row_number, * from ${sql.table(table)} where rowid > ${last} order by rowid limit ${PAGE}`.execute(source);
    if (rows.length === 0) return;
    last = Number(rows.at(-1)?.row_number);
    const values = rows.map(({ row_number: _, ...row }) => row);
    await target
      .insertInto(table as 'journeys')
      .values(values as never)
      .execute();
  }
}

async function countRows(db: Database, table: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(db);
  return Number(rows[0]?.count);
}
