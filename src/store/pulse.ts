import { sql } from 'kysely';
import { AppError } from '../../shared/errors.ts';
import type { Database } from './schema.ts';

/**
 * Writes into a row that is there for nothing else: whether the database takes writes is known only once it took one. A standby answers
 * every question and takes none.
 * @throws AppError `store.unavailable`
 */
export async function writePulse(db: Database): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('pulse')
    .set(({ eb }) => ({ beats: eb('beats', '+', 1) }))
    .executeTakeFirstOrThrow();
  if (numUpdatedRows !== 1n) throw new AppError('store.unavailable', { reason: 'the table pulse has lost its row' });
}

/** The clock of a PostgreSQL server, milliseconds since 1970. */
export async function readServerTime(db: Database): Promise<number> {
  const { rows } = await sql<{ now: number }>`select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`.execute(db);
  return Number(rows[0]?.now);
}
